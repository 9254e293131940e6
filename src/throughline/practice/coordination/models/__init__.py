"""The tables of coordination, a file for each of its nouns."""
