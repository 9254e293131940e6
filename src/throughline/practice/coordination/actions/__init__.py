"""What coordination writes, a file for each of its nouns."""
