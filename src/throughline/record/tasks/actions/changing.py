"""Changes a task or takes a change of it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.record.tasks import events, rules
from throughline.record.tasks.actions.doing import cancel_locked
from throughline.record.tasks.actions.handing import assign_task
from throughline.record.tasks.actions.writing import UnableToAddTask, about, changed, face_of, locked_task
from throughline.record.tasks.models import Task


@action("tasks.change", needs=Permission.WORK_CASE, on="task_id")
def change_task(*, task_id: UUID, changes: Mapping[str, Any], was: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Change a task's title, due instant (`due_at` with `due_has_time`) or owner (`owner_id`); a new owner is assigned.

    `was` is what each of them held when it was read. Raises UnableToAddTask for a title without words, an owner who
    does not work here or a date past the legal deadline, ChangedMeanwhile when one of them changed between.
    """
    task = locked_task(task_id)
    wanted = differing(task, changes, was)
    if task.state not in rules.LIVE:
        raise rules.UnableToMoveTask(f"This task is {rules.WORDS[task.state]}; add a new one instead.")
    if not wanted.get("title", task.title).strip():
        raise UnableToAddTask("Say in a few words what is to be done.")
    due = wanted.get("due_at", task.due_at)
    if task.recurrence and due is None:
        raise UnableToAddTask("A repeating task needs a due date.")
    if "due_at" in wanted and task.legal_due_at and (due is None or due > task.legal_due_at):
        raise UnableToAddTask(f"It is due by law on {task.legal_due_at:%b %-d, %Y}; choose a day until then.")
    handed = wanted.pop("owner_id", None)
    if handed is not None:
        assign_task(task_id=task_id, owner_id=handed, by=by, at=at)
        task = locked_task(task_id)
    if not wanted:
        return
    before = face_of(task)
    for name, value in wanted.items():
        setattr(task, name, value)
    changed(task, "change", before, "", by=by, at=at)
    said = tuple({"due_at": "due", "due_has_time": "due"}.get(name, name) for name in wanted)
    publish(events.TaskChanged(**about(task), fields=tuple(dict.fromkeys(said))), by=by, at=at)


@action("tasks.reopen", needs=Permission.WORK_CASE, on="task_id")
def reopen_task(*, task_id: UUID, by: Actor, at: datetime) -> None:
    """Take back a done or cancelled task, ending a next occurrence that was made from it."""
    task = locked_task(task_id)
    before = face_of(task)
    task.state = rules.apply(task.state, "reopen")
    task.done_at, task.done_by_id, task.outcome = None, None, ""
    changed(task, "reopen", before, "", by=by, at=at)
    for following in Task.objects.filter(subject=f"after:{task.id}", state__in=rules.LIVE):
        cancel_locked(following, "The one before it was reopened.", by=by, at=at)
    publish(events.TaskReopened(**about(task)), by=by, at=at)


@action("tasks.undo", needs=Permission.WORK_CASE, on="task_id")
def undo_last(*, task_id: UUID, version: int, by: Actor, at: datetime) -> None:
    """Put a task back as it stood before its last change; one that was just added is cancelled.

    `version` is the task's version after that change; raises UnableToMoveTask when something happened since.
    """
    task = locked_task(task_id)
    last = task.transitions.order_by("-at", "-id").first()
    if task.version != version or last is None:
        raise rules.UnableToMoveTask("This task was changed since; look at it before changing it again.")
    if last.act == "add":
        cancel_locked(task, "Added by mistake.", by=by, at=at)
        return
    face = last.before
    before = face_of(task)
    task.state = face["state"]
    task.owner_id, task.team_id = face["owner"] or None, face["team"] or None
    task.delegated_by_id = face["delegated_by"] or None
    task.hold_until = datetime.fromisoformat(face["hold_until"]) if face["hold_until"] else None
    task.hold_reason = face["hold_reason"]
    if last.act == "change":
        task.title, task.due_has_time = face["title"], face["due_has_time"]
        task.due_at = datetime.fromisoformat(face["due_at"]) if face["due_at"] else None
    if task.state in rules.LIVE:
        # What a colleague reported stays when only the check of her report is undone.
        task.done_at, task.done_by_id, task.outcome = None, None, face.get("outcome", "")
    changed(task, "undo", before, f"Undid {last.act}.", by=by, at=at)
    if last.act == "do":
        for following in Task.objects.filter(subject=f"after:{task.id}", state__in=rules.LIVE):
            cancel_locked(following, "The one before it was reopened.", by=by, at=at)
    publish(events.TaskReopened(**about(task)), by=by, at=at)
