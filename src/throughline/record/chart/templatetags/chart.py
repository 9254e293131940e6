"""`{% chart_facts chart viewer %}` and `{% chart_side chart viewer %}`: the chart's fragments on a patient's page."""

from typing import Any

from django import template

from throughline.foundation.access.records import Viewer
from throughline.record.chart.records.shown import Chart
from throughline.record.chart.web import markup
from throughline.record.chart.web.cards import main_cards, side_cards

register = template.Library()
register.simple_tag(markup.lines, name="chart_lines")
register.simple_tag(markup.allergies, name="chart_allergies")
register.simple_tag(markup.readings, name="chart_readings")


@register.inclusion_tag("chart/_facts.html")
def chart_facts(chart: Chart | None, viewer: Viewer) -> dict[str, Any]:
    """Show conditions, observations with their trend, encounters and the plans of others."""
    return main_cards(chart, viewer) if chart else {}


@register.inclusion_tag("chart/_side.html")
def chart_side(chart: Chart | None, viewer: Viewer) -> dict[str, Any]:
    """Show allergies, medicines, immunizations and coverage as received."""
    return side_cards(chart, viewer) if chart else {}
