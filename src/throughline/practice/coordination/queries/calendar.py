"""The calendar of a colleague or of a patient: appointments, rides, timed tasks and deadlines by day."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.practice.coordination.models import Appointment
from throughline.practice.coordination.queries.appointments import CALENDAR, visible, zone_of
from throughline.practice.coordination.records.calendar import Day, Entry
from throughline.practice.coordination.rules import appointments as rules
from throughline.record.clocks.models import Clock
from throughline.record.clocks.rules.calendars import closed_because
from throughline.record.clocks.rules.catalogue import calendars
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE as LIVE_TASKS

MOST = 1000
TONES = {rules.MISSED: "k-critical", rules.CANCELLED: "", rules.PROPOSED: "k-waiting", rules.KEPT: "k-ok"}


def calendar(viewer: Viewer, first: date, days: int, *, patient_id: UUID | None = None) -> tuple[Day, ...]:
    """Return `days` days from `first`: the viewer's own work, or all of one patient's in her zone.

    Her own work is what is with her, and what is of patients whose cases or tasks she or a colleague she covers owns.
    """
    zone = zone_of(viewer, patient_id) if patient_id else viewer.time_zone
    local = ZoneInfo(zone)
    since = datetime.combine(first, time(), tzinfo=local)
    until = datetime.combine(first + timedelta(days=days), time(), tzinfo=local)
    found = [
        *_appointments(viewer, since, until, patient_id, zone),
        *_tasks(viewer, since, until, patient_id, zone),
        *_deadlines(viewer, since, until, patient_id, zone),
    ]
    return tuple(_day(first + timedelta(days=n), found, viewer, local) for n in range(days))


def _day(day: date, found: Iterable[Entry], viewer: Viewer, zone: ZoneInfo) -> Day:
    on = [entry for entry in found if entry.starts_at.astimezone(zone).date() == day]
    closed = closed_because(day, calendars()[CALENDAR]) or ""
    return Day(
        date=day,
        words=f"{day:%A}, {day:%B} {day.day}",
        short=f"{day:%a} {day.day}",
        is_today=viewer.at.astimezone(zone).date() == day,
        closed="" if closed == "weekend" else closed,
        entries=tuple(sorted(on, key=lambda entry: (entry.starts_at, entry.kind, str(entry.id)))),
    )


def _owners(viewer: Viewer) -> set[UUID | None]:
    return {viewer.user_id, *(one.away_id for one in caseload.covers_of(viewer))}


def _appointments(viewer: Viewer, since: datetime, until: datetime, patient_id: UUID | None, zone: str) -> list[Entry]:
    span = Q(starts_at__gte=since, starts_at__lt=until) | Q(transport_at__gte=since, transport_at__lt=until)
    rows = visible(viewer).filter(span)
    if patient_id:
        rows = rows.filter(patient_id=patient_id)
    else:
        owners = _owners(viewer)
        rows = rows.filter(Q(with_user_id__in=owners) | Q(case__owner_id__in=owners))
    made = []
    for row in rows.order_by("starts_at", "id")[:MOST]:
        if since <= row.starts_at < until:
            made.append(_meeting(row, viewer, zone))
        if row.transport_at and since <= row.transport_at < until and row.state in rules.LIVE:
            made.append(_ride(row, zone))
    return made


def _meeting(row: Appointment, viewer: Viewer, zone: str) -> Entry:
    over = rules.asks_outcome(row.state, row.ends_at, at=viewer.at)
    return Entry(
        kind="home" if row.kind == "home" else "appointment",
        kind_words=rules.KINDS.get(row.kind, row.kind),
        id=row.id,
        title=f"{row.what}, {row.provider}",
        patient_id=row.patient_id,
        patient_name=row.patient.display_name,
        starts_at=row.starts_at,
        time=f"{formats.clock(row.starts_at, zone)} to {formats.clock(row.ends_at, zone)}",
        place=row.place,
        state=row.state,
        state_words="no outcome yet" if over else "" if row.state == rules.BOOKED else rules.WORDS[row.state],
        tone="k-warning" if over else TONES.get(row.state, ""),
        ended=row.state not in rules.LIVE,
        movable=row.state in rules.LIVE,
    )


def _ride(row: Appointment, zone: str) -> Entry:
    when = row.transport_at or row.starts_at
    return Entry(
        "ride",
        "Ride",
        row.id,
        f"Ride to {row.provider}" + (f", {row.transport_note}" if row.transport_note else ""),
        row.patient_id,
        row.patient.display_name,
        when,
        formats.clock(when, zone),
        "",
        row.state,
        "",
        "",
        False,
        False,
    )


def _tasks(viewer: Viewer, since: datetime, until: datetime, patient_id: UUID | None, zone: str) -> list[Entry]:
    rows = Task.objects.filter(
        sees(viewer), due_at__gte=since, due_at__lt=until, due_has_time=True, state__in=LIVE_TASKS
    )
    rows = rows.filter(patient_id=patient_id) if patient_id else rows.filter(owner_id__in=_owners(viewer))
    made = []
    for row in rows.select_related("patient").order_by("due_at", "id")[:MOST]:
        due = row.due_at or since  # both ends of the span are asked for, so it is there
        late = due < viewer.at
        call = row.kind == "call"
        made.append(
            Entry(
                "call" if call else "task",
                "Call" if call else "Task",
                row.id,
                f"{row.verb}: {row.title}",
                row.patient_id,
                row.patient.display_name,
                due,
                formats.clock(due, zone),
                "",
                row.state,
                "late" if late else "",
                "k-warning" if late else "",
                False,
                False,
            )
        )
    return made


def _deadlines(viewer: Viewer, since: datetime, until: datetime, patient_id: UUID | None, zone: str) -> list[Entry]:
    rows = Clock.objects.filter(sees(viewer), due_at__gte=since, due_at__lt=until, ended_at__isnull=True)
    rows = rows.exclude(owed_by="nobody")
    rows = rows.filter(patient_id=patient_id) if patient_id else rows.filter(case__owner_id__in=_owners(viewer))
    made = []
    for row in rows.select_related("patient").order_by("due_at", "id")[:MOST]:
        due = row.due_at or since
        late = due < viewer.at
        when = "by the end of the day" if row.due_is_day else formats.clock(due, zone)
        made.append(
            Entry(
                "deadline",
                "Deadline",
                row.id,
                row.title,
                row.patient_id,
                row.patient.display_name,
                due,
                when,
                "",
                row.state,
                "late" if late else "",
                "k-critical" if late else "k-warning",
                False,
                False,
            )
        )
    return made
