"""Writes of review: looking at cases, setting a gap aside, beginning its remedy."""

from throughline.practice.review.actions import deciding, looking  # noqa: F401 (their names are registered)
