"""Hands a task on: assigned, offered, answered, reported back, checked, moved with the rest of a list."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.record.tasks import rules
from throughline.record.tasks.actions.writing import UnableToAddTask, changed, face_of, holders, locked_task, tell
from throughline.record.tasks.models import Task


@action("tasks.assign", needs=Permission.WORK_CASE, on="task_id")
def assign_task(*, task_id: UUID, owner_id: UUID | None, team_id: UUID | None = None, by: Actor, at: datetime) -> None:
    """Give the task to a colleague or a team of the site."""
    task = locked_task(task_id)
    owner, team = holders(task.site_id, owner_id, team_id)
    if owner is None and team is None:
        raise UnableToAddTask("Choose a colleague or team that works at this site.")
    before = face_of(task)
    task.state = rules.apply(task.state, "assign")
    task.owner, task.team, task.delegated_by = owner, team, None
    changed(task, "assign", before, "", by=by, at=at)
    tell(task, "assign", ", ".join(str(h) for h in (owner, team) if h), "", by=by, at=at)


@action("tasks.offer", needs=Permission.WORK_CASE, on="task_id")
def offer_task(*, task_id: UUID, to_id: UUID, by: Actor, at: datetime) -> None:
    """Offer the task to a colleague, who accepts or declines; the one who offers stays answerable."""
    task = locked_task(task_id)
    owner, _ = holders(task.site_id, to_id, None)
    before = face_of(task)
    task.state = rules.apply(task.state, "offer")
    task.owner, task.delegated_by_id = owner, by.user_id
    changed(task, "offer", before, "", by=by, at=at)
    tell(task, "offer", str(owner), "", by=by, at=at)


StandIn = Callable[[UUID, UUID, datetime], bool]
_stand_ins: list[StandIn] = []


def stands_in_by(covers: StandIn) -> StandIn:
    """Register who knows whether one colleague (first) carries another's (second) list at an instant."""
    _stand_ins.append(covers)
    return covers


def _answers_for(task: Task, by: Actor, at: datetime) -> bool:
    if task.owner_id == by.user_id:
        return True
    owner, mine = task.owner_id, by.user_id
    return owner is not None and mine is not None and any(covers(mine, owner, at) for covers in _stand_ins)


@action("tasks.answer", needs=Permission.WORK_CASE, on="task_id")
def answer_offer(*, task_id: UUID, accept: bool, reason: str = "", by: Actor, at: datetime) -> None:
    """Accept or decline an offered task. Declining needs a reason and gives it back to the one who offered it."""
    task = locked_task(task_id)
    if not _answers_for(task, by, at):
        raise rules.UnableToMoveTask("Only the colleague it was offered to, or who covers for her, can answer.")
    if not accept and not reason.strip():
        raise rules.UnableToMoveTask("Say why, so that somebody else can be found.")
    before = face_of(task)
    act = "accept" if accept else "decline"
    task.state = rules.apply(task.state, act)
    if not accept:
        task.owner_id, task.delegated_by_id = task.delegated_by_id, None
    changed(task, act, before, reason, by=by, at=at)
    tell(task, act, by.name, reason, by=by, at=at)


@action("tasks.report-back", needs=Permission.WORK_CASE, on="task_id")
def report_back(*, task_id: UUID, outcome: str, by: Actor, at: datetime) -> None:
    """Report a delegated task as carried out, with what was found; the one who offered it checks."""
    if not outcome.strip():
        raise rules.UnableToMoveTask("Write what was done and found.")
    task = locked_task(task_id)
    before = face_of(task)
    task.state, task.outcome = rules.apply(task.state, "report"), outcome
    changed(task, "report", before, outcome, by=by, at=at)
    tell(task, "report", by.name, outcome, by=by, at=at)


@action("tasks.check-report", needs=Permission.WORK_CASE, on="task_id")
def check_report(*, task_id: UUID, verified: bool, reason: str = "", by: Actor, at: datetime) -> None:
    """Verify a reported task, which ends it, or return it with a reason."""
    task = locked_task(task_id)
    if not verified and not reason.strip():
        raise rules.UnableToMoveTask("Say what is still missing.")
    before, act = face_of(task), "verify" if verified else "return"
    task.state = rules.apply(task.state, act)
    if verified:
        task.done_at, task.done_by_id = at, task.owner_id
    changed(task, act, before, reason, by=by, at=at)
    tell(task, act, by.name if verified else str(task.owner), reason, by=by, at=at)


@action("tasks.reassign-all", needs=Permission.SUPERVISE, on="site_id")
def reassign_all(
    *, site_id: UUID, from_user_id: UUID, to_user_id: UUID | None, team_id: UUID | None,
    only: Iterable[UUID] | None = None, by: Actor, at: datetime
) -> int:  # fmt: skip
    """Move a colleague's live tasks at the site (all, or those named) to a colleague or a team; return how many.

    Of a whole list those go too that she has handed on: whoever takes the list answers for them from now on.
    """
    owner, team = holders(site_id, to_user_id, team_id)
    if owner is None and team is None:
        raise UnableToAddTask("Choose a colleague or team that works at this site.")
    live = Task.objects.select_for_update(of=("self",)).filter(site_id=site_id, state__in=rules.LIVE)
    hers = live.filter(owner_id=from_user_id)
    moved = list(hers if only is None else hers.filter(pk__in=list(only)))
    handed_on = list(live.filter(delegated_by_id=from_user_id).exclude(owner_id=from_user_id)) if only is None else []
    for task in handed_on:
        if owner is None or task.owner_id != owner.id:
            before, task.delegated_by = face_of(task), owner
            changed(task, "delegate", before, "reassigned with the rest of a list", by=by, at=at)
        else:
            moved.append(task)
    for task in moved:
        before = face_of(task)
        task.owner, task.team, task.delegated_by, task.state = owner, team, None, rules.OPEN
        changed(task, "assign", before, "reassigned with the rest of a list", by=by, at=at)
        tell(task, "assign", ", ".join(str(h) for h in (owner, team) if h), "", by=by, at=at)
    return len(moved) + len([task for task in handed_on if task not in moved])
