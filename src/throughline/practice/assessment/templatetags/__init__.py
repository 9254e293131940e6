"""Template tags of assessment."""
