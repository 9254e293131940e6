"""What clocks show on screens: frozen records."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from throughline.foundation.kernel.time import zone_words
from throughline.record.clocks.records import Worked
from throughline.record.clocks.rules.notices import Notice


@dataclass(frozen=True, slots=True)
class Chip:
    """A clock in one line: what, how long is left, until when."""

    id: UUID
    rule_id: str
    title: str
    patient_id: UUID
    patient_name: str
    site_id: UUID
    case_id: UUID | None
    owner_id: UUID | None
    state: str
    state_words: str
    tone: str  # ok, warning, critical, info or empty
    left: str  # "3 h 50 m left", "2 d late"
    due_words: str
    due_at: datetime | None
    due_is_day: bool
    safe_words: str
    owed_by: str
    owed_by_patient: bool
    notice: str
    zone: str

    @property
    def zone_words(self) -> str:
        """What people call the zone."""
        return zone_words(self.zone)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a clock's history."""

    at: datetime
    words: str
    by: str
    reason: str
    was: str = ""
    when: str = ""  # the instant in words, in the clock's zone


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a rule was reviewed as it reads now."""

    holds: bool  # the text reviewed is the text used
    by: str = ""
    at: datetime | None = None
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The arithmetic of a clock for its page."""

    start_words: str
    rule_words: tuple[str, ...]
    steps: tuple[str, ...]
    hours: tuple[tuple[str, str, str], ...]  # day, counted, a note
    hours_total: str
    opens_words: str
    due_words: str
    safe_words: str
    safe_label: str
    say: str
    overridden: tuple[str, ...]
    unreviewed: bool
    may_extend: str  # in words; empty: never
    may_pause: str
    paused_now: bool


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a clock's time is gone, for the fuse."""

    percent: int
    words: str


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock with everything its page needs."""

    chip: Chip
    told: Told
    citation: str
    confidence: str
    confidence_note: str
    version: str
    key: str
    review: Review
    differs: str  # how the rule of today would come out; empty when the same
    start_label: str
    started: str
    facts: tuple[tuple[str, str], ...]
    history: tuple[Happening, ...]
    others: tuple[tuple[str, str], ...]  # other parts: title, dates
    same_case: tuple[Chip, ...]
    open: bool
    used: Used | None
    met_words: str
    trouble: str
    start: str
    given: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """One row of the notices desk."""

    chip: Chip
    notice: Notice
    birth_date: str
    mrn: str
    place: str
    start_words: str


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule of the list of all clocks."""

    id: str
    key: str
    title: str
    owed_by: str
    lines: str
    citation: str
    confidence: str
    by_hand: bool
    review: Review
    overridden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleInFull:
    """One rule with all a reviewer signs: where it holds, what it asks for, its parts, its examples counted anew."""

    short: RuleShown
    version: str
    confidence_note: str
    in_force: str
    trigger: str
    start_label: str
    asks: tuple[str, ...]
    parts: tuple[str, ...]
    no_deadline: str
    say: str
    examples: tuple[Worked, ...]
