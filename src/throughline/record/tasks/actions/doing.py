"""Ends a task or lets it rest: done, held, cancelled."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.record.tasks import events, rules
from throughline.record.tasks.actions.adding import TaskIn, add_task
from throughline.record.tasks.actions.writing import about, changed, face_of, locked_task
from throughline.record.tasks.models import Task


@action("tasks.do", needs=Permission.WORK_CASE, on="task_id")
def do_task(*, task_id: UUID, outcome: str = "", by: Actor, at: datetime) -> UUID | None:
    """Mark a task done; return the identifier of its next occurrence when it repeats, else None."""
    task = locked_task(task_id)
    before = face_of(task)
    task.state = rules.apply(task.state, "do")
    task.done_at, task.done_by_id, task.outcome = at, by.user_id, outcome
    task.hold_until, task.hold_reason = None, ""
    changed(task, "do", before, outcome, by=by, at=at)
    publish(events.TaskDone(**about(task), outcome=outcome), by=by, at=at)
    return _recur(task, by=by, at=at)


def _recur(task: Task, *, by: Actor, at: datetime) -> UUID | None:
    if not task.recurrence or task.due_at is None:
        return None
    due = rules.next_due(due_at=task.due_at, recurrence=task.recurrence, time_zone=task.time_zone, after=at)
    if due is None:
        return None
    following = TaskIn(
        patient_id=task.patient_id,
        title=task.title,
        verb=task.verb,
        case_id=task.case_id,
        kind=task.kind,
        why=task.why,
        tier=task.tier,
        owner_id=task.owner_id,
        team_id=task.team_id,
        due_at=due,
        due_has_time=task.due_has_time,
        time_zone=task.time_zone,
        recurrence=task.recurrence,
        subject=f"after:{task.id}",
    )
    return add_task(patient_id=task.patient_id, task=following, by=by, at=at)


@action("tasks.hold", needs=Permission.WORK_CASE, on="task_id")
def hold_task(
    *, task_id: UUID, until: datetime, reason: str, locked: Task | None = None, by: Actor, at: datetime
) -> None:
    """Let a task rest until an instant, for a reason from the list. It never rests past a legal deadline.

    `locked` is the row where an act around this one has read and locked it already.
    """
    task = locked if locked is not None and locked.id == task_id else locked_task(task_id)
    why = rules.hold_reason(reason)
    if task.state not in rules.LIVE:
        raise rules.UnableToMoveTask(f"This task is {rules.WORDS[task.state]}; there is nothing to snooze.")
    rules.check_hold(until=until, at=at, latest=task.legal_due_at)
    before = face_of(task)
    task.hold_until, task.hold_reason = until, why.words
    changed(task, "hold", before, why.words, by=by, at=at)
    publish(events.TaskHeld(**about(task), until=f"{until:%b %-d, %-I:%M %p}", reason=why.words), by=by, at=at)


@action("tasks.end-hold", needs=Permission.WORK_CASE, on="task_id")
def end_hold(*, task_id: UUID, by: Actor, at: datetime) -> None:
    """Bring a resting task back at once."""
    task = locked_task(task_id)
    before = face_of(task)
    task.hold_until, task.hold_reason = None, ""
    changed(task, "end-hold", before, "", by=by, at=at)


@action("tasks.cancel", needs=Permission.WORK_CASE, on="task_id")
def cancel_task(*, task_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """End a task that no longer needs doing, with the reason."""
    task = locked_task(task_id)
    cancel_locked(task, reason, by=by, at=at)


def cancel_locked(task: Task, reason: str, *, by: Actor, at: datetime) -> None:
    """End a task whose row is locked, with the reason."""
    before = face_of(task)
    task.state, task.done_at = rules.apply(task.state, "cancel"), at
    changed(task, "cancel", before, reason, by=by, at=at)
    publish(events.TaskCancelled(**about(task), reason=reason), by=by, at=at)


@action("tasks.cancel-for-case", needs=Permission.WORK_CASE, on="case_id")
def cancel_tasks_of_case(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """End every live task of a case that closed, and return how many."""
    live = list(Task.objects.select_for_update().filter(case_id=case_id, state__in=rules.LIVE))
    for task in live:
        cancel_locked(task, reason, by=by, at=at)
    return len(live)


@action("tasks.cancel-for-subject", needs=Permission.WORK_CASE, on="patient_id")
def cancel_tasks_for(*, patient_id: UUID, subject: str, reason: str, by: Actor, at: datetime) -> int:
    """End the live tasks of a subject that became moot, and return how many."""
    live = list(Task.objects.select_for_update().filter(patient_id=patient_id, subject=subject, state__in=rules.LIVE))
    for task in live:
        cancel_locked(task, reason, by=by, at=at)
    return len(live)
