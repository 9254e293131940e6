"""Writes of tasks: add, do, hold, hand on, cancel, reopen. Each leaves a transition and a line of story."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.bulk import Statement
from throughline.foundation.access.models import Team, User
from throughline.foundation.access.pending import write
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.prepared import fetch
from throughline.foundation.journal.publishing import publish
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locate, locator, remember_place
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.record.tasks import events, rules
from throughline.record.tasks.models import MOVE, MOVING, Task, TaskTransition


class UnableToAddTask(Refusal):
    """The task lacks what would let somebody do it."""


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


@locator("task_id", table="tasks_task")
def _place_of_task(task_id: UUID) -> Place:
    found = Task.objects.filter(pk=task_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This task does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


def _changed(task: Task, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    task.version += 1
    moved = Statement("tasks_task", MOVE, (*(getattr(task, column) for column in MOVING), task.id))
    write(moved, _transition(task, act, before, reason, by, at))


def _transition(task: Task, act: str, before: dict[str, Any], reason: str, by: Actor, at: datetime) -> TaskTransition:
    who = {"at": at, "by_id": by.user_id, "by_name": by.name}
    return unsaved(TaskTransition, task_id=task.id, act=act, before=before, after=_face(task), reason=reason, **who)


def _face(task: Task) -> dict[str, Any]:
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


def _about(task: Task) -> dict[str, Any]:
    return {
        "site_id": task.site_id,
        "patient_id": task.patient_id,
        "case_id": task.case_id,
        "task_id": task.id,
        "title": f"{task.verb}: {task.title}",
    }


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
    write(created, _transition(created, "add", {}, "", by, at))
    remember_place("task_id", created.id, place)
    publish(events.TaskAdded(**_about(created), owner_name=holder), by=by, at=at)
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
    owner, team = _holders(site_id, task.owner_id, task.team_id)
    return ", ".join(str(holder) for holder in (owner, team) if holder)


def _holders(site_id: UUID, owner_id: UUID | None, team_id: UUID | None) -> tuple[User | None, Team | None]:
    owner = User.objects.filter(pk=owner_id, is_active=True, grants__site=site_id).first() if owner_id else None
    team = Team.objects.filter(pk=team_id, site=site_id, active=True).first() if team_id else None
    if (owner_id and owner is None) or (team_id and team is None):
        raise UnableToAddTask("Choose a colleague or team that works at this site.")
    return owner, team


def _locked(task_id: UUID) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("owner", "team").get(pk=task_id)


@action("tasks.do", needs=Permission.WORK_CASE, on="task_id")
def do_task(*, task_id: UUID, outcome: str = "", by: Actor, at: datetime) -> UUID | None:
    """Mark a task done; return the identifier of its next occurrence when it repeats, else None."""
    task = _locked(task_id)
    before = _face(task)
    task.state = rules.apply(task.state, "do")
    task.done_at, task.done_by_id, task.outcome = at, by.user_id, outcome
    task.hold_until, task.hold_reason = None, ""
    _changed(task, "do", before, outcome, by=by, at=at)
    publish(events.TaskDone(**_about(task), outcome=outcome), by=by, at=at)
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
    task = locked if locked is not None and locked.id == task_id else _locked(task_id)
    why = rules.hold_reason(reason)
    if task.state not in rules.LIVE:
        raise rules.UnableToMoveTask(f"This task is {rules.WORDS[task.state]}; there is nothing to snooze.")
    rules.check_hold(until=until, at=at, latest=task.legal_due_at)
    before = _face(task)
    task.hold_until, task.hold_reason = until, why.words
    _changed(task, "hold", before, why.words, by=by, at=at)
    publish(events.TaskHeld(**_about(task), until=f"{until:%b %-d, %-I:%M %p}", reason=why.words), by=by, at=at)


@action("tasks.end-hold", needs=Permission.WORK_CASE, on="task_id")
def end_hold(*, task_id: UUID, by: Actor, at: datetime) -> None:
    """Bring a resting task back at once."""
    task = _locked(task_id)
    before = _face(task)
    task.hold_until, task.hold_reason = None, ""
    _changed(task, "end-hold", before, "", by=by, at=at)


@action("tasks.assign", needs=Permission.WORK_CASE, on="task_id")
def assign_task(*, task_id: UUID, owner_id: UUID | None, team_id: UUID | None = None, by: Actor, at: datetime) -> None:
    """Give the task to a colleague or a team of the site."""
    task = _locked(task_id)
    owner, team = _holders(task.site_id, owner_id, team_id)
    if owner is None and team is None:
        raise UnableToAddTask("Choose a colleague or team that works at this site.")
    before = _face(task)
    task.state = rules.apply(task.state, "assign")
    task.owner, task.team, task.delegated_by = owner, team, None
    _changed(task, "assign", before, "", by=by, at=at)
    _tell(task, "assign", ", ".join(str(h) for h in (owner, team) if h), "", by=by, at=at)


def _tell(task: Task, act: str, who: str, reason: str, *, by: Actor, at: datetime) -> None:
    publish(events.TaskHandedOn(**_about(task), act=act, owner_name=who, reason=reason), by=by, at=at)


@action("tasks.change", needs=Permission.WORK_CASE, on="task_id")
def change_task(*, task_id: UUID, changes: Mapping[str, Any], was: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Change a task's title, due instant (`due_at` with `due_has_time`) or owner (`owner_id`); a new owner is assigned.

    `was` is what each of them held when it was read. Raises UnableToAddTask for a title without words, an owner who
    does not work here or a date past the legal deadline, ChangedMeanwhile when one of them changed between.
    """
    task = _locked(task_id)
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
        task = _locked(task_id)
    if not wanted:
        return
    before = _face(task)
    for name, value in wanted.items():
        setattr(task, name, value)
    _changed(task, "change", before, "", by=by, at=at)
    said = tuple({"due_at": "due", "due_has_time": "due"}.get(name, name) for name in wanted)
    publish(events.TaskChanged(**_about(task), fields=tuple(dict.fromkeys(said))), by=by, at=at)


@action("tasks.offer", needs=Permission.WORK_CASE, on="task_id")
def offer_task(*, task_id: UUID, to_id: UUID, by: Actor, at: datetime) -> None:
    """Offer the task to a colleague, who accepts or declines; the one who offers stays answerable."""
    task = _locked(task_id)
    owner, _ = _holders(task.site_id, to_id, None)
    before = _face(task)
    task.state = rules.apply(task.state, "offer")
    task.owner, task.delegated_by_id = owner, by.user_id
    _changed(task, "offer", before, "", by=by, at=at)
    _tell(task, "offer", str(owner), "", by=by, at=at)


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
    task = _locked(task_id)
    if not _answers_for(task, by, at):
        raise rules.UnableToMoveTask("Only the colleague it was offered to, or who covers for her, can answer.")
    if not accept and not reason.strip():
        raise rules.UnableToMoveTask("Say why, so that somebody else can be found.")
    before = _face(task)
    act = "accept" if accept else "decline"
    task.state = rules.apply(task.state, act)
    if not accept:
        task.owner_id, task.delegated_by_id = task.delegated_by_id, None
    _changed(task, act, before, reason, by=by, at=at)
    _tell(task, act, by.name, reason, by=by, at=at)


@action("tasks.report-back", needs=Permission.WORK_CASE, on="task_id")
def report_back(*, task_id: UUID, outcome: str, by: Actor, at: datetime) -> None:
    """Report a delegated task as carried out, with what was found; the one who offered it checks."""
    if not outcome.strip():
        raise rules.UnableToMoveTask("Write what was done and found.")
    task = _locked(task_id)
    before = _face(task)
    task.state, task.outcome = rules.apply(task.state, "report"), outcome
    _changed(task, "report", before, outcome, by=by, at=at)
    _tell(task, "report", by.name, outcome, by=by, at=at)


@action("tasks.check-report", needs=Permission.WORK_CASE, on="task_id")
def check_report(*, task_id: UUID, verified: bool, reason: str = "", by: Actor, at: datetime) -> None:
    """Verify a reported task, which ends it, or return it with a reason."""
    task = _locked(task_id)
    if not verified and not reason.strip():
        raise rules.UnableToMoveTask("Say what is still missing.")
    before, act = _face(task), "verify" if verified else "return"
    task.state = rules.apply(task.state, act)
    if verified:
        task.done_at, task.done_by_id = at, task.owner_id
    _changed(task, act, before, reason, by=by, at=at)
    _tell(task, act, by.name if verified else str(task.owner), reason, by=by, at=at)


@action("tasks.cancel", needs=Permission.WORK_CASE, on="task_id")
def cancel_task(*, task_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """End a task that no longer needs doing, with the reason."""
    task = _locked(task_id)
    _cancel(task, reason, by=by, at=at)


def _cancel(task: Task, reason: str, *, by: Actor, at: datetime) -> None:
    before = _face(task)
    task.state, task.done_at = rules.apply(task.state, "cancel"), at
    _changed(task, "cancel", before, reason, by=by, at=at)
    publish(events.TaskCancelled(**_about(task), reason=reason), by=by, at=at)


@action("tasks.cancel-for-case", needs=Permission.WORK_CASE, on="case_id")
def cancel_tasks_of_case(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """End every live task of a case that closed, and return how many."""
    live = list(Task.objects.select_for_update().filter(case_id=case_id, state__in=rules.LIVE))
    for task in live:
        _cancel(task, reason, by=by, at=at)
    return len(live)


@action("tasks.cancel-for-subject", needs=Permission.WORK_CASE, on="patient_id")
def cancel_tasks_for(*, patient_id: UUID, subject: str, reason: str, by: Actor, at: datetime) -> int:
    """End the live tasks of a subject that became moot, and return how many."""
    live = list(Task.objects.select_for_update().filter(patient_id=patient_id, subject=subject, state__in=rules.LIVE))
    for task in live:
        _cancel(task, reason, by=by, at=at)
    return len(live)


@action("tasks.reopen", needs=Permission.WORK_CASE, on="task_id")
def reopen_task(*, task_id: UUID, by: Actor, at: datetime) -> None:
    """Take back a done or cancelled task, ending a next occurrence that was made from it."""
    task = _locked(task_id)
    before = _face(task)
    task.state = rules.apply(task.state, "reopen")
    task.done_at, task.done_by_id, task.outcome = None, None, ""
    _changed(task, "reopen", before, "", by=by, at=at)
    for following in Task.objects.filter(subject=f"after:{task.id}", state__in=rules.LIVE):
        _cancel(following, "The one before it was reopened.", by=by, at=at)
    publish(events.TaskReopened(**_about(task)), by=by, at=at)


@action("tasks.undo", needs=Permission.WORK_CASE, on="task_id")
def undo_last(*, task_id: UUID, version: int, by: Actor, at: datetime) -> None:
    """Put a task back as it stood before its last change.

    `version` is the task's version after that change; raises UnableToMoveTask when something happened since.
    """
    task = _locked(task_id)
    last = task.transitions.order_by("-at", "-id").first()
    if task.version != version or last is None or last.act == "add":
        raise rules.UnableToMoveTask("This task was changed since; look at it before changing it again.")
    face = last.before
    before = _face(task)
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
    _changed(task, "undo", before, f"Undid {last.act}.", by=by, at=at)
    if last.act == "do":
        for following in Task.objects.filter(subject=f"after:{task.id}", state__in=rules.LIVE):
            _cancel(following, "The one before it was reopened.", by=by, at=at)
    publish(events.TaskReopened(**_about(task)), by=by, at=at)


@action("tasks.reassign-all", needs=Permission.SUPERVISE, on="site_id")
def reassign_all(
    *, site_id: UUID, from_user_id: UUID, to_user_id: UUID | None, team_id: UUID | None,
    only: Iterable[UUID] | None = None, by: Actor, at: datetime
) -> int:  # fmt: skip
    """Move a colleague's live tasks at the site (all, or those named) to a colleague or a team; return how many."""
    owner, team = _holders(site_id, to_user_id, team_id)
    if owner is None and team is None:
        raise UnableToAddTask("Choose a colleague or team that works at this site.")
    live = Task.objects.select_for_update().filter(site_id=site_id, owner_id=from_user_id, state__in=rules.LIVE)
    moved = list(live if only is None else live.filter(pk__in=list(only)))
    for task in moved:
        before = _face(task)
        task.owner, task.team, task.delegated_by, task.state = owner, team, None, rules.OPEN
        _changed(task, "assign", before, "reassigned with the rest of a list", by=by, at=at)
        _tell(task, "assign", ", ".join(str(h) for h in (owner, team) if h), "", by=by, at=at)
    return len(moved)
