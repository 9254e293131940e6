"""Appointments as iCalendar: invitations with their METHOD (RFC 5546), and a feed to subscribe to.

What leaves says the least that is needed (45 CFR 164.502(b)): the summary is the kind of meeting, never what it is for;
a patient is not named. The identifier is that of the appointment for ever; SEQUENCE counts up with every change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from throughline.edge.interop.ical.zones import vtimezone

if TYPE_CHECKING:  # loaded where a calendar is written: pages have no need of it
    from icalendar import Calendar, Event

PRODUCT = "-//Throughline//Appointments//EN"
STATUS = {"proposed": "TENTATIVE", "cancelled": "CANCELLED"}
DOMAIN = "throughline.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An appointment as it leaves: `summary` says its kind only, `place` is left out where it would tell what it is."""

    id: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: str
    sequence: int
    changed_at: datetime
    place: str = ""
    description: str = ""


def uid(meeting: Meeting) -> str:
    """Return the identifier other calendars keep, the same for every version of one appointment."""
    return f"{meeting.id}@{DOMAIN}"


def invitation(meeting: Meeting, *, organizer: str) -> bytes:
    """Return one appointment as an invitation; a cancelled one as its cancellation (METHOD:CANCEL).

    `organizer` is the address (mailto:…) of who invites; RFC 5546 asks for one with every method.
    """
    calendar = _calendar([meeting])
    calendar.add("method", "CANCEL" if meeting.state == "cancelled" else "REQUEST")
    event = _event(meeting)
    event.add("organizer", organizer)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(meetings: Iterable[Meeting], *, name: str) -> bytes:
    """Return all meetings as one calendar to subscribe to (METHOD:PUBLISH), each with its current state."""
    found = list(meetings)
    calendar = _calendar(found)
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for meeting in found:
        calendar.add_component(_event(meeting))
    return bytes(calendar.to_ical())


def _calendar(meetings: list[Meeting]) -> Calendar:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    spans: dict[str, tuple[date, date]] = {}
    for meeting in meetings:
        first, last = spans.get(meeting.zone, (meeting.starts_at.date(), meeting.ends_at.date()))
        spans[meeting.zone] = (min(first, meeting.starts_at.date()), max(last, meeting.ends_at.date()))
    for zone, (first, last) in sorted(spans.items()):
        calendar.add_component(vtimezone(zone, first, last))
    return calendar


def _event(meeting: Meeting) -> Event:
    from icalendar import Event

    zone = ZoneInfo(meeting.zone)
    event = Event()
    event.add("uid", uid(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at.astimezone(UTC))
    event.add("last-modified", meeting.changed_at.astimezone(UTC))
    event.add("summary", meeting.summary)
    event.add("class", "PRIVATE")
    event.add("status", STATUS.get(meeting.state, "CONFIRMED"))
    event.add("transp", "TRANSPARENT" if meeting.state == "cancelled" else "OPAQUE")
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.description:
        event.add("description", meeting.description)
    return event
