"""Evidence closes actions: a reading, an answer, a contact, a finished task; and opens them again when it is undone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment.queries import need_of_action
from throughline.practice.careplan import events
from throughline.practice.careplan.actions.planning import UnableToPlan, owner_of_case, task_for
from throughline.practice.careplan.models import ActionEvidence, PlanAction
from throughline.practice.careplan.records import EvidenceFact
from throughline.practice.careplan.rules import frequency
from throughline.practice.careplan.rules.evidence import in_time, satisfies
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.models import Task

LIVE = ("open", "offered", "accepted", "reported")


@action("careplan.note-evidence", needs=Permission.WORK_CASE, on="patient_id")
def note_evidence(*, patient_id: UUID, fact: EvidenceFact, by: Actor, at: datetime) -> tuple[UUID, ...]:
    """Close every active action of the patient the fact satisfies, and return their ids.

    A repeating action becomes due again by its frequency, with a new task; the same fact never counts twice.
    """
    rows = PlanAction.objects.select_for_update(no_key=True, of=("self",)).filter(
        patient_id=patient_id, status="active"
    )
    if fact.kind == "task":
        found = list(rows.filter(task_id=fact.reference))
    else:
        found = [row for row in rows.exclude(evidence_rules=[]) if satisfies(row.evidence_rules, fact)]
    return tuple(row.id for row in found if _close(row, fact, by, at))


@action("careplan.mark-done", needs=Permission.WORK_CASE, on="plan_action_id")
def mark_done(*, plan_action_id: UUID, words: str, by: Actor, at: datetime) -> None:
    """Close an action by hand with what was done. Raises UnableToPlan without words, or when it is not active."""
    row = PlanAction.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan_action_id)
    if row.status != "active" or not words.strip():
        raise UnableToPlan("Write what was done; the words are the evidence.")
    _close(row, EvidenceFact("hand", f"{row.id}:{at.isoformat()}", words.strip(), at, by.name), by, at)


@action("careplan.show-by-document", needs=Permission.WORK_CASE, on="plan_action_id")
def show_by_document(*, plan_action_id: UUID, document: EvidenceFact, by: Actor, at: datetime) -> None:
    """Close an action by a document that shows it was done: a report filed, a letter received or sent.

    `document` is of kind "document"; its reference names the document, so that recalling it opens the action again.
    Raises UnableToPlan when the action is not active or the same document closed it before.
    """
    row = PlanAction.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan_action_id)
    if row.status != "active" or document.kind != "document" or not _close(row, document, by, at, whenever=True):
        raise UnableToPlan("Choose a document that shows what was done; the same one counts once.")


@action("careplan.hand-over", needs=Permission.WORK_CASE, on="plan_action_id")
def hand_over(*, plan_action_id: UUID, owner_id: UUID, offer: bool = False, by: Actor, at: datetime) -> None:
    """Give an action's task to a colleague, or offer it. Raises UnableToPlan when the action is not active."""
    row = PlanAction.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan_action_id)
    if row.status != "active":
        raise UnableToPlan(f"This action is {row.status}. Add it again first.")
    task_id = row.task_id or task_for(row, need_of_action(row.need_id).text, None, by, at)
    if offer:
        tasks.offer_task(task_id=task_id, to_id=owner_id, by=by, at=at)
    else:
        tasks.assign_task(task_id=task_id, owner_id=owner_id, by=by, at=at)
    row.task_id, row.delegated = task_id, owner_id != by.user_id
    row.save(update_fields=["task", "delegated"])


def _close(row: PlanAction, fact: EvidenceFact, by: Actor, at: datetime, *, whenever: bool = False) -> bool:
    """Close an action by a fact in time for it; `whenever` for one a person says is its evidence."""
    happened = fact.at.date()
    following = _following(row, max(happened, row.due_on))
    if (
        not whenever
        and fact.kind not in ("task", "hand")
        and not in_time(happened=happened, due=row.due_on, added=row.added_at.date(), following=following)
    ):
        return False
    noted, made = ActionEvidence.objects.get_or_create(
        action=row, kind=fact.kind, reference=fact.reference, undone_at=None,
        defaults={"site_id": row.site_id, "patient_id": row.patient_id, "sentence": fact.sentence, "at": fact.at,
                  "who": fact.who, "noted_at": at, "due_before": row.due_on, "task_before_id": row.task_id},
    )  # fmt: skip
    if not made:
        return False
    carried, row.task_id = row.task_id, None
    row.status = "active" if following else "done"
    row.due_on = following or row.due_on
    _moved(row, f"{noted.sentence}", by, at)
    if carried and fact.kind != "task" and Task.objects.filter(pk=carried, state__in=LIVE).exists():
        tasks.do_task(task_id=carried, outcome=fact.sentence, by=by, at=at)
    if following:
        _next_task(row, carried, by, at)
    _tell(row, f"closed by {fact.sentence}" if not following else f"done, next {following:%b %-d}", by, at)
    return True


def _following(row: PlanAction, after: date) -> date | None:
    started = row.added_at.date()
    return frequency.next_due(row.frequency, started=started, first_due=row.first_due_on or row.due_on, after=after)


def _next_task(row: PlanAction, carried: UUID | None, by: Actor, at: datetime) -> None:
    before = Task.objects.filter(pk=carried).values_list("owner_id", flat=True).first() if carried else None
    owner = before or (owner_of_case(row.case_id, by) if row.role == "CM" and not row.delegated else None)
    row.task_id = task_for(row, need_of_action(row.need_id).text, owner, by, at)
    row.save(update_fields=["task"])


def _moved(row: PlanAction, reason: str, by: Actor, at: datetime) -> None:
    row.status_reason, row.moved_at, row.moved_by_name, row.version = reason, at, by.name, row.version + 1
    row.save()


@action("careplan.undo-evidence", needs=Permission.WORK_CASE, on="patient_id")
def undo_evidence(
    *, patient_id: UUID, kind: str, reference: str, reason: str, by: Actor, at: datetime
) -> tuple[UUID, ...]:
    """Open every action again that a fact had closed, because the fact did not hold; return their ids.

    Its due day and its task come back; the task made for the next time is cancelled.
    """
    noted = ActionEvidence.objects.select_for_update(no_key=True).filter(
        patient_id=patient_id, kind=kind, reference=reference, undone_at=None
    )
    return tuple(_reopen(one, reason, by, at) for one in noted)


def _reopen(noted: ActionEvidence, reason: str, by: Actor, at: datetime) -> UUID:
    noted.undone_at, noted.undone_reason = at, reason
    noted.save(update_fields=["undone_at", "undone_reason"])
    row = PlanAction.objects.select_for_update(no_key=True, of=("self",)).get(pk=noted.action_id)
    if row.status == "withdrawn":
        return row.id
    following, row.task_id = row.task_id, noted.task_before_id
    row.status, row.due_on = "active", noted.due_before
    _moved(row, reason, by, at)
    if following and following != noted.task_before_id and Task.objects.filter(pk=following, state__in=LIVE).exists():
        tasks.cancel_task(task_id=following, reason=reason, by=by, at=at)
    carried = noted.task_before_id
    if carried is not None and Task.objects.filter(pk=carried, state="done").exists():
        tasks.reopen_task(task_id=carried, by=by, at=at)
    _tell(row, f"open again: {reason}", by, at)
    return row.id


def _tell(row: PlanAction, status: str, by: Actor, at: datetime) -> None:
    about: dict[str, Any] = {"site_id": row.site_id, "patient_id": row.patient_id, "case_id": row.case_id}
    publish(events.ActionMoved(**about, action_id=row.id, text=row.text, status=status), by=by, at=at)
