"""What coordination announces, a file for each of its nouns."""
