"""What follows a letter for the task it was drafted for: done when it goes out, open again when it comes back."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access.queries import system_viewer
from throughline.foundation.kernel.actor import Actor, system
from throughline.record.documents.events import (
    DocumentDelivered,
    DocumentEvent,
    DocumentFailed,
    DocumentRecalled,
    DocumentSent,
)
from throughline.record.tasks import actions as tasks
from throughline.record.tasks import queries as task_queries
from throughline.record.tasks.records import TaskRecord
from throughline.record.tasks.rules import DONE, LIVE


def close_task(event: DocumentSent | DocumentDelivered, *, by: Actor, at: datetime) -> None:
    """Mark done the task a letter was drafted for, now that it went out; recalling its link reopens it."""
    task = _task_of(event, at)
    if task is not None and task.state in LIVE:
        tasks.do_task(task_id=task.id, outcome=event.sentence(), by=by, at=at)


def open_task_again(event: DocumentRecalled | DocumentFailed, *, by: Actor, at: datetime) -> None:
    """Reopen the task of a letter that came back, or was recalled after it was sent."""
    task = _task_of(event, at)
    if task is not None and task.state == DONE and event.title in task.outcome:
        tasks.reopen_task(task_id=task.id, by=by, at=at)


def _task_of(event: DocumentEvent, at: datetime) -> TaskRecord | None:
    """Return the task a letter was drafted for; a message beside it does not close the task."""
    if event.document_kind != "letter" or not event.subject.startswith("task:"):
        return None
    viewer = system_viewer(system("letters"), at=at, site_ids=[event.site_id])
    return task_queries.task(viewer, UUID(event.subject.removeprefix("task:")))
