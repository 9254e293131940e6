"""Words of review in templates."""
