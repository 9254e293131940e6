"""What people takes in and shows: frozen records, free of the database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NameIn:
    """One name as given; `use` as FHIR NameUse, "preferred" for the name she wants to be called."""

    family: str = ""
    given: str = ""
    middle: str = ""
    prefix: str = ""
    suffix: str = ""
    use: str = "official"
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class IdentifierIn:
    """One number and who gave it; `kind` is mrn, member, medicare, medicaid, ssn4, driver, passport or other.

    Of a Social Security number only the last four digits are kept: hand in the whole as kind "ssn".
    """

    value: str
    kind: str = "other"
    system: str = ""
    assigner: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ContactPointIn:
    """A phone in any form, an e-mail or a fax; `kind` is home, mobile, work, other or old."""

    value: str
    system: str = "phone"
    kind: str = "home"
    rank: int = 1
    ok_to_voicemail: bool | None = None
    ok_to_text: bool | None = None
    best_times: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AddressIn:
    """An address; `use` is home, temp, mailing, work or old."""

    lines: tuple[str, ...] = ()
    city: str = ""
    district: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    use: str = "home"
    latitude: float | None = None
    longitude: float | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ContactPersonIn:
    """Someone in the patient's life; authority and topics by their keys in ContactPerson."""

    name: str
    relationship: str = ""
    relationship_code: str = ""
    authority: str = "none"
    authority_document: str = ""
    emergency: bool = False
    caregiver: bool = False
    lives_with: bool | None = None
    may_be_told: tuple[str, ...] = ()
    note: str = ""
    language: str = ""
    contact_points: tuple[ContactPointIn, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class RelatedIn:
    """A person in a patient's life whom another system keeps as a record of its own, under `source_id` there."""

    source_id: str
    patient_id: UUID
    person: ContactPersonIn


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderIn:
    """Whom a record names: `kind` general (her general practitioner) or managing (the organization that keeps it).

    `reference` as written; `target_type` and `target_id` once it is known what it points to.
    """

    kind: str
    reference: str = ""
    name: str = ""
    npi: str = ""
    target_type: str = ""
    target_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIn:
    """Everything another system, a form or a seed says of one patient.

    `source_id` is her id in that system (blank for a form). Race, ethnicity and sex are US Core 6.1.0 codes. A
    `birth_date` known to the month or year only is the first day of it with the matching precision.
    """

    names: tuple[NameIn, ...]
    source_id: str = ""
    identifiers: tuple[IdentifierIn, ...] = ()
    contact_points: tuple[ContactPointIn, ...] = ()
    addresses: tuple[AddressIn, ...] = ()
    contact_persons: tuple[ContactPersonIn, ...] = ()
    providers: tuple[ProviderIn, ...] = ()
    birth_date: date | None = None
    birth_date_precision: str = "day"
    gender: str = ""
    birth_sex: str = ""
    sex: str = ""
    gender_identity: str = ""
    pronouns: str = ""
    race_categories: tuple[str, ...] = ()
    race_detailed: tuple[str, ...] = ()
    race_text: str = ""
    ethnicity_category: str = ""
    ethnicity_detailed: tuple[str, ...] = ()
    ethnicity_text: str = ""
    tribal_affiliation: str = ""
    marital_status: str = ""
    language: str = ""
    languages: tuple[str, ...] = ()
    interpreter_needed: bool | None = None
    code_status: str = ""
    time_zone: str = ""
    deceased: bool = False
    deceased_at: datetime | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one person taken in: her patient id, and whether that was new, changed or nothing new."""

    source_id: str
    patient_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationIn:
    """An organization as another system states it; `part_of` is the source id of the one it belongs to."""

    source_id: str
    name: str
    kind: str = ""
    npi: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    address: AddressIn = field(default_factory=AddressIn)
    active: bool = True
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PractitionerIn:
    """A practitioner as another system states her."""

    source_id: str
    family: str = ""
    given: str = ""
    prefix: str = ""
    credentials: str = ""
    npi: str = ""
    gender: str = ""
    languages: tuple[str, ...] = ()
    phone: str = ""
    fax: str = ""
    email: str = ""
    active: bool = True
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleIn:
    """What a practitioner does where and when she is there; both are named by their source ids."""

    source_id: str
    practitioner: str
    organization: str = ""
    role: str = ""
    role_code: str = ""
    specialty: str = ""
    specialty_code: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    hours: str = ""
    since: date | None = None
    until: date | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What the identity bar of every patient page shows of a person."""

    patient_id: UUID
    site_id: UUID
    name: str
    preferred_name: str
    birth_date: date | None
    born: str
    age: str
    mrn: str
    pronouns: str
    gender: str
    language: str
    interpreter_needed: bool | None
    phone: str
    phone_shown: str
    code_status: str
    deceased: bool
    deceased_at: datetime | None
    time_zone: str
    merged_into: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Match:
    """One patient a search found, and why. `visible` is False for a bare match outside the viewer's patients.

    `sure` is False when a name fits only by its sound, a nickname or but for a letter.
    """

    patient_id: UUID
    site_id: UUID
    name: str
    preferred_name: str
    sort_name: str
    birth_date: date | None
    born: str
    age: str
    mrn: str
    phone_shown: str
    deceased: bool
    visible: bool
    why: tuple[str, ...]
    score: int
    sure: bool = True
    same_name: bool = False

    @property
    def mrn_end(self) -> str:
        """The last four characters of the record number, as lists show it."""
        return self.mrn[-4:]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a search: best first; `more` when others matched too; `read_as` says how the text was read."""

    matches: tuple[Match, ...]
    more: bool
    read_as: str

    @property
    def same_names(self) -> bool:
        """True when two of the matches bear the same name."""
        return any(match.same_name for match in self.matches)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A record that may be the person being registered, named only as far as a clerk must know to avoid a double."""

    patient_id: UUID
    name: str
    born: str
    age: str
    mrn_end: str
    reasons: tuple[str, ...]
    score: float
    likely: bool
    visible: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records flagged as possibly one person, with how sure and why; the first was made earlier."""

    pair_id: UUID
    first: Identity
    second: Identity
    sure: str
    reasons: tuple[str, ...]
    state: str
    why: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact of two records side by side; `differs` when both state it and not the same."""

    name: str
    words: str
    survivor: str
    retired: str
    differs: bool


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do: the facts side by side, what moves, and what stands in the way."""

    survivor: Identity
    retired: Identity
    facts: tuple[Compared, ...]
    moves: tuple[tuple[str, int], ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that was made: who, when, why, and whether it was taken back."""

    merge_id: UUID
    survivor_id: UUID
    survivor_name: str
    retired_name: str
    at: datetime
    by: str
    reason: str
    rows: int
    unmerged_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRecord:
    """Two entries of the directory made one: which, who, when, and whether and why they were parted again."""

    join_id: UUID
    kind: str
    kept_id: UUID
    gone_id: UUID
    gone_name: str
    at: datetime
    by: str
    parted_at: datetime | None
    parted_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartPreview:
    """What parting two entries would do: what turns back, and which facts the one that stayed gives up."""

    join: JoinRecord
    kept_name: str
    moves: tuple[tuple[str, int], ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One name, number, phone, address or contact person as the particulars page lists it."""

    row_id: UUID
    words: str
    kind: str
    note: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Particulars:
    """Everything of who a patient is and how she is reached."""

    identity: Identity
    facts: dict[str, object]
    names: tuple[Held, ...]
    identifiers: tuple[Held, ...]
    contact_points: tuple[Held, ...]
    addresses: tuple[Held, ...]
    contact_persons: tuple[Held, ...]
