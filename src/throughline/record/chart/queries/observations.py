"""Measurements and findings: the latest of each kind, and series."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.reading import Part, Row, alone, instant, key
from throughline.record.chart.queries.facts import KINDS, facts_part, is_visible
from throughline.record.chart.records.shown import Chart, LatestReadings, Reading
from throughline.record.chart.rules.values import (
    PANELS,
    component_words,
    number_words,
    outside_range,
    unit_words,
    value_words,
)

_COLUMNS = (
    "id, code_system, code, display, category, effective_at, effective_precision, value_number, comparator, unit,"
    " value_text, components, interpretation, range_low, range_high, range_text, absent_reason, source, author,"
    " recorded_at, encounter_id"
)
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
select {_COLUMNS}, total from ranked where place <= %(most_kinds)s order by place, nth
"""

_SERIES = f"""
select {_COLUMNS} from chart_observation
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
    return alone(_latest_part(patient_id, earlier, kinds, categories))


def _latest_part(
    patient_id: UUID, earlier: int, kinds: int, categories: Collection[str] | None
) -> Part[tuple[LatestReadings, ...]]:
    asked = {"patient": patient_id, "values": earlier + 1, "most_kinds": kinds}
    return Part((_LATEST,), {**asked, "categories": list(categories) if categories else None}, _by_code)


def _by_code(rows: list[Row]) -> tuple[LatestReadings, ...]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["code_system"], row["code"] or row["display"]), []).append(row)
    return tuple(_latest(group) for group in groups.values())


def _latest(group: list[Row]) -> LatestReadings:
    newest = group[0]
    return LatestReadings(
        newest["code_system"],
        newest["code"],
        newest["display"] or newest["code"],
        newest["category"],
        _reading(newest),
        tuple(_reading(row) for row in group[1:]),
        newest["total"],
    )


def series(
    viewer: Viewer, patient_id: UUID, code: str, *, since: datetime | None = None, limit: int = 500
) -> tuple[Reading, ...]:
    """Return the values of one code, newest first; of a component's code (systolic), its part of each panel."""
    if not is_visible(viewer, patient_id):
        return ()
    codes = [code, *PANELS.get(code, ())]
    asked = {"patient": patient_id, "codes": codes, "since": since, "limit": limit}
    rows = alone(Part((_SERIES,), asked, list[Row]))
    found = [_reading(row) if row["code"] == code else _component(row, code) for row in rows]
    return tuple(reading for reading in found if reading is not None)


def _reading(row: Row) -> Reading:
    number, low, high = (_number(row[name]) for name in ("value_number", "range_low", "range_high"))
    words = value_words(number, row["comparator"], row["unit"], row["value_text"])
    if not words and row["components"]:
        words = component_words(row["components"])
    return Reading(
        UUID(row["id"]),
        instant(row["effective_at"]),
        row["effective_precision"],
        words or row["absent_reason"] or "no value",
        number,
        unit_words(row["unit"]),
        outside_range(number, low, high, row["interpretation"]),
        row["source"],
        row["author"],
        instant(row["recorded_at"]),
        row["range_text"] or _range_words(low, high),
        key(row["encounter_id"]),
    )


def _number(value: float | str | None) -> float | None:
    """Return a number as the table holds it: JSON writes 5.0 as 5 and what is no number as text."""
    return None if value is None else float(value)


def _range_words(low: float | None, high: float | None) -> str:
    ends = [number_words(end) if end is not None else "" for end in (low, high)]
    if all(ends):
        return " to ".join(ends)
    return f"from {ends[0]}" if ends[0] else f"up to {ends[1]}" if ends[1] else ""


def _component(row: Row, code: str) -> Reading | None:
    part = next((part for part in row["components"] or () if part.get("code") == code), None)
    if part is None or part.get("number") is None:
        return None
    unit = part.get("unit", "")
    return Reading(
        UUID(row["id"]),
        instant(row["effective_at"]),
        row["effective_precision"],
        value_words(part["number"], part.get("comparator", ""), unit, ""),
        part["number"],
        unit_words(unit),
        outside_range(part["number"], None, None, part.get("interpretation", "")),
        row["source"],
        row["author"],
        instant(row["recorded_at"]),
    )


def chart(viewer: Viewer, patient_id: UUID) -> Chart:
    """Return the whole chart as the overview shows it, in one statement. Raises NotFound."""
    return alone(chart_part(viewer, patient_id))


def chart_part(viewer: Viewer, patient_id: UUID) -> Part[Chart]:
    """Return what `chart` reads, to be asked together with other parts of a page. Raises NotFound."""
    if not is_visible(viewer, patient_id):
        raise NotFound("There is no such patient, or she is not one of yours.")
    facts = facts_part(viewer, patient_id, tuple(sorted(KINDS)), newest=20)
    latest = _latest_part(patient_id, earlier=3, kinds=40, categories=None)
    return Part(
        (*facts.statements, *latest.statements),
        {**facts.parameters, **latest.parameters},
        lambda found, readings: Chart(patient_id, facts.read(found), latest.read(readings)),
    )
