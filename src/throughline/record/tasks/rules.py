"""When a task may be done, held, handed on, reported, verified or cancelled; and when its next occurrence falls due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from throughline.foundation.kernel.actions import Refusal

OPEN, OFFERED, ACCEPTED, REPORTED, DONE, CANCELLED = (
    "open", "offered", "accepted", "reported", "done", "cancelled"
)  # fmt: skip
LIVE = (OPEN, OFFERED, ACCEPTED, REPORTED)

# act -> (states it may start from, state it leads to)
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "assign": (frozenset({OPEN, OFFERED, ACCEPTED}), OPEN),
    "offer": (frozenset({OPEN, OFFERED}), OFFERED),
    "accept": (frozenset({OFFERED}), ACCEPTED),
    "decline": (frozenset({OFFERED, ACCEPTED}), OPEN),
    "report": (frozenset({ACCEPTED}), REPORTED),
    "verify": (frozenset({REPORTED}), DONE),
    "return": (frozenset({REPORTED}), ACCEPTED),
    "do": (frozenset({OPEN, OFFERED, ACCEPTED, REPORTED}), DONE),
    "cancel": (frozenset({OPEN, OFFERED, ACCEPTED, REPORTED}), CANCELLED),
    "reopen": (frozenset({DONE, CANCELLED}), OPEN),
}

WORDS = {
    OPEN: "open",
    OFFERED: "offered to a colleague",
    ACCEPTED: "accepted by a colleague",
    REPORTED: "reported back, waiting for your check",
    DONE: "done",
    CANCELLED: "cancelled",
}


class UnableToMoveTask(Refusal):
    """The task's state does not allow the act."""


@dataclass(frozen=True, slots=True)
class HoldReason:
    """Why a task rests, the digit that picks it, and how long it rests unless told otherwise (hours)."""

    digit: str
    key: str
    words: str
    hours: int


HOLD_REASONS: tuple[HoldReason, ...] = (
    HoldReason("1", "waiting-callback", "Waiting for a call back", 4),
    HoldReason("2", "waiting-provider", "Waiting for the provider", 24),
    HoldReason("3", "waiting-plan", "Waiting for the health plan", 24),
    HoldReason("4", "pharmacy", "Waiting for the pharmacy", 24),
    HoldReason("5", "patient-asked", "Patient asked for another time", 24),
    HoldReason("6", "with-colleague", "A colleague is on it", 24),
    HoldReason("7", "later-today", "Better later today", 3),
    HoldReason("8", "next-week", "Better next week", 168),
)


def apply(state: str, act: str) -> str:
    """Return the state `act` leads to from `state`. Raises UnableToMoveTask when the table does not allow it."""
    allowed, after = TRANSITIONS[act]
    if state not in allowed:
        raise UnableToMoveTask(f"This task is {WORDS[state]}; it cannot be changed this way any more.")
    return after


def hold_reason(key_or_digit: str) -> HoldReason:
    """Return the reason for a key or digit. Raises UnableToMoveTask when the list has none such."""
    for reason in HOLD_REASONS:
        if key_or_digit in (reason.key, reason.digit):
            return reason
    raise UnableToMoveTask("Choose from the list why this waits.")


def check_hold(*, until: datetime, at: datetime, latest: datetime | None) -> None:
    """Raise UnableToMoveTask unless the hold ends in the future, within 90 days, and not past a legal deadline.

    `latest` is the nearest legal deadline of the task's promise, if it has one: a snooze never passes it.
    """
    if until <= at:
        raise UnableToMoveTask("Enter a time in the future.")
    if until - at > timedelta(days=90):
        raise UnableToMoveTask("A task can wait at most 90 days. Set a due date instead.")
    if latest is not None and until > latest:
        raise UnableToMoveTask(
            f"The legal deadline is {latest:%b %-d, %-I:%M %p}. Choose a time before it, or meet the deadline first."
        )


def next_due(*, due_at: datetime, recurrence: str, time_zone: str, after: datetime) -> datetime | None:
    """Return the next due instant of a recurring task strictly after both its due time and `after`, or None.

    The rule (RFC 5545 RRULE) is walked in the task's own zone, so that 9:00 AM stays 9:00 AM across daylight saving.
    Raises UnableToMoveTask for a rule that cannot be read.
    """
    zone = ZoneInfo(time_zone or "UTC")
    start = due_at.astimezone(zone).replace(tzinfo=None)
    try:
        rule = rrulestr(recurrence, dtstart=start)
    except (ValueError, KeyError, TypeError) as error:
        raise UnableToMoveTask(f"“{recurrence}” is not a repetition Throughline can read.") from error
    floor = max(start, after.astimezone(zone).replace(tzinfo=None))
    following = rule.after(floor)
    return following.replace(tzinfo=zone) if following else None
