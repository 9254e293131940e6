"""What is kept beside goals and actions: barriers, wishes, emergency and backup plans, progress, ratings, sign-off."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment.queries import need_of_action
from throughline.practice.careplan import events
from throughline.practice.careplan.actions.planning import UnableToPlan, about_of, base_of, place_of
from throughline.practice.careplan.models import Barrier, Goal, GoalProgress, OmahaRating, PlanVersion, Statement
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.targets import around
from throughline.record.chart import queries as chart

STATEMENTS = {"preference": "Preference", "emergency": "In an emergency", "backup": "If the plan fails"}
BARRIER_ENDS = ("overcome", "stays")
LEVELS = ("not started", "no change", "partly", "mostly", "met")
OCCASIONS = ("admission", "interval", "discharge")
PARTS = ("knowledge", "behavior", "status")

locator("barrier_id")(place_of(Barrier, "barrier"))
locator("statement_id")(place_of(Statement, "statement"))
locator("version_id")(place_of(PlanVersion, "version"))


@action("careplan.add-barrier", needs=Permission.PLAN_CARE, on="need_id")
def add_barrier(*, need_id: UUID, domain: str, text: str, by: Actor, at: datetime) -> UUID:
    """Say what stands in the way of a need, under a domain of the content, and return its id. Raises UnableToPlan."""
    if domain not in library.barrier_domains() or not text.strip():
        raise UnableToPlan("Choose what kind of barrier it is, and say it in a few words.")
    base = base_of(need_of_action(need_id).patient_id, by, at)
    made = Barrier.objects.create(
        site_id=base["site_id"], patient_id=base["patient_id"], need_id=need_id, domain=domain,
        text=text.strip()[:300], at=at, by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    title = library.barrier_domains()[domain]
    publish(events.PlanNoted(**about_of(base), what="Barrier", text=f"{title}: {made.text}"), by=by, at=at)
    return made.id


@action("careplan.end-barrier", needs=Permission.PLAN_CARE, on="barrier_id")
def end_barrier(*, barrier_id: UUID, status: str, outcome: str, by: Actor, at: datetime) -> None:
    """Say that a barrier is overcome, or stays and is worked around, and how. Raises UnableToPlan without how."""
    row = Barrier.objects.select_for_update(no_key=True).get(pk=barrier_id)
    if row.status != "open" or status not in BARRIER_ENDS or not outcome.strip():
        raise UnableToPlan("Say whether the barrier is overcome or stays, and what was done about it.")
    row.status, row.outcome, row.moved_at, row.moved_by_name = status, outcome.strip(), at, by.name
    row.save()
    base = base_of(row.patient_id, by, at)
    publish(events.PlanNoted(**about_of(base), what=f"Barrier {status}", text=row.outcome), by=by, at=at)


@action("careplan.state", needs=Permission.PLAN_CARE, on="patient_id")
def state(*, patient_id: UUID, kind: str, text: str, need_id: UUID | None = None, by: Actor, at: datetime) -> UUID:
    """Keep a preference, the emergency plan or the backup plan, and return its id; the last two replace the one before.

    Raises UnableToPlan for another kind, without words, or for a need of somebody else.
    """
    if kind not in STATEMENTS or not text.strip():
        raise UnableToPlan("Write it in a few words, as the patient would say it.")
    if need_id is not None and need_of_action(need_id).patient_id != patient_id:
        raise UnableToPlan("That need belongs to somebody else.")
    base = base_of(patient_id, by, at)
    if kind != "preference":
        Statement.objects.filter(patient_id=patient_id, kind=kind, ended_at=None).update(ended_at=at)
    made = Statement.objects.create(
        site_id=base["site_id"], patient_id=patient_id, need_id=need_id, kind=kind, text=text.strip(), at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    publish(events.PlanNoted(**about_of(base), what=STATEMENTS[kind], text=made.text), by=by, at=at)
    return made.id


@action("careplan.end-statement", needs=Permission.PLAN_CARE, on="statement_id")
def end_statement(*, statement_id: UUID, by: Actor, at: datetime) -> None:
    """End a preference or plan that holds no longer; it stays in the history."""
    Statement.objects.filter(pk=statement_id, ended_at=None).update(ended_at=at)


@action("careplan.set-target", needs=Permission.PLAN_CARE, on="goal_id")
def set_target(*, goal_id: UUID, middle: Decimal, within: Decimal, unit: str, by: Actor, at: datetime) -> None:
    """Set a measured goal's target about a number of the patient's own: her dry weight, 70 kg, within 2.

    Raises UnableToPlan for a goal that ended or is not measured, a unit its measure has not, or a span of nothing.
    """
    goal = Goal.objects.select_for_update(no_key=True).get(pk=goal_id)
    units = next((choice.units for choice in chart.choices() if choice.code == goal.loinc and not choice.parts), ())
    if goal.status != "active" or unit not in units:
        raise UnableToPlan("Only a goal that is measured has a number of hers; choose a unit it is measured in.")
    if not 0 < within < middle:
        raise UnableToPlan("Say the number that is hers, and how far from it she may be: 70 kg, within 2.")
    goal.comparator, goal.value, goal.second_value = "between", middle - within, middle + within
    goal.unit, goal.target, goal.version = unit, around(middle, within, unit), goal.version + 1
    goal.save(update_fields=["comparator", "value", "second_value", "unit", "target", "version"])
    about: dict[str, Any] = {"site_id": goal.site_id, "patient_id": goal.patient_id, "case_id": goal.case_id}
    publish(events.PlanNoted(**about, what="Target", text=f"{goal.text}: {goal.target}"), by=by, at=at)


@action("careplan.note-progress", needs=Permission.WORK_CASE, on="goal_id")
def note_progress(*, goal_id: UUID, level: int, note: str = "", by: Actor, at: datetime) -> None:
    """Say how far a goal has come, 0 not started to 4 met. Raises UnableToPlan for a goal that ended, another level."""
    goal = Goal.objects.get(pk=goal_id)
    if goal.status != "active" or not 0 <= level < len(LEVELS):
        raise UnableToPlan("Choose how far the goal has come.")
    GoalProgress.objects.create(
        site_id=goal.site_id, patient_id=goal.patient_id, goal=goal, level=level, note=note.strip(), at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    about: dict[str, Any] = {"site_id": goal.site_id, "patient_id": goal.patient_id, "case_id": goal.case_id}
    publish(events.GoalMoved(**about, goal_id=goal.id, text=goal.text, status=LEVELS[level], reason=note), by=by, at=at)


@action("careplan.rate-goal", needs=Permission.PLAN_CARE, on="goal_id")
def set_importance(*, goal_id: UUID, importance: int, by: Actor, at: datetime) -> None:
    """Keep how much a goal matters to the patient, 0 to 10, by her own word. Raises UnableToPlan outside that."""
    if not 0 <= importance <= 10:
        raise UnableToPlan("Ask how much it matters from 0, not at all, to 10, most of all.")
    goal = Goal.objects.select_for_update(no_key=True).get(pk=goal_id)
    goal.importance, goal.version = importance, goal.version + 1
    goal.save(update_fields=["importance", "version"])


@action("careplan.rate-need", needs=Permission.WORK_CASE, on="need_id")
def rate_need(*, need_id: UUID, ratings: Mapping[str, int | None], occasion: str, by: Actor, at: datetime) -> None:
    """Keep Omaha ratings of a need: knowledge, behavior and status, 1 to 5 each. Raises UnableToPlan.

    Source: Martin KS (2005): rated separately at admission, at set intervals and at discharge; change is the outcome.
    """
    given = {name: value for name, value in ratings.items() if value is not None}
    if not given or set(given) - set(PARTS) or occasion not in OCCASIONS:
        raise UnableToPlan("Rate at least one of knowledge, behavior and status, and say on which occasion.")
    if any(not 1 <= value <= 5 for value in given.values()):
        raise UnableToPlan("Ratings run from 1 to 5.")
    need = need_of_action(need_id)
    if need.omaha is None:
        raise UnableToPlan("Only a need that names an Omaha problem is rated.")
    base = base_of(need.patient_id, by, at)
    OmahaRating.objects.create(
        site_id=base["site_id"], patient_id=need.patient_id, need_id=need_id, occasion=occasion, at=at,
        by_id=by.user_id, by_name=by.name, **given,
    )  # fmt: skip
    words = ", ".join(f"{name} {value}" for name, value in given.items())
    publish(events.PlanNoted(**about_of(base), what=f"Rated {need.text}", text=f"{words} ({occasion})"), by=by, at=at)


@action("careplan.sign-version", needs=Permission.PLAN_CARE, on="version_id")
def sign_version(*, version_id: UUID, by: Actor, at: datetime) -> None:
    """Sign an agreed version off. Raises UnableToPlan when it is signed already."""
    row = PlanVersion.objects.select_for_update(no_key=True).get(pk=version_id)
    if row.signed_at is not None:
        raise UnableToPlan(f"Version {row.number} was signed by {row.signed_by_name} already.")
    row.signed_at, row.signed_by_id, row.signed_by_name = at, by.user_id, by.name
    row.save(update_fields=["signed_at", "signed_by_id", "signed_by_name"])
    base = base_of(row.patient_id, by, at)
    publish(events.PlanNoted(**about_of(base), what="Signed off", text=f"plan version {row.number}"), by=by, at=at)
