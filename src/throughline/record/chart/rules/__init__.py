"""Decisions of the chart, free of the database: what is current, how values read, units, and what is plausible."""
