"""Reads of review: the facts of cases for the engine, the gaps as pages show them, and the continuity trend."""
