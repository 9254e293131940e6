"""What referrals out show."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of referral: its words, what having been there is called, whom it goes to, and what is usually shared."""

    key: str
    words: str
    attended: str
    roles: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """How many business days of a calendar a state may last before somebody asks, and what she then does."""

    state: str
    days: int
    urgent_days: int
    calendar: str
    verb: str
    says: str
    citation: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a referral."""

    act: str
    words: str
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody a referral can go to, and why she is offered."""

    ref: str
    name: str
    about: str
    phone: str
    fax: str
    channel: str
    on_team: bool


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral out, ready to print."""

    id: UUID
    site_id: UUID
    patient_id: UUID
    patient_name: str
    need_id: UUID | None
    need_text: str
    kind: str
    kind_words: str
    attended_words: str
    to_name: str
    to_organization: str
    phone: str
    phone_shown: str
    fax_shown: str
    service: str
    reason: str
    question: str
    urgent: bool
    state: str
    state_words: str
    since: datetime
    age: str
    channel_words: str
    categories: tuple[str, ...]
    written: bool
    consent: str
    created_at: datetime
    sent_at: datetime | None
    left_at: datetime | None
    scheduled_at: datetime | None
    place: str
    look_on: date | None
    look_words: str
    is_silent: bool
    report: str
    outcome: str
    acted: str
    acted_words: str
    owner_name: str
    version: int
    appointment_id: UUID | None = None
    steps: tuple[Step, ...] = ()
    practitioner_id: UUID | None = None
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReferralBoard:
    """The referrals of a list with the count of each state."""

    rows: tuple[Referral, ...]
    counts: tuple[tuple[str, str, int], ...]
    silent: int
