"""The foundation: what every hospital system needs and no nurse ever names. Knows nothing of nursing."""
