"""What caseload shows to others: the rows of Today, ready to print."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.ui import formats
from throughline.practice.caseload.ranking import FAR, OVERDUE, SAFETY, Rank


class Due(NamedTuple):  # a list makes hundreds, and a frozen dataclass takes three times as long to make
    """One thing due for a patient. Its words are made when they are asked for: a list ranks more than it shows.

    `zone` is the patient's, `seen_at` the instant of looking; `exact` says the day even when it is today.
    """

    id: str
    kind: str
    task_id: UUID | None
    clock_id: UUID | None
    version: int
    verb: str
    title: str
    why: str
    tier: int
    state: str
    owner_id: UUID | None
    due_at: datetime | None
    has_time: bool
    legal: bool
    hold_until: datetime | None = None
    zone: str = "America/New_York"
    seen_at: datetime | None = None
    exact: bool = False

    @property
    def left(self) -> str:
        """The time left in words, "3 h 50 m", "2 d late", "No date"; nothing for what has none by its nature."""
        if self.seen_at is None:
            return ""
        if self.due_at is None:
            return "No date"
        if not (self.has_time or self.exact):
            late = (self._day(self.seen_at) - self._day(self.due_at)).days
            day = formats.short_day(self._day(self.due_at), self._day(self.seen_at))
            return f"{late} d late" if late > 0 else day[:1].upper() + day[1:]
        words = formats.span(self.due_at - self.seen_at)
        return f"{words} late" if self.due_at < self.seen_at else words

    @property
    def instant(self) -> str:
        """When that is in the patient's zone: "5:00 PM" today, "Mar 14, 5:00 PM" on another day."""
        if self.seen_at is None or self.due_at is None or not (self.has_time or self.exact):
            return ""
        today = self._day(self.seen_at)
        if not self.exact and self.due_at >= self.seen_at and self._day(self.due_at) == today:
            return formats.clock(self.due_at, self.zone)
        return formats.moment(self.due_at, self.zone, today)

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()


class Waiting(NamedTuple):
    """What ranking, counting and filtering look at of one thing due: a list ranks hundreds and shows fifty patients, so
    the rest is read when somebody looks. `due_at` is far off for what has no date."""

    tier: int
    due_at: datetime
    id: str
    kind: str
    legal: bool
    version: int
    read: Callable[[], Due]

    @classmethod
    def on(cls, due: Due) -> "Waiting":
        """Return what is due as it waits to be looked at."""
        return cls(due.tier, due.due_at or FAR, due.id, due.kind, due.legal, due.version, lambda: due)


@dataclass(frozen=True, slots=True)
class Further:
    """What a capability above puts on the list: a statement over the same parameters as the list's own, with
    `(%(only)s::uuid is null or x.patient_id = %(only)s)` among its conditions, and how its rows become what is due."""

    statement: str
    dues: Callable[[list[dict[str, Any]]], Iterable[tuple[UUID, Due]]]


_BY_RANK = ("safety", "late", "language")  # chips that no kind of thing due decides


@dataclass(frozen=True, slots=True)
class Sketch:
    """One patient of the list before she has a face: what ranking, counting and filtering look at, best first."""

    patient_id: UUID
    case_id: str | None  # as text: it is asked for only where she is shown
    owner_id: UUID | None
    rank: Rank
    waiting: tuple[Waiting, ...]
    language: str
    last_contact_at: datetime | None

    @property
    def dues(self) -> tuple[Due, ...]:
        """What is due for her, whole."""
        return tuple(one.read() for one in self.waiting)

    def chips(self) -> set[str]:
        """Return the chips the patient belongs to: all, the sorts of things due (a legal deadline counts as a clock),
        safety and late by her rank, and language when hers is not English."""
        found = {one.kind for one in self.waiting if one.kind not in _BY_RANK}
        if any(one.legal for one in self.waiting):
            found.add("clock")
        if self.rank.tier in (SAFETY, OVERDUE):
            found.add("safety" if self.rank.tier == SAFETY else "late")
        if self.language and not self.language.startswith("en"):
            found.add("language")
        found.add("all")
        return found

    def shows(self, chip: str) -> bool:
        """Whether the patient belongs to a chip."""
        return chip in ("", "all") or chip in self.chips()


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of Today: who, why now, how long, and what else is due."""

    patient_id: UUID
    site_id: UUID
    case_id: UUID | None
    name: str
    about: str
    language: str
    phone: str
    rank: Rank
    first: Due
    extras: tuple[Due, ...]
    last_contact: str
    owner_id: UUID | None
    birth_date: date | None
    mrn: str
    time_zone: str
    scratch: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as its tab shows it."""

    id: UUID
    name: str
    filters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Covering:
    """A colleague whose list the viewer carries now: until when, and what she was told to take over."""

    away_id: UUID
    name: str
    until: datetime
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Arranged:
    """A cover as the supervisor sees it; `since` is None once it holds."""

    id: UUID
    away: str
    covering: str
    since: datetime | None
    until: datetime
    brief: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """The list of one viewer, ranked: those of the chip asked for, the faces of one page of them, the chips'
    counts, whom she covers, and her saved views."""

    rows: tuple[Row, ...]
    chosen: tuple[Sketch, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    held: int = 0
    covering: tuple[Covering, ...] = ()
    views: tuple[View, ...] = ()

    def safety(self) -> int:
        """Return how many patients need an answer before anything else."""
        return self.counts.get("safety", 0)


@dataclass(frozen=True, slots=True)
class Qualification:
    """What a colleague may and can do; `expired` as of the day it was asked for."""

    id: UUID
    user_id: UUID
    kind: str
    name: str
    state: str
    number: str
    expires_on: date | None
    expired: bool
    multistate: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """One colleague's cases in workload points, not heads."""

    user_id: UUID
    name: str
    cases: int
    points: int
    overdue: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class RosterAsked:
    """What is asked of the Patients list: whose (mine, team, site), which cases, in what order, after which row."""

    scope: str = "mine"
    site_id: UUID | None = None
    programme: str = ""
    state: str = ""
    order: str = "name"
    after: str = ""


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One row of the Patients list, its words ready to print."""

    patient_id: UUID
    name: str
    preferred_name: str
    age: str
    born: str
    mrn: str
    phone: str
    deceased: bool
    state: str
    owner: str
    unowned: bool
    programmes: str
    last_contact: str
    opened: str


@dataclass(frozen=True, slots=True)
class Roster:
    """One page of the Patients list and the viewer's saved views; `older` leads to the next page, blank on the last."""

    rows: tuple[PatientRow, ...]
    older: str
    sites: tuple[tuple[UUID, str], ...]
    site_id: UUID | None
    views: tuple[View, ...] = ()
