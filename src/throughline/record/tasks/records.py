"""What tasks show to others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task as lists and pages show it."""

    id: UUID
    site_id: UUID
    patient_id: UUID
    patient_name: str
    case_id: UUID | None
    kind: str
    verb: str
    title: str
    why: str
    tier: int
    owner_id: UUID | None
    owner_name: str
    team_id: UUID | None
    team_name: str
    due_at: datetime | None
    due_has_time: bool
    time_zone: str
    legal_due_at: datetime | None
    hold_until: datetime | None
    hold_reason: str
    state: str
    subject: str
    recurrence: str
    delegated_by_id: UUID | None
    created_at: datetime
    done_at: datetime | None
    outcome: str
    version: int
