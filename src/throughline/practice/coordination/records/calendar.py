"""What the calendar shows: entries of every kind on one line of time."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the calendar. `kind`: appointment, home, call, task, deadline or ride; `id` is of its source."""

    kind: str
    kind_words: str
    id: UUID
    title: str
    patient_id: UUID
    patient_name: str
    starts_at: datetime
    time: str
    place: str
    state: str
    state_words: str
    tone: str
    ended: bool
    movable: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day with what is on it. `closed` says why it is no working day, or nothing."""

    date: date
    words: str
    short: str
    is_today: bool
    closed: str
    entries: tuple[Entry, ...]
