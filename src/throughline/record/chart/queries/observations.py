"""Measurements and findings: the latest of each kind, and series."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import NotFound
from throughline.record.chart.queries.facts import KINDS, facts_of, is_visible
from throughline.record.chart.records.shown import Chart, LatestReadings, Reading
from throughline.record.chart.rules.values import (
    PANELS,
    component_words,
    number_words,
    outside_range,
    unit_words,
    value_words,
)


class _Row(NamedTuple):
    id: UUID
    code_system: str
    code: str
    display: str
    category: str
    effective_at: datetime | None
    effective_precision: str
    value_number: float | None
    comparator: str
    unit: str
    value_text: str
    components: str | None
    interpretation: str
    range_low: float | None
    range_high: float | None
    range_text: str
    absent_reason: str
    source: str
    author: str
    recorded_at: datetime | None
    encounter_id: UUID | None
    total: int = 0


_NAMES = [name for name in _Row._fields if name != "total"]
_COLUMNS = ", ".join(_NAMES)
_FETCHED = ", ".join("components::text" if name == "components" else name for name in _NAMES)
_VALID = "patient_id = %(patient)s and status not in ('entered-in-error', 'cancelled')"

# Each kind's values numbered from the newest, the kinds themselves by category and how recent they are.
_LATEST = f"""
with numbered as (
  select {_COLUMNS},
    row_number() over (partition by code_system, code, named order by effective_at desc nulls last) as nth,
    count(*) over kind as total, max(effective_at) over kind as newest, rank
  from (select *, case when code = '' then display else '' end as named,
          case category when 'vital-signs' then 0 when 'laboratory' then 1 when 'survey' then 2
            when 'social-history' then 3 else 4 end as rank
        from chart_observation
        where {_VALID} and (%(categories)s::text[] is null or category = any(%(categories)s::text[]))) as valid
  window kind as (partition by code_system, code, named)
), ranked as (
  select *, dense_rank() over (order by rank, newest desc nulls last, code_system, code) as place
  from numbered where nth <= %(values)s
)
select {_FETCHED}, total from ranked where place <= %(kinds)s order by place, nth
"""

_SERIES = f"""
select {_FETCHED}, 0 from chart_observation
where {_VALID} and code = any(%(codes)s) and (%(since)s::timestamptz is null or effective_at >= %(since)s)
order by effective_at desc nulls last limit %(limit)s
"""


def latest_observations(
    viewer: Viewer, patient_id: UUID, *, earlier: int = 3, kinds: int = 40, categories: Collection[str] | None = None
) -> tuple[LatestReadings, ...]:
    """Return the latest value of each kind of observation with up to `earlier` before it, in one statement.

    Vital signs come first, then laboratory values, then the rest, the most recent kinds before the others, at most
    `kinds` of them. Values entered in error are left out; nothing is returned for a patient not visible.
    """
    if not is_visible(viewer, patient_id):
        return ()
    return _latest_of(patient_id, earlier, kinds, categories)


def _latest_of(
    patient_id: UUID, earlier: int, kinds: int, categories: Collection[str] | None
) -> tuple[LatestReadings, ...]:
    groups: dict[tuple[str, str], list[_Row]] = {}
    asked = {"patient": patient_id, "values": earlier + 1, "kinds": kinds}
    for row in _rows(_LATEST, {**asked, "categories": list(categories) if categories else None}):
        groups.setdefault((row.code_system, row.code or row.display), []).append(row)
    return tuple(_latest(group) for group in groups.values())


def _rows(statement: str, parameters: dict[str, Any]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_Row(*columns) for columns in cursor.fetchall()]


def _latest(group: list[_Row]) -> LatestReadings:
    newest = group[0]
    return LatestReadings(
        newest.code_system,
        newest.code,
        newest.display or newest.code,
        newest.category,
        _reading(newest),
        tuple(_reading(row) for row in group[1:]),
        newest.total,
    )


def series(
    viewer: Viewer, patient_id: UUID, code: str, *, since: datetime | None = None, limit: int = 500
) -> tuple[Reading, ...]:
    """Return the values of one code, newest first; of a component's code (systolic), its part of each panel."""
    if not is_visible(viewer, patient_id):
        return ()
    codes = [code, *PANELS.get(code, ())]
    rows = _rows(_SERIES, {"patient": patient_id, "codes": codes, "since": since, "limit": limit})
    found = [_reading(row) if row.code == code else _component(row, code) for row in rows]
    return tuple(reading for reading in found if reading is not None)


def _components(row: _Row) -> list[dict[str, Any]]:
    return orjson.loads(row.components) if row.components else []


def _reading(row: _Row) -> Reading:
    words = value_words(row.value_number, row.comparator, row.unit, row.value_text)
    if not words and row.components:
        words = component_words(_components(row))
    return Reading(
        row.id,
        row.effective_at,
        row.effective_precision,
        words or row.absent_reason or "no value",
        row.value_number,
        unit_words(row.unit),
        outside_range(row.value_number, row.range_low, row.range_high, row.interpretation),
        row.source,
        row.author,
        row.recorded_at,
        row.range_text or _range_words(row.range_low, row.range_high),
        row.encounter_id,
    )


def _range_words(low: float | None, high: float | None) -> str:
    ends = [number_words(end) if end is not None else "" for end in (low, high)]
    if all(ends):
        return " to ".join(ends)
    return f"from {ends[0]}" if ends[0] else f"up to {ends[1]}" if ends[1] else ""


def _component(row: _Row, code: str) -> Reading | None:
    part = next((part for part in _components(row) if part.get("code") == code), None)
    if part is None or part.get("number") is None:
        return None
    unit = part.get("unit", "")
    return Reading(
        row.id,
        row.effective_at,
        row.effective_precision,
        value_words(part["number"], part.get("comparator", ""), unit, ""),
        part["number"],
        unit_words(unit),
        outside_range(part["number"], None, None, part.get("interpretation", "")),
        row.source,
        row.author,
        row.recorded_at,
    )


def chart(viewer: Viewer, patient_id: UUID) -> Chart:
    """Return the whole chart as the overview shows it, in three statements. Raises NotFound."""
    if not is_visible(viewer, patient_id):
        raise NotFound("There is no such patient, or she is not one of yours.")
    facts = facts_of(viewer, patient_id, tuple(sorted(KINDS)), newest=20)
    return Chart(patient_id, facts, _latest_of(patient_id, earlier=3, kinds=40, categories=None))
