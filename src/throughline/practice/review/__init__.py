"""Review: looks over a whole case and says what is missing, unowned, overdue or arranged twice, since when and why,
what mends it, and what was checked and found in order. It owns the gaps and the continuity score."""
