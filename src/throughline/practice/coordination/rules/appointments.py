"""What may become of an appointment, what to warn of before booking, when to remind and to ask how it went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.actions import Refusal

PROPOSED, BOOKED, MOVED, KEPT, MISSED, CANCELLED = "proposed", "booked", "moved", "kept", "missed", "cancelled"
LIVE = (PROPOSED, BOOKED, MOVED)

# act -> (states it may start from, state it leads to)
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "confirm": (frozenset({PROPOSED}), BOOKED),
    "move": (frozenset({BOOKED, MOVED}), MOVED),
    "propose-again": (frozenset({PROPOSED}), PROPOSED),
    "keep": (frozenset(LIVE), KEPT),
    "miss": (frozenset(LIVE), MISSED),
    "cancel": (frozenset(LIVE), CANCELLED),
}
WORDS = {
    PROPOSED: "proposed, not confirmed",
    BOOKED: "booked",
    MOVED: "booked, moved",
    KEPT: "kept",
    MISSED: "missed",
    CANCELLED: "cancelled",
}
KINDS = {
    "visit": "Clinic visit",
    "home": "Home visit",
    "video": "Video visit",
    "phone": "Phone appointment",
    "test": "Test or imaging",
    "therapy": "Therapy",
    "procedure": "Procedure",
    "service": "Community service",
}
TRANSPORT = {
    "": "Not asked",
    "own": "Comes alone",
    "family": "Family or friend drives",
    "needed": "Ride needed, not arranged",
    "arranged": "Ride arranged",
}
INTERPRETER = {"": "Not needed", "needed": "Needed, not confirmed", "confirmed": "Confirmed by the provider"}
CANCELLED_BY = {"patient": "the patient", "provider": "the provider", "us": "us"}
# Why a patient did not come: what the follow-up then says first.
MISSED_REASONS = {
    "transport": "No ride",
    "forgot": "Forgot",
    "unwell": "Felt too unwell",
    "cost": "Could not pay",
    "fear": "Afraid or did not want to go",
    "not-told": "Did not know of it",
    "hospital": "Was in the hospital",
    "language": "No interpreter",
    "unknown": "Not known yet",
}
NEXT_STEP = {
    "transport": "arrange a ride, then book again",
    "forgot": "book again with a reminder call the day before",
    "unwell": "ask how she is today, then book again",
    "cost": "clear the cost with the plan or an aid fund, then book again",
    "fear": "ask what worries her, then decide together",
    "not-told": "book again and tell her in her own language",
    "hospital": "book again for after the stay",
    "language": "book again with an interpreter confirmed",
    "unknown": "call and ask why, then book again",
}
ROUND_THE_CLOCK = frozenset({"home", "phone", "video", "service"})
REMIND_AT = time(10, 0)
OUTCOME_WITHIN = timedelta(hours=24)


class UnableToBook(Refusal):
    """The appointment lacks what would let the patient find it."""


class UnableToMoveAppointment(Refusal):
    """The appointment's state does not allow the act."""


def apply(state: str, act: str) -> str:
    """Return the state `act` leads to from `state`. Raises UnableToMoveAppointment when the table does not allow it."""
    allowed, after = TRANSITIONS[act]
    if state not in allowed:
        raise UnableToMoveAppointment(f"This appointment is {WORDS[state]}; it cannot be changed this way any more.")
    return after


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that is taken: whose ("patient" or the colleague's name), by what, from when to when."""

    whose: str
    what: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about a booking, in a sentence: clash, closed, past or died."""

    kind: str
    sentence: str


def doubts(
    *,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    kind: str,
    busy: Iterable[Busy],
    closed: str | None,
    at: datetime,
) -> tuple[Doubt, ...]:
    """Return what speaks against a time, worst first; none when it is free, open and to come.

    `closed` is why the day is no working day, or None; it is not said of what happens at home or by phone.
    """
    found = []
    local = starts_at.astimezone(ZoneInfo(zone))
    if starts_at < at:
        found.append(Doubt("past", f"{_day(local.date())}, {_clock(local)} is in the past."))
    for taken in busy:
        if taken.starts_at < ends_at and starts_at < taken.ends_at:
            since, until = (t.astimezone(ZoneInfo(zone)) for t in (taken.starts_at, taken.ends_at))
            who = "The patient has" if taken.whose == "patient" else f"{taken.whose} has"
            found.append(Doubt("clash", f"{who} “{taken.what}” from {_clock(since)} to {_clock(until)} that day."))
    if closed is not None and kind not in ROUND_THE_CLOCK:
        why = f"a {local:%A}" if closed == "weekend" else closed
        found.append(Doubt("closed", f"{_day(local.date())} is {why}; most offices are closed."))
    return tuple(found)


def _day(value: date) -> str:
    return f"{value:%A, %B} {value.day}"


def _clock(value: datetime) -> str:
    return f"{value.hour % 12 or 12}:{value.minute:02d} {'AM' if value.hour < 12 else 'PM'}"


def remind_at(starts_at: datetime, zone: str, *, at: datetime, closed: Mapping[date, bool]) -> datetime | None:
    """Return when to remind: 10 AM of the last working day before, in the patient's zone; None when that has passed.

    `closed` says of the days before whether they are no working days; a day it does not name is open.
    """
    local = ZoneInfo(zone)
    day = starts_at.astimezone(local).date() - timedelta(days=1)
    while closed.get(day):
        day -= timedelta(days=1)
    when = datetime.combine(day, REMIND_AT, tzinfo=local)
    return when if when > at else None


def asks_outcome(state: str, ends_at: datetime, *, at: datetime) -> bool:
    """Whether somebody must say how it went: it is over and nobody did."""
    return state in LIVE and ends_at <= at


def outcome_due(ends_at: datetime) -> datetime:
    """Return until when the outcome must be on record: within a day of the end."""
    return ends_at + OUTCOME_WITHIN


def follow_up(reason: str, what: str) -> str:
    """Return the title of the task that follows a missed appointment. Raises UnableToMoveAppointment for no reason."""
    if reason not in MISSED_REASONS:
        raise UnableToMoveAppointment("Choose why the patient did not come, or “Not known yet”.")
    return f"Missed {what}: {NEXT_STEP[reason]}"


def free_for(busy: Iterable[Busy], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether nothing the patient already has overlaps a free time."""
    return not any(taken.starts_at < ends_at and starts_at < taken.ends_at for taken in busy)
