"""Tests of the care plan."""
