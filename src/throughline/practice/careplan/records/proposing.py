"""Pathways as content gives them, and the proposal made of them. Frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan.records.roles import role_in_words


@dataclass(frozen=True, slots=True)
class Measure:
    """How a goal is told to be met: `< 130` with a second limit for the lower blood pressure, and the unit.

    `near` has no value of its own: within `second` of a number that is the patient's (her dry weight), asked for once
    the goal stands.
    """

    comparator: str
    value: Decimal | None
    second: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class GoalTemplate:
    """A goal a pathway proposes."""

    text: str
    target: str
    by_days: int
    loinc: str = ""
    measure: Measure | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ActionTemplate:
    """An action a pathway proposes: whose role, Omaha category and target, how often, when first."""

    role: str
    category: str
    target: str
    text: str
    frequency: str
    first_due_days: int
    merge: str = ""
    tags: frozenset[str] = frozenset()
    evidence: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """What counts as evidence for actions of a kind: `when` says for which, `by` what satisfies them."""

    key: str
    when: Mapping[str, Any]
    by: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class MonitoringTemplate:
    """What to watch, by LOINC or in words, how often, and which alert rule looks at it."""

    loinc: str
    what: str
    frequency: str
    alert: str = ""


@dataclass(frozen=True, slots=True)
class CheckTemplate:
    """A continuity check: when this holds, that service is expected within so many days."""

    id: str
    trigger: str
    expect: str
    due_days: int
    when: Mapping[str, Any] = field(default_factory=dict)
    service: str = ""
    on_positive: str = ""
    citation: str = ""

    @property
    def on_opening(self) -> bool:
        """Whether it applies to everybody on the pathway from the first day."""
        return self.trigger == "open"


@dataclass(frozen=True, slots=True)
class Pathway:
    """One pathway of the care plan library."""

    id: str
    title: str
    version: str
    citation: str
    standing: str
    domain: str
    icd10_prefix: tuple[str, ...]
    omaha: tuple[int, ...]
    tags: frozenset[str]
    goals: tuple[GoalTemplate, ...]
    actions: tuple[ActionTemplate, ...]
    monitoring: tuple[MonitoringTemplate, ...]
    education: tuple[str, ...]
    education_tags: Mapping[str, frozenset[str]]
    red_flags: tuple[str, ...]
    services: tuple[str, ...]
    follow_up: tuple[str, ...]
    checks: tuple[CheckTemplate, ...]
    examples: tuple[Mapping[str, Any], ...] = ()
    snomed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactNeed:
    """A need that a fact of the chart points to: `when` names conditions, a reading with its limit, or stays."""

    key: str
    text: str
    domain: str
    omaha: int | None
    icd10: tuple[str, ...]
    priority: str
    horizon: str
    when: Mapping[str, Any]
    standing: str


@dataclass(frozen=True, slots=True)
class PointedNeed:
    """A need the record points to, not raised before a nurse adopts it. `kind`: condition, observation, utilisation,
    outside-plan; `joins` names the open need its evidence would join."""

    key: str
    need: SuggestedNeed
    kind: str
    source_id: UUID | None
    standing: str
    joins: str = ""


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """Two things that must not stand side by side unasked: the tags on either side, the sentence, the question."""

    id: str
    left: frozenset[str]
    right: frozenset[str]
    sentence: str
    ask: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One of the 42 problems of the Omaha System."""

    code: int
    title: str
    domain: str
    signs_symptoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is proposed: the pathway or answer, what matched, the source and how sure it is."""

    source: str
    because: str
    citation: str
    standing: str


@dataclass(frozen=True, slots=True)
class ProposedNeed:
    """A need of the proposal: one per Omaha problem, all its evidence joined."""

    key: str
    text: str
    domain: str
    omaha: int | None
    problem: str
    priority: str
    horizon: str
    icd10: tuple[str, ...]
    evidence: tuple[str, ...]
    words: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ProposedGoal:
    """A goal of the proposal. `choices` holds more than one target when pathways differ: the nurse is asked."""

    key: str
    need: str
    text: str
    target: str
    choices: tuple[str, ...]
    by_days: int
    term: str
    loinc: str
    measure: Measure | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ProposedAction:
    """An action of the proposal, its points joined from several pathways, with who does it."""

    key: str
    need: str
    role: str
    owner: str
    category: str
    target: str
    points: tuple[str, ...]
    frequency: str
    first_due_days: int
    reasons: tuple[Reason, ...]
    evidence: tuple[Mapping[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """The action in one line."""
        return "; ".join(self.points)

    @property
    def owner_words(self) -> str:
        """Who does it, as people call her."""
        return role_in_words(self.owner)


@dataclass(frozen=True, slots=True)
class ProposedMonitoring:
    """One thing to watch, with every frequency and alert rule the pathways name."""

    key: str
    loinc: str
    what: str
    frequencies: tuple[str, ...]
    alerts: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ProposedLesson:
    """One topic to teach, with teach-back."""

    topic: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ProposedCheck:
    """A service expected. `holds` is None when a fact is missing: the page then asks the trigger as a question."""

    key: str
    expect: tuple[str, ...]
    trigger: str
    due_days: int
    holds: bool | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two proposals that clash, with what to ask and whom. Never resolved silently."""

    id: str
    sentence: str
    ask: str
    between: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything the pathways and answers propose. Nothing of it is active until a nurse adopts it."""

    pathways: tuple[str, ...]
    needs: tuple[ProposedNeed, ...]
    goals: tuple[ProposedGoal, ...]
    actions: tuple[ProposedAction, ...]
    monitoring: tuple[ProposedMonitoring, ...]
    education: tuple[ProposedLesson, ...]
    checks: tuple[ProposedCheck, ...]
    conflicts: tuple[Conflict, ...]
    red_flags: tuple[str, ...]
    services: tuple[str, ...]
    merged: int
