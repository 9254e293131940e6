"""What review knows of a case and what it finds. Frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact of a case and the code sets it belongs to. `id` leads to it; `kind` says where.

    `held` is whether its source says that it holds (an active condition, a current medicine), leaving time aside.
    """

    kind: str
    sets: frozenset[str]
    at: datetime
    words: str = ""
    id: str = ""
    until: datetime | None = None
    held: bool = True
    value: float | None = None
    by: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """Something arranged but not done: an open action, task, referral or appointment, who has it, due when."""

    sets: frozenset[str]
    due: datetime | None
    words: str
    owner: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class NeedFact:
    """An open need and when it was raised."""

    id: str
    text: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class GoalFact:
    """An active goal of ours, or one of an outside plan (`outside`)."""

    id: str
    need_id: str
    text: str
    target: str
    loinc: str
    added_at: datetime
    key: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class ActionFact:
    """An active action of the plan; `owner` is "" when nobody has it."""

    id: str
    need_id: str
    text: str
    role: str
    owner: str
    due_on: date
    added_at: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentFact:
    """An appointment: when, with whom, and its outcome ("" while nobody recorded one)."""

    id: str
    words: str
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class ReferralFact:
    """A referral out, its state, and since when it stands there."""

    id: str
    words: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the structural checks look at."""

    needs: tuple[NeedFact, ...] = ()
    goals: tuple[GoalFact, ...] = ()
    actions: tuple[ActionFact, ...] = ()
    appointments: tuple[AppointmentFact, ...] = ()
    referrals: tuple[ReferralFact, ...] = ()
    team: tuple[str, ...] = ()
    primary_care: str = ""
    review_on: date | None = None
    last_reached_at: datetime | None = None
    every_days: int | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything the checks ask of one case. `facts` and `planned` are by set, facts newest first."""

    case_id: UUID
    patient_id: UUID
    site_id: UUID
    opened_at: datetime
    time_zone: str = "America/New_York"
    born: date | None = None
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    planned: Mapping[str, tuple[Planned, ...]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    declined: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    plan: PlanFacts = field(default_factory=PlanFacts)

    def of(self, key: str) -> tuple[Fact, ...]:
        """The facts of a set, newest first."""
        return self.facts.get(key, ())


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact a sentence rests on, as a page links it."""

    kind: str
    id: str
    words: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is expected: the check, its sentence, what in the record called for it, citation and standing."""

    check: str
    says: str
    citation: str
    standing: str
    version: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap: what is missing, why, since when, and what mends it. `key` is what makes it one of its kind in a case."""

    key: str
    title: str
    says: str
    since: datetime
    owner: str
    remedy: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    on_today: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that applies and is no gap: in-order, under-way, coming, not-needed or declined; `words` says how so."""

    check: str
    title: str
    status: str
    words: str
    until: datetime | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Untold:
    """A check the record does not decide; `ask` is the question that would."""

    check: str
    title: str
    ask: str


@dataclass(frozen=True, slots=True)
class Examination:
    """The outcome for one case. It does not change before `next_look_at` unless a fact does."""

    findings: tuple[Finding, ...]
    checked: tuple[Checked, ...]
    untold: tuple[Untold, ...]
    next_look_at: datetime | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One office visit for the continuity indices: whom the patient saw."""

    at: datetime
    provider: str


@dataclass(frozen=True, slots=True)
class Continuity:
    """The continuity of one case. An index is None when there are too few visits to say."""

    visits: int
    providers: int
    coc: float | None
    upc: float | None
    usual: str
    whole: int
    broken: int
    unowned_days: int


@dataclass(frozen=True, slots=True)
class GapRecord:
    """A gap as it stands in the table."""

    id: UUID
    case_id: UUID
    patient_id: UUID
    key: str
    title: str
    says: str
    since: datetime
    opened_at: datetime
    state: str
    owner: str
    remedy: Mapping[str, Any]
    reasons: Sequence[Mapping[str, Any]]
    dismissed_reason: str = ""
    review_on: date | None = None
    dismissed_by: str = ""
    task_id: UUID | None = None
    version: int = 1
    patient_name: str = ""
    owner_name: str = ""
