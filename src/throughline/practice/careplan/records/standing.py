"""The plan as it stands: goals, actions with their evidence, threads with their gaps, ratings, versions. Frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from throughline.foundation.ui.charts import Band
from throughline.practice.careplan.records.roles import role_in_words
from throughline.record.chart.records.trends import Trend


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """Something that happened and may close an action. `kind`: reading, instrument, contact, visit, task, document,
    appointment or hand; `reference` names it for good; `codes` are LOINC codes or keys of instruments."""

    kind: str
    reference: str
    sentence: str
    at: datetime
    who: str
    codes: frozenset[str] = frozenset()
    channel: str = ""
    reached: bool = True


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A fact that satisfied an action."""

    id: UUID
    kind: str
    reference: str
    sentence: str
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class ProgressRecord:
    """How far a goal had come at one time: 0 not started, 1 no change, 2 partly, 3 mostly, 4 met."""

    level: int
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class GoalStanding:
    """Where a measured goal stands: the latest reading, and whether it lies in the target (None: cannot be told)."""

    latest: str
    at: datetime
    inside: bool | None
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class GoalRecord:
    """A goal of the plan. `own_number`: its target lies `within` so much of a number of hers yet to be set."""

    id: UUID
    key: str
    text: str
    target: str
    term: str
    by_date: date
    loinc: str
    words: str
    importance: int | None
    status: str
    status_reason: str
    sources: tuple[str, ...]
    version: int
    progress: tuple[ProgressRecord, ...] = ()
    standing: GoalStanding | None = None
    own_number: bool = False
    unit: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """An action of the plan. `owner` is the name of who has it now, "" when nobody does: a gap. `due_on` is next."""

    id: UUID
    key: str
    text: str
    role: str
    owner: str
    delegated: bool
    category: str
    frequency: str
    due_on: date
    status: str
    status_reason: str
    task_id: UUID | None
    sources: tuple[str, ...]
    version: int
    evidence: tuple[EvidenceRecord, ...] = ()
    closed_by: tuple[str, ...] = ()
    repeats: bool = False
    task_state: str = ""

    @property
    def role_words(self) -> str:
        """Who should do it, as people call her."""
        return role_in_words(self.role)


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a thread breaks. `kind` is stable, `remedy` what mends it in place, `about` the goal, action or need."""

    kind: str
    text: str
    remedy: str
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class BarrierRecord:
    """What stands in the way of a need: its coded domain, and what became of it."""

    id: UUID
    domain: str
    domain_title: str
    text: str
    status: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """Omaha ratings of one time, 1 to 5 each, higher is better; None where it was not rated."""

    occasion: str
    knowledge: int | None
    behavior: int | None
    status: int | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """A preference, an emergency plan or a backup plan, as agreed."""

    id: UUID
    kind: str
    text: str
    need_id: UUID | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Thread:
    """need → goal → action → owner → evidence, with the places where it breaks."""

    need_id: UUID
    text: str
    words: str
    domain: str
    priority: str
    omaha: int | None
    evidence: tuple[str, ...]
    goals: tuple[GoalRecord, ...]
    actions: tuple[ActionRecord, ...]
    broken: tuple[Gap, ...]
    horizon: str = ""
    problem: str = ""
    icd10: tuple[str, ...] = ()
    status: str = "open"
    status_reason: str = ""
    raised_at: datetime | None = None
    barriers: tuple[BarrierRecord, ...] = ()
    ratings: tuple[RatingRecord, ...] = ()
    preferences: tuple[StatementRecord, ...] = ()
    declined: tuple[tuple[str, str, datetime], ...] = ()

    @property
    def gaps(self) -> tuple[str, ...]:
        """The breaks in words."""
        return tuple(gap.text for gap in self.broken)

    @property
    def next_action(self) -> ActionRecord | None:
        """The live action that is due first."""
        live = [action for action in self.actions if action.status == "active"]
        return min(live, key=lambda action: action.due_on) if live else None

    @property
    def last_evidence(self) -> EvidenceRecord | None:
        """The latest fact that satisfied an action of this thread."""
        found = [one for action in self.actions for one in action.evidence]
        return max(found, key=lambda one: one.at) if found else None


@dataclass(frozen=True, slots=True)
class LessonRecord:
    """A topic to teach, with where it stands."""

    id: UUID
    topic: str
    status: str
    moved_at: datetime | None
    moved_by: str


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """An agreed version, with what changed since the one before. It ends on `expires_on`; `signed_by` signed it off."""

    id: UUID
    number: int
    at: datetime
    by: str
    agreed_how: str
    agreed_by: str
    review_on: date
    sentences: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]
    expires_on: date | None = None
    signed_by: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of a patient."""

    patient_id: UUID
    threads: tuple[Thread, ...]
    lessons: tuple[LessonRecord, ...]
    declined: tuple[tuple[str, str, datetime], ...]
    versions: tuple[VersionRecord, ...]
    changed: tuple[tuple[str, str], ...]
    statements: tuple[StatementRecord, ...] = ()
    broken: tuple[Gap, ...] = ()
    trends: Mapping[str, Trend] = field(default_factory=dict)
