"""What the deadline engine works on and shows: rules of clocks, running clocks, and how a date was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from throughline.foundation.kernel.time import zone_words

# A day (its last instant is 23:59:59 local time) or an aware instant. A datetime is always aware here.
Moment = date | datetime

State = Literal[
    "no-deadline",  # the rule knows no number: do it, and record that it was done
    "not-required",  # the facts say that nothing is owed
    "not-open",  # the window has not opened
    "running",
    "due-soon",  # inside the last stretch before the deadline
    "past-safe",  # the safe (earlier) date has passed, the last legal instant has not
    "overdue",
    "paused",  # stopped, and the day it will resume is not known
    "met",
    "met-late",
    "cancelled",
]


class ClockError(ValueError):
    """A clock that cannot be counted from what was given; the sentence says what to give."""


@dataclass(frozen=True)
class Holidays:
    """A calendar of closed days: a weekend, the federal holidays if they count, and days of its own."""

    key: str
    title: str
    weekend: frozenset[int] = frozenset({6, 7})  # ISO weekdays that are closed
    federal: bool = True  # closed on the days 5 U.S.C. 6103(a) names
    closed: Mapping[date, str] = field(default_factory=dict)  # more closed days, with the reason
    citation: str = ""


@dataclass(frozen=True)
class Input:
    """A fact a rule may ask for beside its start."""

    name: str
    type: str  # moment, date, month-day, number, flag, text, choice, moments, dates, attempts
    words: str
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)  # accepted word -> the word the rule uses
    required: bool = False
    default: Any = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Part:
    """One named deadline of a clock: the steps that find it, and those that find its earlier dates."""

    name: str
    title: str
    steps: tuple[Mapping[str, Any], ...]
    safe: tuple[Mapping[str, Any], ...] = ()
    earliest: tuple[Mapping[str, Any], ...] = ()
    when: Mapping[str, Any] = field(default_factory=dict)
    owed_by: str = ""
    citation: str = ""
    confidence: str = ""
    extension: Mapping[str, Any] = field(default_factory=dict)
    tolling: Mapping[str, Any] = field(default_factory=dict)
    not_required: tuple[Mapping[str, Any], ...] = ()
    opens: bool = True  # whether the earliest date is a window that has to open first


@dataclass(frozen=True)
class Hearing:
    """What a clock does when something is announced: `does` is start, meet, pause, resume, cancel or attempt."""

    event: str  # the kind of the event
    does: str
    when: Mapping[str, Any] = field(default_factory=dict)  # field of the event -> value, or list of values
    start: str = ""  # the field of the event that holds the moment; empty: when it happened
    facts: Mapping[str, str] = field(default_factory=dict)  # fact of the clock -> field of the event
    part: str = ""  # of the clock it starts; empty: as the facts choose
    words: str = ""


@dataclass(frozen=True, repr=False)
class ClockRule:
    """A clock as content defines it. Adding one touches no Python."""

    id: str
    key: str
    title: str
    version: int | str
    citation: str
    confidence: str  # V1, V2, M or a mixture
    confidence_note: str
    lines: tuple[str, ...]  # lines of business
    owed_by: str  # us, plan, hospital, provider, patient, qio, agency, state, nobody
    trigger: str  # in words
    start_label: str
    hears: tuple[Hearing, ...]  # which events start, meet, pause, resume or cancel it; none: by hand
    inputs: Mapping[str, Input]
    parts: tuple[Part, ...]
    values: Mapping[str, Any]
    chooser: str  # the input that names the part; empty: the first part
    no_deadline: str  # why there is no date; empty when there is one
    say: str  # what to keep in mind beside the date
    attempts: Mapping[str, Any]
    warn_hours: int | None
    notice: str  # the notice this clock asks for (IM, MOON …); empty for none
    effective_from: date | None
    effective_to: date | None
    reviewer: str
    reviewed_on: date | None
    source: str
    calendars: Mapping[str, Holidays] = field(default_factory=dict, hash=False)
    overridden: tuple[str, ...] = ()  # sentences: which value won over which
    examples: tuple[Mapping[str, Any], ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict, hash=False)  # as content gave it, kept with a clock

    @property
    def starts_on(self) -> tuple[str, ...]:
        """The kinds of events that start it by themselves."""
        return tuple(one.event for one in self.hears if one.does == "start")

    def __repr__(self) -> str:
        return f"ClockRule({self.id}, version {self.version})"

    @property
    def unreviewed(self) -> bool:
        """True when the rule, or a part of its numbers, rests on memory alone."""
        return self.confidence == "M"

    def part(self, name: str) -> Part:
        """The part of that name. Raises ClockError naming the parts there are."""
        for part in self.parts:
            if part.name == name:
                return part
        there = ", ".join(part.name for part in self.parts) or "none"
        raise ClockError(f"{self.id} has no part '{name}'; its parts are: {there}.")


@dataclass(frozen=True)
class Pause:
    """A stretch in which the clock stands still; `until` is None while it still does."""

    since: Moment
    until: Moment | None = None
    reason: str = ""


@dataclass(frozen=True)
class Attempt:
    """One try to reach somebody, and by which channel."""

    at: datetime
    channel: str = ""


@dataclass(frozen=True)
class RunningClock:
    """A rule with the facts of one case: what `due_at`, `state`, `next_look_at` and `explain` take."""

    rule: ClockRule
    start: Moment
    zone: tzinfo
    given: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""  # empty: the part the rule and the facts choose
    pauses: tuple[Pause, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    met_at: Moment | None = None
    cancelled_at: Moment | None = None


@dataclass(frozen=True)
class Step:
    """One step of the arithmetic: what was done to which moment, with which result, in words."""

    words: str
    operation: str
    before: Moment | None
    amount: Any
    result: Moment | None


@dataclass(frozen=True)
class Reckoning:
    """How one part of a clock comes out."""

    part: str
    title: str
    status: Literal["runs", "no-deadline", "not-required", "paused"]
    due: Moment | None
    safe: Moment | None
    earliest: Moment | None
    steps: tuple[Step, ...]
    owed_by: str
    citation: str
    confidence: str
    pauses: tuple[Pause, ...] = ()  # those that count


@dataclass(frozen=True)
class Explanation:
    """The arithmetic of a clock in words, ready for a screen or a print of proof."""

    rule: ClockRule
    reckoning: Reckoning
    due: datetime | None
    safe: datetime | None
    earliest: datetime | None
    sentences: tuple[str, ...]
    others: tuple[Reckoning, ...]  # the other parts that can be counted from the same facts


@dataclass(frozen=True, slots=True)
class Worked:
    """A worked example of a rule, counted: its words, what is given, what comes out by part, and the arithmetic."""

    words: str
    start: str
    zone: str
    facts: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]

    @property
    def zone_words(self) -> str:
        """What people call the zone."""
        return zone_words(self.zone)
