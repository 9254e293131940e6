"""What every act on a task needs: its row locked, its holders, the transition it leaves, the line that tells of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.bulk import Statement
from throughline.foundation.access.models import Team, User
from throughline.foundation.access.pending import write
from throughline.foundation.access.queries import working_at
from throughline.foundation.journal.publishing import publish
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.tasks import events
from throughline.record.tasks.models import MOVE, MOVING, Task, TaskTransition


class UnableToAddTask(Refusal):
    """The task lacks what would let somebody do it."""


@locator("task_id", table="tasks_task")
def _place_of_task(task_id: UUID) -> Place:
    found = Task.objects.filter(pk=task_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This task does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


def locked_task(task_id: UUID) -> Task:
    """Return the task with its holders, its row locked until the act ends."""
    return Task.objects.select_for_update(of=("self",)).select_related("owner", "team").get(pk=task_id)


def holders(site_id: UUID, owner_id: UUID | None, team_id: UUID | None) -> tuple[User | None, Team | None]:
    """Return the colleague and the team named. Raises UnableToAddTask for one that does not work at the site."""
    owner = working_at(site_id).filter(pk=owner_id).first() if owner_id else None
    team = Team.objects.filter(pk=team_id, site=site_id, active=True).first() if team_id else None
    if (owner_id and owner is None) or (team_id and team is None):
        raise UnableToAddTask("Choose a colleague or team that works at this site.")
    return owner, team


def changed(task: Task, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    """Write the task as it now stands and the transition from what it was before."""
    task.version += 1
    moved = Statement("tasks_task", MOVE, (*(getattr(task, column) for column in MOVING), task.id))
    write(moved, transition(task, act, before, reason, by, at))


def transition(task: Task, act: str, before: dict[str, Any], reason: str, by: Actor, at: datetime) -> TaskTransition:
    """Return the transition of a task, not yet written."""
    who = {"at": at, "by_id": by.user_id, "by_name": by.name}
    return unsaved(TaskTransition, task_id=task.id, act=act, before=before, after=face_of(task), reason=reason, **who)


def face_of(task: Task) -> dict[str, Any]:
    """What undo needs to put back."""
    return {
        "state": task.state,
        "owner": str(task.owner_id or ""),
        "team": str(task.team_id or ""),
        "title": task.title,
        "due_at": task.due_at.isoformat() if task.due_at else "",
        "due_has_time": task.due_has_time,
        "hold_until": task.hold_until.isoformat() if task.hold_until else "",
        "hold_reason": task.hold_reason,
        "delegated_by": str(task.delegated_by_id or ""),
        "outcome": task.outcome,
        "version": task.version,
    }


def about(task: Task) -> dict[str, Any]:
    """Return what every event about a task says of it."""
    return {
        "site_id": task.site_id,
        "patient_id": task.patient_id,
        "case_id": task.case_id,
        "task_id": task.id,
        "title": f"{task.verb}: {task.title}",
    }


def tell(task: Task, act: str, who: str, reason: str, *, by: Actor, at: datetime) -> None:
    """Tell that a task changed hands: the act, and who holds it now."""
    publish(events.TaskHandedOn(**about(task), act=act, owner_name=who, reason=reason), by=by, at=at)
