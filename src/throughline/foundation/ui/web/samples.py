"""Invented series for the page of components."""

from datetime import UTC, datetime, timedelta
from typing import Any

from throughline.foundation.ui.charts import Band, Figure, Point, Scale, figure

AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
WEIGHTS = (167.0, 166.8, 167.3, 168.0, None, None, None, None, None, 168.3, 168.9, 169.4, 170.1, 171.6, 173.5, 174.6)
PRESSURES = ((128, 76), (134, 82), (126, 78), (141, 84), (129, 79), (138, 84))


def figures() -> list[Figure]:
    """Return a weight with a target, a gap and readings above; a blood pressure as bars; a measure never read."""
    day = timedelta(days=1)
    start = AT - day * (len(WEIGHTS) - 1)
    weights = [
        Point(start + day * place, value, None, "device" if place % 5 else "clinic", f"{value} lb")
        for place, value in enumerate(WEIGHTS)
        if value is not None
    ]
    pressures = [
        Point(AT - day * 3 * (5 - place), upper, lower, "patient", f"{upper}/{lower} mmHg")
        for place, (upper, lower) in enumerate(PRESSURES)
    ]
    weight = Scale("Body weight", "lb", 0, 20, 5, day, floating=True, decimals=1)
    pressure = Scale("Blood pressure", "mmHg", 60, 180, 20, 3 * day)
    made: dict[str, Any] = {"until": AT, "zone": "America/New_York"}
    return [
        figure("weight", weight, weights, band=Band(165, 169, "165 to 169 lb"), **made),
        figure("pressure", pressure, pressures, band=Band(None, 130, "< 130/80", 80), **made),
        figure("glucose", Scale("Glucose by meter", "mg/dL", 40, 320, 40, day), [], **made),
    ]
