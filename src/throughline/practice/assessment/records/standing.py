"""Assessments as they stand in the record, and the needs that follow from them. Frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.practice.assessment.records.answering import Answers, Flag
from throughline.practice.assessment.records.definition import Instrument


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One assessment in a list."""

    id: UUID
    instrument: str
    title: str
    started_at: datetime
    started_by: str
    signed_at: datetime | None
    signed_by: str
    score: str
    band: str
    positive: bool | None
    flagged: bool

    @property
    def result(self) -> str:
        """Return the score and its band as a list says them: "12, moderate", "at risk", or nothing."""
        said = [self.score, self.band if self.band != self.score else ""]
        return ", ".join(part.replace("_", " ") for part in said if part)


@dataclass(frozen=True, slots=True)
class AddendumRecord:
    """A correction beside a signed assessment."""

    place: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class AssessmentRecord:
    """An assessment with everything its page shows; `instrument` is the edition it was answered in.

    `version` counts the acts on it: while it is the same, answers and flags are.
    """

    line: AssessmentLine
    patient_id: UUID
    site_id: UUID
    case_id: UUID | None
    mode: str
    language: str
    respondent: str
    context: Mapping[str, Any]
    abandoned: bool
    instrument: Instrument
    answers: Answers
    flags: tuple[Flag, ...]
    addenda: tuple[AddendumRecord, ...]
    outcome: Mapping[str, Any] | None
    prior: AssessmentLine | None
    prior_answers: Answers
    version: int


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """A need with its evidence: sentence and instant. `subject` is what makes two needs one (omaha-11)."""

    id: UUID
    patient_id: UUID
    subject: str
    text: str
    domain: str
    omaha: int | None
    icd10: tuple[str, ...]
    priority: str
    horizon: str
    words: str
    status: str
    status_reason: str
    raised_at: datetime
    raised_by: str
    evidence: tuple[tuple[str, datetime], ...]
    version: int
