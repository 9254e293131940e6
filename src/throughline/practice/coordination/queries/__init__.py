"""Reads of coordination, a file for each of its nouns."""
