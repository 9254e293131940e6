"""Adds a task, once for each subject."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.pending import write
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.prepared import fetch
from throughline.foundation.journal.publishing import publish
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.actions import action, locate, remember_place
from throughline.foundation.kernel.actor import Actor
from throughline.record.tasks import events, rules
from throughline.record.tasks.actions.writing import UnableToAddTask, about, holders, transition
from throughline.record.tasks.models import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskIn:
    """A thing to do, as the one who asks for it says it. `tier` is its standing on Today (0 safety … 5 soon)."""

    patient_id: UUID
    title: str
    verb: str = "Do"
    case_id: UUID | None = None
    kind: str = "task"
    why: str = ""
    tier: int = 5
    owner_id: UUID | None = None
    team_id: UUID | None = None
    due_at: datetime | None = None
    due_has_time: bool = False
    time_zone: str = ""
    legal_due_at: datetime | None = None
    subject: str = ""
    recurrence: str = ""


@action("tasks.add", needs=Permission.WORK_CASE, on="patient_id")
def add_task(*, patient_id: UUID, task: TaskIn, by: Actor, at: datetime) -> UUID:
    """Add a task and return its identifier; a live task with the same subject is returned instead of doubled.

    Raises UnableToAddTask for a missing title, a recurrence without a due date, or a holder who does not work here.
    """
    if not task.title.strip():
        raise UnableToAddTask("Say in a few words what is to be done.")
    place = locate("patient_id", patient_id)
    assert place.site_id is not None
    case_id, standing = _standing(patient_id, task)
    if standing is not None:
        return standing
    holder = _holder_names(place.site_id, task, by)
    if task.recurrence:
        if task.due_at is None:
            raise UnableToAddTask("A repeating task needs a first due date.")
        rules.next_due(due_at=task.due_at, recurrence=task.recurrence, time_zone=task.time_zone, after=at)
    said = {name: getattr(task, name) for name in _SAID} | {"case_id": case_id, "title": task.title.strip()}
    who = {"created_by_id": by.user_id, "created_by_name": by.name}
    created = unsaved(Task, **said, site_id=place.site_id, created_at=at, **who)
    write(created, transition(created, "add", {}, "", by, at))
    remember_place("task_id", created.id, place)
    publish(events.TaskAdded(**about(created), owner_name=holder), by=by, at=at)
    return created.id


_SAID = tuple(one.name for one in dataclasses.fields(TaskIn))
_STANDING = """
select (select c.id from cases_case c where c.patient_id = %(patient)s and c.state <> 'closed' limit 1) as case_id,
  (select t.id from tasks_task t where t.subject = %(subject)s and t.subject <> '' and t.patient_id = %(patient)s
    and t.state = any(%(live)s) limit 1) as standing
"""


def _standing(patient_id: UUID, task: TaskIn) -> tuple[UUID | None, UUID | None]:
    """Return the case the task belongs to, and the live task of the same subject if there is one."""
    if task.case_id is not None and not task.subject:
        return task.case_id, None
    found = fetch(_STANDING, {"patient": patient_id, "subject": task.subject, "live": list(rules.LIVE)})[0]
    return task.case_id or found["case_id"], found["standing"]


def _holder_names(site_id: UUID, task: TaskIn, by: Actor) -> str:
    """Return who holds the task, in words. Raises UnableToAddTask for one who does not work at the site."""
    if task.team_id is None and task.owner_id is not None and task.owner_id == by.user_id and site_id in by.permissions:
        return by.name  # who acts with a role at the site works there
    owner, team = holders(site_id, task.owner_id, task.team_id)
    return ", ".join(str(holder) for holder in (owner, team) if holder)
