"""What the directory shows: lines of the list, one entry with all that hangs on it. Frozen records."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.record.people.records import JoinRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingAsked:
    """What the list is asked for: `kind` practitioner or organization, words, filters, the page after which it goes on.

    `off` shows those taken off the directory instead.
    """

    kind: str = "practitioner"
    q: str = ""
    specialty: str = ""
    city: str = ""
    house_kind: str = ""
    off: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the directory."""

    id: UUID
    kind: str
    name: str
    credentials: str
    what: str
    where: str
    phone_shown: str
    fax_shown: str
    npi: str
    npi_doubt: str
    site: str
    active: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the directory; `older` is what the next page goes on from, "" on the last one."""

    rows: tuple[Listed, ...]
    older: str
    specialties: tuple[str, ...]
    cities: tuple[str, ...]
    house_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a practitioner works and as what, or who works at an organization."""

    role_id: UUID
    practitioner_id: UUID
    practitioner: str
    organization_id: UUID | None
    organization: str
    address: str
    specialty: str
    role: str
    phone_shown: str
    fax_shown: str
    hours: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Cared:
    """One of the viewer's patients and how the entry stands to her: on the team since, or only named by a record."""

    patient_id: UUID
    name: str
    role: str
    since: date | None
    confirmed: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One referral sent there."""

    id: UUID
    patient_id: UUID
    patient: str
    service: str
    state_words: str
    is_silent: bool
    sent_on: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Answers:
    """How referrals went: counts, and the median of days from sending to the first answer (None: none answered)."""

    sent: int
    accepted: int
    declined: int
    silent: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Coming:
    """An appointment to come with the entry."""

    id: UUID
    patient: str
    what: str
    when: str


@dataclass(frozen=True, slots=True)
class Published:
    """A time the entry's system publishes: free, asked or booked here, or withdrawn."""

    when: str
    place: str
    service: str
    state: str
    appointment_id: UUID | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One practitioner or organization of the directory, ready to print."""

    id: UUID
    kind: str
    site_id: UUID
    name: str
    sort_name: str
    prefix: str
    given: str
    family: str
    credentials: str
    house_kind: str
    npi: str
    npi_doubt: str
    languages: tuple[str, ...]
    phone: str
    fax: str
    phone_shown: str
    fax_shown: str
    email: str
    address_lines: tuple[str, ...]
    city: str
    state: str
    postal_code: str
    hours: str
    part_of_id: UUID | None
    part_of: str
    active: bool
    merged_into: UUID | None
    source: str
    recorded_at: datetime | None
    kept_here: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry with all that hangs on it, of the viewer's patients only."""

    entry: Entry
    places: tuple[Workplace, ...]
    former: tuple[Workplace, ...]
    parts: tuple[tuple[UUID, str], ...]
    cared: tuple[Cared, ...]
    sent: tuple[Sent, ...]
    answers: Answers
    coming: tuple[Coming, ...]
    published: tuple[Published, ...]
    alike: tuple[tuple[UUID, str, str], ...]
    joins: tuple[JoinRecord, ...]
