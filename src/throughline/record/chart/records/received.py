"""Facts as they are handed to the chart: read from a received resource, not yet stored.

Field names are the chart's column names. Tuples rather than dataclasses because a bundle makes thousands of them.
Lists of references hold `Pointer`s until the chart knows what they point to.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID


class Pointer(NamedTuple):
    """A reference to another resource as written, and the words that came with it."""

    reference: str
    display: str = ""


NOWHERE = Pointer("")


class Common(NamedTuple):
    """The columns every fact has. Partial dates stand at 00:00 UTC of their first day; see `effective_precision`."""

    recorded_at: datetime | None = None
    author: str = ""
    status: str = ""
    code_system: str = ""
    code: str = ""
    display: str = ""
    codings: list[dict[str, str]] | None = None
    effective_at: datetime | None = None
    effective_until: datetime | None = None
    effective_precision: str = ""
    note: str = ""


class ConditionFact(NamedTuple):
    """A problem, diagnosis or concern."""

    common: Common
    verification: str = ""
    category: str = ""
    severity: str = ""


class MedicationFact(NamedTuple):
    """A medicine ordered, stated, dispensed or given."""

    common: Common
    kind: str
    intent: str = ""
    category: str = ""
    dosage: str = ""
    as_needed: bool | None = None
    reason: str = ""
    do_not_perform: bool = False


class AllergyFact(NamedTuple):
    """An allergy or intolerance."""

    common: Common
    verification: str = ""
    kind: str = ""
    category: str = ""
    criticality: str = ""
    reactions: str = ""


class EncounterFact(NamedTuple):
    """A visit or a stay."""

    common: Common
    class_code: str = ""
    is_stay: bool = False
    location: str = ""
    provider: str = ""
    reason: str = ""
    admit_source: str = ""
    discharge_disposition: str = ""


class ProcedureFact(NamedTuple):
    """Something done to or for the patient."""

    common: Common
    category: str = ""
    reason: str = ""
    body_site: str = ""
    outcome: str = ""


class ImmunizationFact(NamedTuple):
    """A vaccine given or not given."""

    common: Common
    lot_number: str = ""
    reason_not_given: str = ""


class ObservationFact(NamedTuple):
    """A measurement or finding."""

    common: Common
    category: str = ""
    value_number: float | None = None
    comparator: str = ""
    unit: str = ""
    value_code: str = ""
    value_code_system: str = ""
    value_text: str = ""
    components: list[dict[str, Any]] | None = None
    interpretation: str = ""
    range_low: float | None = None
    range_high: float | None = None
    range_text: str = ""
    absent_reason: str = ""


class ReportFact(NamedTuple):
    """A diagnostic report."""

    common: Common
    category: str = ""
    conclusion: str = ""
    results: list[Pointer] | None = None


class NoteFact(NamedTuple):
    """A document."""

    common: Common
    category: str = ""
    title: str = ""
    content_type: str = ""
    size: int | None = None
    address: str = ""


class OutsidePlanFact(NamedTuple):
    """A care plan made elsewhere."""

    common: Common
    intent: str = ""
    description: str = ""
    activities: list[dict[str, str]] | None = None
    addresses: list[Pointer] | None = None
    goals: list[Pointer] | None = None
    teams: list[Pointer] | None = None


class OutsideGoalFact(NamedTuple):
    """A goal set elsewhere."""

    common: Common
    achievement: str = ""
    priority: str = ""
    category: str = ""
    targets: list[dict[str, str]] | None = None
    addresses: list[Pointer] | None = None
    expressed_by: str = ""


class Participant(NamedTuple):
    """A member of a care team elsewhere."""

    member: Pointer
    role: str


class OutsideTeamFact(NamedTuple):
    """A care team named elsewhere."""

    common: Common
    participants: list[Participant] | None = None


class CoverageFact(NamedTuple):
    """Insurance as a record from elsewhere states it."""

    common: Common
    payer: str = ""
    member_id: str = ""
    subscriber_id: str = ""
    relationship: str = ""
    order: int | None = None
    classes: list[dict[str, str]] | None = None


Fact: TypeAlias = (
    ConditionFact
    | MedicationFact
    | AllergyFact
    | EncounterFact
    | ProcedureFact
    | ImmunizationFact
    | ObservationFact
    | ReportFact
    | NoteFact
    | OutsidePlanFact
    | OutsideGoalFact
    | OutsideTeamFact
    | CoverageFact
)


class Reading(NamedTuple):
    """What was read from one resource.

    `subject` is the patient's reference ("" for resources about no patient) and `element` where it stands; `names`
    are the columns to fill with the name of what is pointed to, `code_from` the resource that carries the code (a
    Medication). `summary` is kept of resources that others point to; `identifiers` are (system, value) pairs by which
    they may do so.
    """

    resource_type: str
    resource_id: str
    version: str
    updated_at: datetime | None
    subject: Pointer = NOWHERE
    element: str = "subject"
    encounter: Pointer = NOWHERE
    names: tuple[tuple[str, Pointer], ...] = ()
    code_from: Pointer = NOWHERE
    fact: Fact | None = None
    summary: dict[str, Any] | None = None
    identifiers: tuple[tuple[str, str], ...] = ()


class Received(NamedTuple):
    """One resource to be kept: its reading, the digest of its meaning, and where its bytes stand in the stretch."""

    reading: Reading
    sha256: bytes
    at_byte: int
    size: int


class Stretch(NamedTuple):
    """The bytes taken in by one transaction: a whole bundle, or so many lines of NDJSON."""

    name: str
    first_byte: int
    content: bytes


class Verdict(StrEnum):
    """What becomes of a received resource."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Edition(NamedTuple):
    """What tells two receipts of one resource apart: meta.versionId, meta.lastUpdated, and a digest of its meaning."""

    version: str
    updated_at: datetime | None
    digest: bytes


class Held(NamedTuple):
    """A resource held already: its identifier here, the edition held, whose it is, and what was kept of its words."""

    id: UUID
    edition: Edition
    patient_id: UUID | None
    summary: dict[str, Any] | None


class Arrival(NamedTuple):
    """A resource about to be stored: everything it points to is known, its dates are as they will stand.

    `fact` holds plain JSON in place of pointers. `patient_id` is None for resources about no patient.
    """

    id: UUID
    verdict: Verdict
    received: Received
    patient_id: UUID | None
    encounter_id: UUID | None
    fact: Fact | None


class Receipt(NamedTuple):
    """What arrived for one patient: how many new or changed resources of each type."""

    patient_id: UUID
    counts: dict[str, int]
