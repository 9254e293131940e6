"""The tasks that hang on an appointment: remind her, arrange the ride, confirm the interpreter, ask how it went."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import working_at
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.ui import formats
from throughline.practice.coordination.models import Appointment
from throughline.practice.coordination.rules import appointments as rules
from throughline.record.clocks.rules.calendars import closed_because
from throughline.record.clocks.rules.catalogue import calendars
from throughline.record.people.models import Patient
from throughline.record.tasks import rules as task_rules
from throughline.record.tasks.actions import TaskIn, add_task, cancel_tasks_for, do_task
from throughline.record.tasks.models import Task

CALENDAR = "hospital"
LANGUAGES = {"en": "English", "es": "Spanish", "pt": "Portuguese", "vi": "Vietnamese", "ar": "Arabic", "so": "Somali"}
BEFORE = ("remind", "ride", "interpreter")


def subject(row: Appointment, what: str) -> str:
    """Return what the tasks of an appointment name as their subject."""
    return f"appointment:{row.id}:{what}"


def closed_on(day: date) -> str | None:
    """Return why a day is no working day of the house, or None."""
    return closed_because(day, calendars()[CALENDAR])


def prepare(row: Appointment, *, by: Actor, at: datetime) -> None:
    """Make the tasks an appointment to come needs, and end those that became moot. A proposal is not reminded of."""
    if row.state not in rules.LIVE or row.ends_at <= at:
        return
    day = row.starts_at.astimezone(ZoneInfo(row.time_zone)).date()
    closed = {day - timedelta(days=n): closed_on(day - timedelta(days=n)) is not None for n in range(1, 15)}
    due = rules.remind_at(row.starts_at, row.time_zone, at=at, closed=closed)
    when = _when(row)
    wanted = {
        "remind": row.state != rules.PROPOSED and due is not None,
        "ride": row.transport == "needed",
        "interpreter": row.interpreter == "needed",
    }
    verb, reach = _channel(row.patient)
    words = {
        "remind": (verb, f"{row.what} with {row.provider}, {when}", reach),
        "ride": ("Arrange", f"a ride to {row.provider}, {when}", row.place),
        "interpreter": ("Confirm", f"an interpreter with {row.provider}, {when}", reach),
    }
    for what, needed in wanted.items():
        if needed:
            _add(row, what, words[what], due or row.starts_at, by=by, at=at)
        else:
            _cancel(row, what, "No longer needed.", by=by, at=at)


def _when(row: Appointment) -> str:
    local = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    return f"{local:%b} {local.day}, {formats.clock(row.starts_at, row.time_zone)}"


def _channel(patient: Patient) -> tuple[str, str]:
    """How she is reached: a call in her language, or the printed letter where no phone is known."""
    language = (patient.language or "en").split("-")[0]
    spoken = LANGUAGES.get(language, patient.language)
    with_whom = " with an interpreter" if patient.interpreter_needed else ""
    if patient.phone:
        return "Reminder call", f"In {spoken}{with_whom}, {formats.phone(patient.phone)}"
    return "Mail", f"No phone is known: print and mail the reminder letter, in {spoken}"


def _add(
    row: Appointment, what: str, words: tuple[str, str, str], due_at: datetime, *, by: Actor, at: datetime
) -> UUID:
    verb, title, why = words
    task = TaskIn(
        patient_id=row.patient_id,
        case_id=row.case_id,
        verb=verb,
        title=title[:300],
        why=why,
        kind="call" if verb == "Reminder call" else "appointment",
        owner_id=_owner(row, by),
        due_at=due_at,
        due_has_time=True,
        time_zone=row.time_zone,
        subject=subject(row, what),
    )
    return add_task(patient_id=row.patient_id, task=task, by=by, at=at)


def _owner(row: Appointment, by: Actor) -> UUID | None:
    """Its own owner while she works there, else the case's; without one who books, or nobody: a gap that shows."""
    of_case = row.case.owner_id if row.case is not None else None
    for owner in (row.owner_id, of_case):
        if owner is not None and working_at(row.site_id).filter(pk=owner).exists():
            return owner
    return by.user_id


def _cancel(row: Appointment, what: str, reason: str, *, by: Actor, at: datetime) -> None:
    cancel_tasks_for(patient_id=row.patient_id, subject=subject(row, what), reason=reason, by=by, at=at)


def end(row: Appointment, reason: str, *, by: Actor, at: datetime) -> None:
    """End every task of the appointment; the one that asked for its outcome is done, not cancelled."""
    for what in (*BEFORE, "missed", "slot"):
        _cancel(row, what, reason, by=by, at=at)
    asked = Task.objects.filter(patient_id=row.patient_id, subject=subject(row, "outcome"), state__in=task_rules.LIVE)
    for task_id in asked.values_list("pk", flat=True):
        do_task(task_id=task_id, outcome=reason, by=by, at=at)


def after_missed(row: Appointment, title: str, why: str, *, by: Actor, at: datetime) -> UUID:
    """Add the task that follows a missed appointment, due at the end of the next working day; return it."""
    zone = ZoneInfo(row.time_zone)
    day = at.astimezone(zone).date() + timedelta(days=1)
    while closed_on(day):
        day += timedelta(days=1)
    due = datetime(day.year, day.month, day.day, 17, tzinfo=zone)
    return _add(row, "missed", ("Follow up", title, f"{why}. {row.provider}, {_when(row)}"), due, by=by, at=at)


def ask_provider(row: Appointment, why: str, *, by: Actor, at: datetime) -> None:
    """Put into somebody's list that the time of an appointment to come is in doubt, due the next day or before it."""
    standing = Task.objects.filter(patient_id=row.patient_id, subject=subject(row, "slot"), state__in=task_rules.LIVE)
    if row.state in rules.LIVE and row.ends_at > at and not standing.exists():
        words = ("Confirm", f"{row.what} with {row.provider}, {_when(row)}", why)
        _add(row, "slot", words, min(row.starts_at, at + timedelta(days=1)), by=by, at=at)


@action("coordination.ask-outcomes", needs=Permission.COORDINATE)
def ask_outcomes(*, by: Actor, at: datetime) -> int:
    """Ask in somebody's list how each appointment went that is over and has no outcome; return how many were asked."""
    over = Appointment.objects.filter(state__in=rules.LIVE, ends_at__lte=at).select_related("patient", "case")
    asked = Task.objects.filter(subject__startswith="appointment:", subject__endswith=":outcome")
    standing = set(asked.filter(state__in=task_rules.LIVE).values_list("subject", flat=True))
    count = 0
    for row in over.order_by("ends_at", "id"):
        if subject(row, "outcome") not in standing:
            words = (
                "Record",
                f"how “{row.what}” with {row.provider} went ({_when(row)})",
                "Kept, missed or cancelled?",
            )
            _add(row, "outcome", words, rules.outcome_due(row.ends_at), by=by, at=at)
            count += 1
    return count
