"""What coordination shows to others, a file for each of its nouns."""
