"""A call as the nurse logs it: the contact, what it closes, and the next try, in one act that can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.prepared import fetch
from throughline.foundation.kernel.actions import Place, action, remember_place
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.ui import formats
from throughline.practice.caseload.worklist_queries import LANGUAGES
from throughline.record.cases import programmes
from throughline.record.contacts import actions as contacts
from throughline.record.contacts import rules
from throughline.record.contacts.models import Contact
from throughline.record.documents import actions as documents
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
    before = contacts.before_contact(patient_id)
    contact_id = contacts.log_contact(patient_id=patient_id, contact=call.contact, before=before, by=by, at=at)
    chosen = rules.outcome(call.contact.outcome)
    said = f"{chosen.words.lower()} logged"
    for task_id in _still_open(call.closes, at):
        evidence = f"{chosen.words}. Evidence: contact {contact_id}"
        tasks.do_task(task_id=task_id, outcome=evidence, by=by, at=at)
    if call.closes:
        said += f", {len(call.closes)} closed"
    if chosen.try_again:
        said += "; " + _follow(before, contact_id, call, chosen, by=by, at=at)
    return contact_id, said


def _still_open(chosen: tuple[UUID, ...], at: datetime) -> list[UUID]:
    """Return the tasks that the contact itself has not just closed, as evidence of the plan's action behind them."""
    if not chosen:
        return []
    closed = set(Task.objects.filter(pk__in=chosen, state="done", done_at=at).values_list("pk", flat=True))
    return [task_id for task_id in chosen if task_id not in closed]


def _limit(before: contacts.Before) -> int:
    content = programmes.programmes() if before.programmes else {}
    known = [content[key].cadence for key in before.programmes if key in content]
    return min((c.attempt_limit for c in sorted(known, key=lambda c: c.every_days)[:1]), default=DEFAULT_LIMIT)


def _call_task(patient_id: UUID, owner_id: UUID | None) -> Task | None:
    """Return the owner's call to the patient that is due first, locked."""
    if owner_id is None:
        return None
    found = fetch(_CALL_TASK, [patient_id, list(LIVE), owner_id])
    return Task.from_db("default", list(found[0]), list(found[0].values())) if found else None


# Written out: the mapper takes longer to write it than PostgreSQL to answer.
_CALL_TASK = (
    f"select {', '.join(str(field.column) for field in Task._meta.concrete_fields)} from tasks_task"
    " where patient_id = %s and kind = 'call' and state = any(%s) and owner_id = %s"
    " order by due_at limit 1 for no key update"
)


def _follow(
    before: contacts.Before, contact_id: UUID, call: CallIn, chosen: rules.Outcome, *, by: Actor, at: datetime
) -> str:
    limit = _limit(before)
    if chosen.key != "call-back" and before.failed + before.counts(call.contact.began_at) >= limit:
        return _letter(before, limit, contact_id, by=by, at=at)
    if chosen.key == "wrong-number":
        return _find_number(before, contact_id, call, by=by, at=at)
    if call.next_try is None:
        return "no further try planned"
    return _try_again(before, contact_id, call.next_try, chosen, by=by, at=at)


def _try_again(
    before: contacts.Before, contact_id: UUID, when: datetime, chosen: rules.Outcome, *, by: Actor, at: datetime
) -> str:
    standing = _call_task(before.patient_id, by.user_id)
    deadline = standing.legal_due_at if standing is not None else None
    zone = before.time_zone or "America/New_York"
    if deadline is not None and when > deadline:
        # Resting until then would pass a legal deadline: the call stays on the list, and the words say why.
        today = at.astimezone(ZoneInfo(zone)).date()
        return f"stays on your list, the deadline is {formats.moment(deadline, zone, today)}"
    if standing is not None:
        remember_place("task_id", standing.id, Place(standing.site_id, standing.patient_id))
        tasks.hold_task(task_id=standing.id, until=when, reason="later-today", locked=standing, by=by, at=at)
    else:
        _call_again(before, contact_id, when, chosen, by=by, at=at)
    local = when.astimezone(ZoneInfo(zone))
    return f"next try {local:%a, %b} {local.day}, {formats.clock(when, zone)}"


def _find_number(before: contacts.Before, contact_id: UUID, call: CallIn, *, by: Actor, at: datetime) -> str:
    """Ask for the right number; a call that waits rests meanwhile, none is planned to the number found wrong."""
    patient_id, said = before.patient_id, "find the right number, on your list"
    live = Task.objects.filter(patient_id=patient_id, state__in=LIVE, subject__startswith="wrong-number:")
    if live.exists():
        said = "the right number is being sought already"
    else:
        ending = f"the one ending {call.contact.number[-4:]}" if call.contact.number else "the one dialled"
        wanted = tasks.TaskIn(
            patient_id=patient_id,
            verb="Find",
            title=f"the right phone number; {ending} is wrong or disconnected",
            owner_id=by.user_id,
            due_at=at,
            time_zone=before.time_zone,
            subject=f"wrong-number:{contact_id}",
        )
        tasks.add_task(patient_id=patient_id, task=wanted, by=by, at=at)
    if call.next_try is None or _call_task(patient_id, by.user_id) is None:
        return said
    chosen = rules.outcome(call.contact.outcome)
    rest = _try_again(before, contact_id, call.next_try, chosen, by=by, at=at)
    return f"{said}; the call: {rest}"


def _letter(before: contacts.Before, limit: int, contact_id: UUID, *, by: Actor, at: datetime) -> str:
    live = Task.objects.filter(patient_id=before.patient_id, state__in=LIVE)
    if live.filter(kind="letter", subject__startswith="unreached:").exists():
        return f"{limit} tries used up: the letter waits on the list already"
    wanted = tasks.TaskIn(
        patient_id=before.patient_id,
        verb="Send letter and message",
        title=f"not reached after {limit} tries; write in {_named(before.language)}",
        kind="letter",
        owner_id=by.user_id,
        due_at=at,
        time_zone=before.time_zone,
        subject=f"unreached:{contact_id}",
    )
    task_id = tasks.add_task(patient_id=before.patient_id, task=wanted, by=by, at=at)
    for key in ("unreached", "unreached-message"):
        letter = documents.LetterIn(key=key, values={"tries": str(limit)}, subject=f"task:{task_id}")
        documents.draft_letter(patient_id=before.patient_id, wanted=letter, by=by, at=at)
    return f"{limit} tries used up: letter and message drafted, on your list"


def _named(language: str) -> str:
    """Return a language's name; one without a name here is hers all the same."""
    return (LANGUAGES | {"en": "English"}).get((language or "en").split("-")[0], "her language")


def _call_again(
    before: contacts.Before, contact_id: UUID, when: datetime, chosen: rules.Outcome, *, by: Actor, at: datetime
) -> None:
    wanted = tasks.TaskIn(
        patient_id=before.patient_id,
        verb="Call",
        title=f"next try after “{chosen.words.lower()}”",
        kind="call",
        owner_id=by.user_id,
        due_at=when,
        due_has_time=True,
        time_zone=before.time_zone,
        subject=f"next-try:{contact_id}",
    )
    tasks.add_task(patient_id=before.patient_id, task=wanted, by=by, at=at)


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
    for subject in (f"next-try:{contact_id}", f"unreached:{contact_id}", f"wrong-number:{contact_id}"):
        tasks.cancel_tasks_for(patient_id=patient_id, subject=subject, reason="The call was taken back.", by=by, at=at)
    held = Task.objects.filter(patient_id=patient_id, kind="call", state__in=LIVE, transitions__at=logged_at)
    for task in held.filter(transitions__act="hold", hold_until__isnull=False).distinct():
        tasks.end_hold(task_id=task.id, by=by, at=at)
    return patient_id
