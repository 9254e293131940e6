"""Readings over time, several measures in one statement; what may be entered; what waits for a second look."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.access.records import Viewer
from throughline.foundation.ui import formats
from throughline.foundation.ui.charts import Point
from throughline.record.chart.models import HeldReading
from throughline.record.chart.queries.facts import is_visible
from throughline.record.chart.records.trends import Held, MeasureChoice, Trend
from throughline.record.chart.rules.measures import Measure, by_code, measures
from throughline.record.chart.rules.units import converted, shown_value

_KEPT = timedelta(days=800)
_READINGS = """
select id, code, effective_at, value_number, unit, components::text, source, author, recorded_by_id
from chart_observation
where patient_id = %(patient)s and code = any(%(codes)s) and status not in ('entered-in-error', 'cancelled')
  and effective_at >= %(since)s
order by effective_at desc limit %(limit)s
"""


def trends(
    viewer: Viewer, patient_id: UUID, codes: Collection[str], *, limit: int = 2000, visible: bool = False
) -> dict[str, Trend]:
    """Return the readings of measures by their LOINC code as asked for, of about two years, in one statement.

    A code no measure of the content has is left out; nothing is returned for a patient not visible.
    `visible` says that the caller has made sure of that already.
    """
    known = by_code()
    wanted = {code: known[code] for code in codes if code in known}
    if not wanted or not (visible or is_visible(viewer, patient_id)):
        return {}
    asked = sorted({one for measure in wanted.values() for one in _stored_under(measure)})
    with connection.cursor() as cursor:
        since = viewer.at - _KEPT
        cursor.execute(_READINGS, {"patient": patient_id, "codes": asked, "since": since, "limit": limit})
        rows = cursor.fetchall()
    return {code: _trend(code, measure, rows) for code, measure in wanted.items()}


def as_shown(code: str, value: float, unit: str) -> float | None:
    """Return a value of some unit in the one the trend of this LOINC code is shown in; None where there is no way."""
    measure = by_code().get(code)
    kept = converted(value, unit, measure.measurement.unit) if measure else None
    return None if measure is None or kept is None else shown_value(kept, measure.measurement.unit, measure.shown)


def measured(viewer: Viewer, patient_id: UUID) -> dict[str, Trend]:
    """Return the trends of every measure this patient has a reading of, most recent first; a pair is one of them."""
    parts = {key for one in measures().values() for key in one.measurement.parts}
    found = trends(viewer, patient_id, [m.measurement.code for m in measures().values() if m.key not in parts])
    with_readings = [trend for trend in found.values() if trend.points]
    return {trend.code: trend for trend in sorted(with_readings, key=lambda t: t.points[-1].at, reverse=True)}


def _stored_under(measure: Measure) -> tuple[str, ...]:
    whole = next((one for one in measures().values() if measure.key in one.measurement.parts), None)
    return (*measure.codes, *(whole.codes if whole else ()))


def _trend(code: str, measure: Measure, rows: Iterable[Any]) -> Trend:
    own = set(_stored_under(measure))
    points = [point for row in rows if row[1] in own and (point := _point(measure, row)) is not None]
    return Trend(measure.key, measure.measurement.code, measure.scale, tuple(reversed(points)))


def _point(measure: Measure, row: Any) -> Point | None:
    key, _code, at, number, unit, components, source, author, recorded_by = row
    by_part = {part.get("code"): part for part in orjson.loads(components)} if components else {}
    if measure.measurement.parts:
        upper, lower = (_shown(one := measures()[part], by_part.get(one.measurement.code)) for part in
                        measure.measurement.parts)  # fmt: skip
        if upper is None or lower is None:
            return None
        words = f"{formats.number(round(upper))}/{formats.number(round(lower))} {measure.shown}"
        return Point(at, upper, lower, _source(source, recorded_by), words, author, str(key), bool(recorded_by))
    given = {"number": number, "unit": unit} if number is not None else by_part.get(measure.measurement.code)
    value = _shown(measure, given)
    if value is None:
        return None
    words, own = _words(measure, value), bool(recorded_by)
    return Point(at, value, None, _source(source, recorded_by), words, author, str(key), own)


def _shown(measure: Measure, given: Any) -> float | None:
    if not given or given.get("number") is None:
        return None
    kept = converted(float(given["number"]), given.get("unit") or "", measure.measurement.unit)
    if kept is None:
        return None
    return round(shown_value(kept, measure.measurement.unit, measure.shown), max(2, measure.scale.decimals))


def _words(measure: Measure, value: float) -> str:
    if measure.shown == "lb":
        return formats.weight(value * 0.45359237)
    return f"{formats.number(round(value, measure.scale.decimals))} {measure.shown}".strip()


def _source(source: str, recorded_by: UUID | None) -> str:
    if source == "patient":
        return "patient"
    if recorded_by is None:
        return "device" if any(word in source.lower() for word in ("device", "scale", "home", "cuff")) else "clinic"
    return "device" if source else "clinic"


def choices() -> tuple[MeasureChoice, ...]:
    """Return what may be entered by hand, in the order of the content."""
    return tuple(
        MeasureChoice(
            one.measurement.code,
            one.measurement.name,
            one.measurement.category,
            one.units,
            tuple((measures()[p].measurement.code, measures()[p].measurement.name) for p in one.measurement.parts),
        )
        for one in measures().values()
        if one.offered
    )


def held_of(viewer: Viewer, patient_id: UUID) -> tuple[Held, ...]:
    """Return the readings that wait for a second look, newest first; nothing for a patient not visible."""
    if not is_visible(viewer, patient_id):
        return ()
    found = HeldReading.objects.filter(patient_id=patient_id, outcome="").order_by("-entered_at")
    return tuple(
        Held(row.id, row.name, row.words, row.doubt, row.taken_at, row.entered_at, row.entered_by_name) for row in found
    )


def last_reading_at(viewer: Viewer, patient_id: UUID, code: str) -> datetime | None:
    """Return when a measure was last read, None when never."""
    found = trends(viewer, patient_id, [code], limit=1).get(code)
    return found.points[-1].at if found and found.points else None
