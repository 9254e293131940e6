"""Template words of review."""

from django import template

register = template.Library()


@register.filter
def index(value: float | None) -> str:
    """Return an index of continuity with two digits, or that there are too few visits to say."""
    return "Too few visits" if value is None else f"{value:.2f}"
