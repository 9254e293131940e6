"""The decisions of review, pure: code sets, conditions, checks, the structure of the plan, and the continuity score."""
