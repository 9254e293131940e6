"""What the care team shows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a patient's care team, ready to print. `kind`: user, practitioner, organization, person, other."""

    id: UUID
    patient_id: UUID
    kind: str
    is_inside: bool
    name: str
    role: str
    role_words: str
    organization: str
    why: str
    words: str
    phone: str
    phone_shown: str
    fax: str
    fax_shown: str
    email: str
    channel: str
    channel_words: str
    since: date
    until: date | None
    ended_reason: str
    decision: str
    categories: tuple[str, ...]
    written: bool
    consent_by: str
    consent_at: datetime | None
    consent_until: date | None
    shares: str
    last_contact: str
    owns: int
    user_id: UUID | None
    practitioner_id: UUID | None
    organization_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can join: `ref` names her ("practitioner:<id>"), with the role the directory speaks of."""

    ref: str
    name: str
    role: str
    role_words: str
    organization: str
    about: str


@dataclass(frozen=True, slots=True)
class Team:
    """A patient's care team: who is on it now, who was, and who another record names that is not on it."""

    members: tuple[Member, ...]
    former: tuple[Member, ...]
    offered: tuple[Candidate, ...]
