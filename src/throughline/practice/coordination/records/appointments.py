"""What appointments take in and show: frozen records."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentIn:
    """An appointment as it is booked. `keep`: put `provider` into the directory, as practitioner or organization.

    One of `with_user_id` (a colleague), `practitioner_id`, `organization_id`, or just `provider` (a name). `time_zone`
    empty: the patient's own. `interpreter` None: as the patient's record flags it. `proposed`: not confirmed yet.
    """

    what: str
    starts_at: datetime
    ends_at: datetime
    kind: str = "visit"
    with_user_id: UUID | None = None
    practitioner_id: UUID | None = None
    organization_id: UUID | None = None
    provider: str = ""
    place: str = ""
    phone: str = ""
    need_id: UUID | None = None
    slot_id: UUID | None = None
    time_zone: str = ""
    transport: str = ""
    transport_at: datetime | None = None
    transport_note: str = ""
    interpreter: str | None = None
    bring: str = ""
    proposed: bool = False
    keep: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotIn:
    """A free time as a provider's system publishes it (FHIR Slot; provider and place come from its Schedule)."""

    source_id: str
    starts_at: datetime
    ends_at: datetime
    practitioner_id: UUID | None = None
    organization_id: UUID | None = None
    kind: str = "visit"
    place: str = ""
    languages: tuple[str, ...] = ()
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleIn:
    """Whose times a system publishes (FHIR Schedule): providers as (type, id at the source), and the words for them."""

    source_id: str
    providers: tuple[tuple[str, str], ...] = ()
    name: str = ""
    place: str = ""
    service: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedIn:
    """A time as a system states it (FHIR Slot): of which schedule, free or not (`status` as FHIR SlotStatus)."""

    source_id: str
    schedule: str
    status: str
    starts_at: datetime
    ends_at: datetime
    service: str = ""


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A free time on a chip: with whom, when in the patient's zone, and why it fits."""

    id: UUID
    provider: str
    place: str
    starts_at: datetime
    ends_at: datetime
    when: str
    speaks: bool
    service: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an appointment's life."""

    act: str
    words: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class AppointmentRecord:
    """An appointment as pages show it; the words in the patient's zone, named when it is not the viewer's."""

    id: UUID
    site_id: UUID
    patient_id: UUID
    patient_name: str
    case_id: UUID | None
    need_id: UUID | None
    need: str
    kind: str
    kind_words: str
    what: str
    provider: str
    with_user_id: UUID | None
    practitioner_id: UUID | None
    organization_id: UUID | None
    place: str
    phone: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    day: str
    when: str
    span: str
    transport: str
    transport_words: str
    transport_at: datetime | None
    pick_up: str
    transport_note: str
    interpreter: str
    interpreter_words: str
    bring: str
    state: str
    state_words: str
    cancelled_by: str
    reason: str
    outcome: str
    sequence: int
    updated_at: datetime
    version: int
    asks_outcome: bool
    live: bool
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody an appointment can be with. `key` is "user:…", "practitioner:…" or "organization:…"."""

    key: str
    name: str
    role: str
    phone: str
    place: str
    publishes: bool = False
