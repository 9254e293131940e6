"""Audit keeps who read, wrote, exported or was refused what, for which purpose, month by month, append-only
(45 CFR 164.312(b)). No screen's logic reads it; reviewers and exports do."""
