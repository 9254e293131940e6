"""Template words of access."""
