"""What contacts show to others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One contact or try."""

    id: UUID
    patient_id: UUID
    channel: str
    outcome: str
    outcome_words: str
    reached: bool
    with_whom: str
    number: str
    at: datetime
    seconds: int
    note: str
    patient_words: str
    interpreter: str
    attempt_of: str
    by_name: str


@dataclass(frozen=True, slots=True)
class Attempts:
    """The tries since the patient was last reached, and what comes next."""

    tried: tuple[ContactRecord, ...]
    limit: int
    next_at: datetime | None

    @property
    def at_limit(self) -> bool:
        """Whether the programme's number of tries is used up."""
        return len(self.tried) >= self.limit
