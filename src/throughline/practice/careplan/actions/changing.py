"""Changing the words of what stands in the plan, field by field: two nurses' edits meet (`kernel.changing`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.practice.careplan import events
from throughline.practice.careplan.actions.planning import UnableToPlan, base_of
from throughline.practice.careplan.models import Barrier, Goal, PlanAction, Statement
from throughline.practice.careplan.records.roles import ROLE_WORDS
from throughline.practice.careplan.rules import library
from throughline.record.tasks.actions import change_task
from throughline.record.tasks.models import Task

Values = Mapping[str, Any]
LIVE = ("open", "offered", "accepted")


def _told(row: Any, what: str, fields: Values, by: Actor, at: datetime) -> None:
    case_id = row.case_id if hasattr(row, "case_id") else base_of(row.patient_id, by, at)["case_id"]
    event = events.PlanChanged(
        site_id=row.site_id, patient_id=row.patient_id, case_id=case_id, need_id=row.need_id, thing_id=row.id,
        what=what, text=row.text, fields=tuple(fields),
    )  # fmt: skip
    publish(event, by=by, at=at)


def _set(row: Any, wanted: Values, by: Actor, at: datetime) -> None:
    for name, value in wanted.items():
        setattr(row, name, value)
    for name, value in {"moved_at": at, "moved_by_name": by.name}.items():
        if hasattr(row, name):
            setattr(row, name, value)
    if hasattr(row, "version"):
        row.version += 1
    row.save()


@action("careplan.change-goal", needs=Permission.PLAN_CARE, on="goal_id")
def change_goal(*, goal_id: UUID, changes: Values, was: Values, by: Actor, at: datetime) -> None:
    """Change a goal's words, target, date, the patient's wording or importance; a target in new words is no measure
    any more until it is set anew.

    `was` is what each field held when it was read. Raises UnableToPlan for a goal that has ended or an empty one,
    ChangedMeanwhile when a field changed between.
    """
    row = Goal.objects.select_for_update(no_key=True).get(pk=goal_id)
    wanted = differing(row, changes, was)
    if row.status != "active":
        raise UnableToPlan(f"This goal is {row.status}. Add a new one instead.")
    if not wanted.get("text", row.text).strip():
        raise UnableToPlan("Say what is to be reached.")
    if "by_date" in wanted and wanted["by_date"] < at.date():
        raise UnableToPlan("Choose a date to come.")
    if not wanted:
        return
    if "target" in wanted:
        row.comparator, row.value, row.second_value, row.unit = "", None, None, ""
    _set(row, wanted, by, at)
    _told(row, "Goal", wanted, by, at)


@action("careplan.change-action", needs=Permission.PLAN_CARE, on="plan_action_id")
def change_action(*, plan_action_id: UUID, changes: Values, was: Values, by: Actor, at: datetime) -> None:
    """Change what is done, by which role, how often or by when; the task that carries it changes with it.

    Raises UnableToPlan for an action that has ended or an empty one, ChangedMeanwhile when a field changed between.
    """
    row = PlanAction.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan_action_id)
    wanted = differing(row, changes, was)
    if row.status != "active":
        raise UnableToPlan(f"This action is {row.status}. Add it again first.")
    if not wanted.get("text", row.text).strip() or wanted.get("role", row.role) not in ROLE_WORDS:
        raise UnableToPlan("Say what is to be done, and by whom.")
    if "due_on" in wanted and wanted["due_on"] < at.date():
        raise UnableToPlan("Choose a date to come.")
    if not wanted:
        return
    moved = (wanted["due_on"] - row.due_on) if "due_on" in wanted else None
    _set(row, wanted, by, at)
    task = Task.objects.filter(pk=row.task_id, state__in=LIVE).first() if row.task_id else None
    if task is not None:
        changed: dict[str, Any] = {"title": row.text[:300]} if "text" in wanted else {}
        if moved is not None and task.due_at is not None:
            changed["due_at"] = task.due_at + moved
        change_task(task_id=task.id, changes=changed, was={}, by=by, at=at)
    _told(row, "Action", wanted, by, at)


@action("careplan.change-barrier", needs=Permission.PLAN_CARE, on="barrier_id")
def change_barrier(*, barrier_id: UUID, changes: Values, was: Values, by: Actor, at: datetime) -> None:
    """Change a barrier's words or its domain. Raises UnableToPlan once it has ended, ChangedMeanwhile."""
    row = Barrier.objects.select_for_update(no_key=True).get(pk=barrier_id)
    wanted = differing(row, changes, was)
    if row.status != "open":
        raise UnableToPlan(f"This barrier is {row.status} already.")
    if wanted.get("domain", row.domain) not in library.barrier_domains() or not wanted.get("text", row.text).strip():
        raise UnableToPlan("Choose what kind of barrier it is, and say it in a few words.")
    if wanted:
        _set(row, wanted, by, at)
        _told(row, "Barrier", wanted, by, at)


@action("careplan.change-statement", needs=Permission.PLAN_CARE, on="statement_id")
def change_statement(*, statement_id: UUID, changes: Values, was: Values, by: Actor, at: datetime) -> None:
    """Change the words of a preference, an emergency or a backup plan. Raises UnableToPlan once it has ended."""
    row = Statement.objects.select_for_update(no_key=True).get(pk=statement_id)
    wanted = differing(row, changes, was)
    if row.ended_at is not None or not wanted.get("text", row.text).strip():
        raise UnableToPlan("Write it in a few words; one that has ended is written anew.")
    if wanted:
        _set(row, wanted, by, at)
        _told(row, row.kind.capitalize(), wanted, by, at)
