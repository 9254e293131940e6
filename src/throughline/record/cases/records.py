"""What cases show to others."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from throughline.record.cases.programmes import MODE_WORDS
from throughline.record.cases.scopes import words_of


@dataclass(frozen=True, slots=True)
class EnrolmentRecord:
    """One programme the case is or was in."""

    id: UUID
    programme: str
    programme_title: str
    mode: str
    since: datetime
    until: datetime | None
    explanation: tuple[str, ...] = ()

    @property
    def mode_words(self) -> str:
        """Return who carries the plan's actions out, as a person says it."""
        return MODE_WORDS.get(self.mode, self.mode)


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One decision of the patient or of who decides for her."""

    id: UUID
    scope: str
    decision: str
    method: str
    given_by: str
    taken_by: str
    at: datetime
    limits: str
    withdrawn_at: datetime | None
    withdrawn_by: str = ""

    @property
    def scope_words(self) -> str:
        """Return what it is about, as a person says it."""
        return words_of(self.scope)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as pages show it."""

    id: UUID
    site_id: UUID
    patient_id: UUID
    patient_name: str
    state: str
    state_words: str
    owner_id: UUID | None
    owner_name: str
    team_id: UUID | None
    team_name: str
    source: str
    identified_on: date
    opened_at: datetime
    acuity: int
    paused_until: date | None
    pause_reason: str
    closed_at: datetime | None
    close_reason: str
    close_summary: str
    matters_most: str
    matters_most_language: str
    matters_most_at: datetime | None
    last_contact_at: datetime | None
    version: int
    enrolments: tuple[EnrolmentRecord, ...] = field(default=())
    consents: tuple[ConsentRecord, ...] = field(default=())

    @property
    def programmes(self) -> tuple[str, ...]:
        """The titles of the programmes the case is in now."""
        return tuple(e.programme_title for e in self.enrolments if e.until is None)


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """One step in the life of a case."""

    act: str
    before: str
    after: str
    reason: str
    at: datetime
    by_name: str
