"""Reads of tasks. Each takes the viewer first and shows only tasks of patients she may see."""

from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.queries import sees
from throughline.foundation.drafts.records import Editable
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.tasks.models import Task, TaskTransition
from throughline.record.tasks.records import TaskRecord
from throughline.record.tasks.rules import ACCEPTED, LIVE, OFFERED, REPORTED


def task(viewer: Viewer, task_id: UUID) -> TaskRecord:
    """Return one task. Raises NotFound when there is none or the viewer may not see it."""
    found = Task.objects.filter(sees(viewer), pk=task_id).select_related("patient", "owner", "team").first()
    if found is None:
        raise NotFound("This task does not exist, or you may not see it.")
    return record(found)


def editable_task(viewer: Viewer, task_id: UUID) -> Editable:
    """Return a task as its edit form opens it: the due day and time as they are in the viewer's zone.

    Raises NotFound when there is none or the viewer may not see it.
    """
    found = task(viewer, task_id)
    local = found.due_at.astimezone(ZoneInfo(viewer.time_zone)) if found.due_at else None
    held = {
        "title": found.title,
        "due_on": local.date() if local else None,
        "due_time": f"{local:%H:%M}" if local and found.due_has_time else "",
        "owner_id": str(found.owner_id or ""),
        "due_at": found.due_at,
        "due_has_time": found.due_has_time,
    }
    return Editable(found.id, found.patient_id, f"{found.verb}: {found.title}", held)


_HANDED = {"offer": OFFERED, "report": REPORTED, "return": ACCEPTED}


def handed_words(viewer: Viewer, task_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what was said last of tasks handed on: who offers, what was reported, what is missing and who asks it.

    A step that a later one has undone is left out.
    """
    steps = TaskTransition.objects.filter(sees(viewer, patient="task__patient_id", site="task__site_id"))
    last = steps.filter(task_id__in=task_ids, act__in=_HANDED).select_related("task").order_by("task_id", "-at")
    said = {}
    for step in last.distinct("task_id"):
        if step.task.state == _HANDED[step.act]:
            words = {"offer": "Offered by", "report": "Reported by", "return": "Sent back by"}[step.act]
            said[step.task_id] = f"{words} {step.by_name}" + (f": {step.reason}" if step.reason else "")
    return said


def open_tasks_of(viewer: Viewer, patient_id: UUID, *, limit: int = 50) -> list[TaskRecord]:
    """Return a patient's live tasks: nearest due first, undated last."""
    found = Task.objects.filter(sees(viewer), patient_id=patient_id, state__in=LIVE)
    ordered = found.select_related("patient", "owner", "team").order_by("tier", "due_at", "id")[:limit]
    return [record(t) for t in ordered]


def has_live(viewer: Viewer, *, subject: str) -> bool:
    """Whether a live task stands for the subject ("need:<id>", "clock:<id>")."""
    return Task.objects.filter(sees(viewer), subject=subject, state__in=LIVE).exists()


def live_of(viewer: Viewer, user_id: UUID) -> int:
    """Return how many unfinished tasks a colleague owns, or has handed on, among the patients the viewer may see."""
    hers = Q(owner_id=user_id) | Q(delegated_by_id=user_id)
    return Task.objects.filter(sees(viewer), hers, state__in=LIVE).count()


def record(found: Task) -> TaskRecord:
    """Return a row as its record."""
    return TaskRecord(
        id=found.id,
        site_id=found.site_id,
        patient_id=found.patient_id,
        patient_name=found.patient.display_name,
        case_id=found.case_id,
        kind=found.kind,
        verb=found.verb,
        title=found.title,
        why=found.why,
        tier=found.tier,
        owner_id=found.owner_id,
        owner_name=str(found.owner) if found.owner else "",
        team_id=found.team_id,
        team_name=str(found.team) if found.team else "",
        due_at=found.due_at,
        due_has_time=found.due_has_time,
        time_zone=found.time_zone,
        legal_due_at=found.legal_due_at,
        hold_until=found.hold_until,
        hold_reason=found.hold_reason,
        state=found.state,
        subject=found.subject,
        recurrence=found.recurrence,
        delegated_by_id=found.delegated_by_id,
        created_at=found.created_at,
        done_at=found.done_at,
        outcome=found.outcome,
        version=found.version,
    )
