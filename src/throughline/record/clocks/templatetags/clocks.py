"""The clock chip, wherever a clock matters."""

from typing import Any

from django import template

from throughline.record.clocks.shown import Chip

register = template.Library()


@register.inclusion_tag("clocks/_chip.html")
def clock_chip(chip: Chip) -> dict[str, Any]:
    """Return a clock in words with its time left: `{% load clocks %}{% clock_chip chip %}`."""
    return {"chip": chip}
