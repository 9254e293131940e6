"""Decisions of the chart, free of the database: which version holds, how old a fact is, units and plausible values."""
