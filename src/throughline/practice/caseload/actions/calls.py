"""A call as the nurse logs it: the contact, what it closes, and the next try, in one act that can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.ui import formats
from throughline.record.cases import programmes
from throughline.record.cases.models import Case
from throughline.record.contacts import actions as contacts
from throughline.record.contacts import rules
from throughline.record.contacts.models import Contact
from throughline.record.documents import actions as documents
from throughline.record.people.models import Patient
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

DEFAULT_LIMIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CallIn:
    """A call, the tasks it closes, and when to try again (None where no further try is wanted)."""

    contact: contacts.ContactIn
    closes: tuple[UUID, ...] = ()
    next_try: datetime | None = None


@action("caseload.log-call", needs=Permission.WORK_CASE, on="patient_id")
def log_call(*, patient_id: UUID, call: CallIn, by: Actor, at: datetime) -> tuple[UUID, str]:
    """Log a call with all it moves; return the contact's identifier and what happened, in words.

    A try that failed moves the patient's call task (or makes one) to the next try; at the programme's limit a letter
    and a message in the patient's language are asked for instead. All or nothing: whatever is refused leaves no trace.
    """
    contact_id = contacts.log_contact(patient_id=patient_id, contact=call.contact, by=by, at=at)
    chosen = rules.outcome(call.contact.outcome)
    said = f"{chosen.words.lower()} logged"
    for task_id in call.closes:
        evidence = f"{chosen.words}. Evidence: contact {contact_id}"
        tasks.do_task(task_id=task_id, outcome=evidence, by=by, at=at)
    if call.closes:
        said += f", {len(call.closes)} closed"
    if chosen.try_again:
        said += "; " + _follow(patient_id, contact_id, call, chosen, by=by, at=at)
    return contact_id, said


def _limit(patient_id: UUID) -> int:
    case = Case.objects.filter(patient_id=patient_id).exclude(state="closed").first()
    if case is None:
        return DEFAULT_LIMIT
    keys = case.enrolments.filter(until__isnull=True).values_list("programme", flat=True)
    known = [programmes.programmes()[key].cadence for key in keys if key in programmes.programmes()]
    return min((c.attempt_limit for c in sorted(known, key=lambda c: c.every_days)[:1]), default=DEFAULT_LIMIT)


def _failed_since_reached(patient_id: UUID) -> int:
    reached = [key for key, known in rules.BY_KEY.items() if known.reached]
    tries = Contact.objects.filter(patient_id=patient_id).exclude(outcome__in=[*reached, "call-back"])
    latest = Contact.objects.filter(patient_id=patient_id, outcome__in=reached).order_by("-at").first()
    return tries.filter(at__gt=latest.at).count() if latest else tries.count()


def _follow(patient_id: UUID, contact_id: UUID, call: CallIn, chosen: rules.Outcome, *, by: Actor, at: datetime) -> str:
    patient = Patient.objects.get(pk=patient_id)
    limit = _limit(patient_id)
    standing = (
        Task.objects.filter(patient=patient, kind="call", state__in=LIVE, owner_id=by.user_id)
        .order_by("due_at")
        .first()
    )
    if chosen.key != "call-back" and _failed_since_reached(patient_id) >= limit:
        return _letter(patient, limit, contact_id, by=by, at=at)
    if call.next_try is None:
        return "no further try planned"
    deadline = standing.legal_due_at if standing is not None else None
    if deadline is not None and call.next_try > deadline:
        # Resting until then would pass a legal deadline: the call stays on the list, and the words say why.
        zone = patient.time_zone or "America/New_York"
        today = at.astimezone(ZoneInfo(zone)).date()
        return f"stays on your list, the deadline is {formats.moment(deadline, zone, today)}"
    if standing is not None:
        tasks.hold_task(task_id=standing.id, until=call.next_try, reason="later-today", by=by, at=at)
    else:
        _call_again(patient, contact_id, call.next_try, chosen, by=by, at=at)
    zone = patient.time_zone or "America/New_York"
    local = call.next_try.astimezone(ZoneInfo(zone))
    return f"next try {local:%a, %b} {local.day}, {formats.clock(call.next_try, zone)}"


def _letter(patient: Patient, limit: int, contact_id: UUID, *, by: Actor, at: datetime) -> str:
    if Task.objects.filter(patient=patient, kind="letter", subject__startswith="unreached:", state__in=LIVE).exists():
        return f"{limit} tries used up: the letter waits on the list already"
    wanted = tasks.TaskIn(
        patient_id=patient.id,
        verb="Send letter and message",
        title=f"not reached after {limit} tries; write in her language ({patient.language or 'en'})",
        kind="letter",
        owner_id=by.user_id,
        due_at=at,
        time_zone=patient.time_zone,
        subject=f"unreached:{contact_id}",
    )
    task_id = tasks.add_task(patient_id=patient.id, task=wanted, by=by, at=at)
    for key in ("unreached", "unreached-message"):
        letter = documents.LetterIn(key=key, values={"tries": str(limit)}, subject=f"task:{task_id}")
        documents.draft_letter(patient_id=patient.id, wanted=letter, by=by, at=at)
    return f"{limit} tries used up: letter and message drafted, on your list"


def _call_again(
    patient: Patient, contact_id: UUID, when: datetime, chosen: rules.Outcome, *, by: Actor, at: datetime
) -> None:
    wanted = tasks.TaskIn(
        patient_id=patient.id,
        verb="Call",
        title=f"next try after “{chosen.words.lower()}”",
        kind="call",
        owner_id=by.user_id,
        due_at=when,
        due_has_time=True,
        time_zone=patient.time_zone,
        subject=f"next-try:{contact_id}",
    )
    tasks.add_task(patient_id=patient.id, task=wanted, by=by, at=at)


@action("caseload.undo-call", needs=Permission.WORK_CASE, on="contact_id")
def undo_call(*, contact_id: UUID, by: Actor, at: datetime) -> UUID:
    """Take back a call logged within the hour: the contact, what it closed and planned; return the patient's id."""
    contact = Contact.objects.get(pk=contact_id)
    patient_id, logged_at = contact.patient_id, contact.recorded_at
    contacts.take_back(contact_id=contact_id, by=by, at=at)
    evidence = f"Evidence: contact {contact_id}"
    for task in Task.objects.filter(patient_id=patient_id, state="done", outcome__endswith=evidence):
        tasks.reopen_task(task_id=task.id, by=by, at=at)
    for task in Task.objects.filter(patient_id=patient_id, subject=f"unreached:{contact_id}", state__in=LIVE):
        gone = {"subject": f"task:{task.id}", "reason": "The call was taken back."}
        documents.discard_about(patient_id=patient_id, **gone, by=by, at=at)
    for subject in (f"next-try:{contact_id}", f"unreached:{contact_id}"):
        tasks.cancel_tasks_for(patient_id=patient_id, subject=subject, reason="The call was taken back.", by=by, at=at)
    held = Task.objects.filter(patient_id=patient_id, kind="call", state__in=LIVE, transitions__at=logged_at)
    for task in held.filter(transitions__act="hold", hold_until__isnull=False).distinct():
        tasks.end_hold(task_id=task.id, by=by, at=at)
    return patient_id
