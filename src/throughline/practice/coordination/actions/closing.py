"""What goes on when a case closes or changes hands: visits to come have a named owner or end, links end or go on."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import working_at
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor, system
from throughline.practice.coordination.actions import appointment_tasks as follow
from throughline.practice.coordination.actions import appointments, waiting
from throughline.practice.coordination.models import Appointment, ReferralOut
from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules import referring
from throughline.record.cases import actions as cases
from throughline.record.cases.events import CaseAssigned, CaseClosed
from throughline.record.cases.models import Case
from throughline.record.documents import actions as documents
from throughline.record.documents.models import DocumentShare
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

BY = system("case closing")
KEEP, HAND_OVER, CANCEL = "keep", "hand-over", "cancel"
CLOSED = "The case closed."
_going_on: ContextVar[frozenset[UUID]] = ContextVar("throughline_links_that_go_on", default=frozenset())


class UnableToSettle(Refusal):
    """What becomes of something that goes on is not said, or cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLeft:
    """What becomes of one appointment to come: kept by the case's owner, handed over to a colleague, or cancelled."""

    appointment_id: UUID
    choice: str = KEEP
    owner_id: UUID | None = None


@contextmanager
def _links_going_on(share_ids: Iterable[UUID]) -> Iterator[None]:
    token = _going_on.set(frozenset(share_ids))
    try:
        yield
    finally:
        _going_on.reset(token)


@action("coordination.close-case", needs=Permission.ENROL, on="case_id")
def close_case(
    *, case_id: UUID, reason: str, summary: str, visits: Sequence[VisitLeft] = (), links: Iterable[UUID] = (),
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Close a case and settle what is still to come; `links` are the links outside that go on until they expire.

    An appointment of which nothing is said is kept by the case's owner. Raises UnableToSettle for a choice that is
    none, a colleague who does not work here, or an appointment that is not this patient's.
    """
    case = Case.objects.select_related("owner").get(pk=case_id)
    to_come = {row.id: row for row in _to_come(case.patient_id, at)}
    for left in visits:
        row = to_come.get(left.appointment_id)
        if row is None or left.choice not in (KEEP, HAND_OVER, CANCEL):
            raise UnableToSettle("Say of each appointment of the list whether it is kept, handed over or cancelled.")
        _settle(row, left, case, by=by, at=at)
    with _links_going_on(links):
        cases.close_case(case_id=case_id, reason=reason, summary=summary, by=by, at=at)


def _settle(row: Appointment, left: VisitLeft, case: Case, *, by: Actor, at: datetime) -> None:
    if left.choice == CANCEL:
        appointments.cancel(appointment_id=row.id, by_whom="us", reason=CLOSED, by=by, at=at)
        return
    wanted = left.owner_id if left.choice == HAND_OVER else case.owner_id or by.user_id
    owner = working_at(row.site_id).filter(pk=wanted).first() if wanted else None
    if owner is None:
        raise UnableToSettle(f"Choose a colleague of this site who sees to “{row.what}” from now on.")
    Appointment.objects.filter(pk=row.id).update(owner=owner)


def _to_come(patient_id: UUID, at: datetime) -> list[Appointment]:
    rows = Appointment.objects.filter(patient_id=patient_id, state__in=rules.LIVE, ends_at__gt=at)
    return list(rows.select_related("patient", "case").order_by("starts_at", "id"))


def go_on(event: CaseClosed, *, by: Actor, at: datetime) -> None:
    """Put what outlasts a case, however it closed, into somebody's list again, and end the links that were given out.

    The tasks of the case have ended with it; the reminder of a visit to come and the next look at an open referral
    stand again, with the visit's owner, else the case's.
    """
    if event.patient_id is None:
        return
    for row in _to_come(event.patient_id, at):
        if row.owner_id is None:
            row.owner_id = row.case.owner_id if row.case else by.user_id
            Appointment.objects.filter(pk=row.id).update(owner_id=row.owner_id)
        follow.prepare(row, by=BY, at=at)
    for referral in ReferralOut.objects.filter(patient_id=event.patient_id, state__in=referring.OPEN):
        waiting.look_again(referral, at=at)
    live = DocumentShare.objects.filter(patient_id=event.patient_id, revoked_at=None, expires_at__gt=at)
    for share_id in live.exclude(pk__in=_going_on.get()).values_list("pk", flat=True):
        documents.revoke_share(share_id=share_id, reason=CLOSED, by=BY, at=at)


def follow_case(event: CaseAssigned, *, by: Actor, at: datetime) -> None:
    """Let visits to come and open referrals, with what they ask for, follow the case from its former owner."""
    former = event.previous_owner_id
    if event.case_id is None or former is None or former == event.owner_id:
        return
    Appointment.objects.filter(case_id=event.case_id, state__in=rules.LIVE, owner_id=former).update(owner=None)
    ReferralOut.objects.filter(case_id=event.case_id, state__in=referring.OPEN, owner_id=former).update(
        owner_id=event.owner_id
    )
    team_id = Case.objects.values_list("team_id", flat=True).get(pk=event.case_id)
    for prefix in ("appointment:", waiting.PREFIX):
        asked = Task.objects.filter(case_id=event.case_id, owner_id=former, state__in=LIVE, subject__startswith=prefix)
        for task_id in asked.values_list("pk", flat=True):
            tasks.assign_task(task_id=task_id, owner_id=event.owner_id, team_id=team_id, by=BY, at=at)
