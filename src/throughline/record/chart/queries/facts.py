"""The facts of a patient's chart. One statement for all kinds, because an overview shows them all; its text is put
together once, because putting it together by the object mapper costs more than running it."""

import functools
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.queries import sees
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.reading import Part, Row, alone, instant
from throughline.record.chart.models import (
    Allergy,
    Condition,
    Coverage,
    Encounter,
    Fact,
    Immunization,
    Medication,
    Note,
    OutsideGoal,
    OutsidePlan,
    OutsideTeam,
    Procedure,
    Report,
)
from throughline.record.chart.records.shown import ChartFact
from throughline.record.chart.rules.currency import is_current, is_void
from throughline.record.people.models import Patient

Facts = dict[str, tuple[ChartFact, ...]]
_KINDS: dict[str, type[Fact]] = {
    model._meta.model_name or "": model
    for model in (Condition, Medication, Allergy, Encounter, Procedure, Immunization, Report, Note)
} | {model._meta.model_name or "": model for model in (OutsidePlan, OutsideGoal, OutsideTeam, Coverage)}
KINDS = frozenset(_KINDS)
# What must never fall off the end of a list: all of it is fetched, of the rest the newest.
_WHOLE = frozenset({"allergy", "condition", "medication", "outsideplan", "outsidegoal", "outsideteam", "coverage"})

_COLUMNS = (
    "id", "display", "code_system", "code", "status", "effective_at", "effective_until", "effective_precision",
    "recorded_at", "received_at", "source", "author", "note",
)  # fmt: skip


def facts(viewer: Viewer, patient_id: UUID, *, kinds: Collection[str] = KINDS, newest: int = 20) -> Facts:
    """Return a patient's facts by kind, newest first, all in one statement; nothing for a patient not visible.

    Of encounters, procedures, immunizations, reports and notes only the `newest`. Facts entered in error are left out.
    """
    asked = tuple(sorted(set(kinds) & KINDS))
    return alone(facts_part(viewer, patient_id, asked, newest)) if asked and is_visible(viewer, patient_id) else {}


def facts_part(viewer: Viewer, patient_id: UUID, asked: tuple[str, ...], newest: int) -> Part[Facts]:
    """Return what reads the facts of a patient already found to be visible; for the chart's own queries only."""
    return Part((_statement(asked),), {"patient": patient_id, "newest": newest}, lambda rows: _by_kind(rows, viewer.at))


def _by_kind(rows: list[Row], at: datetime) -> Facts:
    found: dict[str, list[ChartFact]] = {}
    for row in rows:
        fact = _fact(row, at)
        if not is_void(fact.status, str(fact.more.get("verification") or "")):
            found.setdefault(fact.kind, []).append(fact)
    return {kind: tuple(sorted(every, key=lambda fact: fact.since, reverse=True)) for kind, every in found.items()}


def is_visible(viewer: Viewer, patient_id: UUID) -> bool:
    """Whether the viewer may see this patient's chart now."""
    seen = Patient.objects.filter(sees(viewer, patient="id", site="site_id"), pk=patient_id)
    return viewer.on_page_of(patient_id) or seen.exists()


@functools.cache
def _statement(kinds: tuple[str, ...]) -> str:
    """Return the statement that fetches these kinds; its names come from the models, never from outside."""
    return " union all ".join(f"({_select(kind)})" for kind in kinds)


def _select(kind: str) -> str:
    model = _KINDS[kind]
    base = {field.name for field in Fact._meta.get_fields()} | {"id"}
    own = [field.name for field in model._meta.concrete_fields if field.name not in base]
    more = ", ".join(f"'{name}', \"{name}\"" for name in own)
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    limit = "1000" if kind in _WHOLE else "%(newest)s"
    return (
        f"select '{kind}' as kind, jsonb_build_object({more}) as more, {columns} from \"{model._meta.db_table}\" "
        f"where patient_id = %(patient)s order by effective_at desc nulls last limit {limit}"
    )


def _fact(row: Row, at: datetime) -> ChartFact:
    more = row["more"]
    effective, until = instant(row["effective_at"]), instant(row["effective_until"])
    return ChartFact(
        UUID(row["id"]),
        row["kind"],
        row["display"],
        row["code_system"],
        row["code"],
        row["status"],
        effective,
        until,
        row["effective_precision"],
        instant(row["recorded_at"]),
        datetime.fromisoformat(row["received_at"]),
        row["source"],
        row["author"],
        row["note"],
        is_current(row["kind"], row["status"], str(more.get("verification") or ""), until, at),
        more,
    )


def conditions(viewer: Viewer, patient_id: UUID) -> tuple[ChartFact, ...]:
    """Return the patient's problems, diagnoses and concerns, newest first."""
    return facts(viewer, patient_id, kinds=["condition"]).get("condition", ())


def medicines(viewer: Viewer, patient_id: UUID) -> tuple[ChartFact, ...]:
    """Return the patient's medicines as ordered, stated, dispensed and given, newest first."""
    return facts(viewer, patient_id, kinds=["medication"]).get("medication", ())


def allergies(viewer: Viewer, patient_id: UUID) -> tuple[ChartFact, ...]:
    """Return the patient's allergies and intolerances."""
    return facts(viewer, patient_id, kinds=["allergy"]).get("allergy", ())


def allergies_part(viewer: Viewer, patient_id: UUID) -> Part[tuple[ChartFact, ...]]:
    """Return what `allergies` reads, to be asked together with other parts of a page."""
    if not is_visible(viewer, patient_id):
        return Part((), {}, tuple)
    part = facts_part(viewer, patient_id, ("allergy",), newest=20)
    return Part(part.statements, part.parameters, lambda rows: part.read(rows).get("allergy", ()))


def encounters(viewer: Viewer, patient_id: UUID, *, newest: int = 20) -> tuple[ChartFact, ...]:
    """Return the patient's newest visits and stays."""
    return facts(viewer, patient_id, kinds=["encounter"], newest=newest).get("encounter", ())


def outside_plans(viewer: Viewer, patient_id: UUID) -> dict[str, tuple[ChartFact, ...]]:
    """Return the plans, goals and care teams of others, by kind."""
    return facts(viewer, patient_id, kinds=["outsideplan", "outsidegoal", "outsideteam"])
