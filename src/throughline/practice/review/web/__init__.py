"""The pages of review: a patient's gaps, the gaps of the caseload, and the continuity score."""
