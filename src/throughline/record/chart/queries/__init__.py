"""The reads of the chart, each for a viewer."""

from throughline.record.chart.queries.facts import (
    allergies,
    conditions,
    encounters,
    facts,
    medicines,
    outside_plans,
)
from throughline.record.chart.queries.observations import chart, latest_observations, series
from throughline.record.chart.queries.received import received_bytes

__all__ = [
    "allergies",
    "chart",
    "conditions",
    "encounters",
    "facts",
    "latest_observations",
    "medicines",
    "outside_plans",
    "received_bytes",
    "series",
]
