"""What intake shows to others."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReferralRecord:
    """A referral as the board and its page show it."""

    id: UUID
    site_id: UUID
    patient_id: UUID
    patient_name: str
    patient_born: date | None
    source: str
    source_words: str
    source_name: str
    reason: str
    programme: str
    programme_title: str
    urgent: bool
    received_at: datetime
    identified_on: date
    state: str
    state_words: str
    result: str
    findings: tuple[tuple[str, bool | None, str, bool], ...]
    case_id: UUID | None
    decided_by_name: str
    decision_code: str
    decision_note: str
    duplicate_of_id: UUID | None
    others_open: int
    has_open_case: bool
    version: int
