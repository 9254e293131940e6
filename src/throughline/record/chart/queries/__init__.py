"""The reads of the chart, each for a viewer."""

from throughline.record.chart.queries.facts import (
    allergies,
    allergies_part,
    conditions,
    encounters,
    facts,
    medicines,
    outside_plans,
)
from throughline.record.chart.queries.observations import chart, chart_part, latest_observations, series
from throughline.record.chart.queries.received import received_bytes
from throughline.record.chart.queries.trends import as_shown, choices, held_of, last_reading_at, measured, trends

__all__ = [
    "allergies",
    "allergies_part",
    "as_shown",
    "chart",
    "chart_part",
    "choices",
    "conditions",
    "encounters",
    "facts",
    "held_of",
    "last_reading_at",
    "latest_observations",
    "measured",
    "medicines",
    "outside_plans",
    "received_bytes",
    "series",
    "trends",
]
