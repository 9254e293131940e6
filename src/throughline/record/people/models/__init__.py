"""The tables of people: patients and what names and reaches them, the circle around them, and matching."""

from throughline.record.people.models.circle import (
    ContactPerson,
    NamedProvider,
    Organization,
    Practitioner,
    PractitionerRole,
)
from throughline.record.people.models.matching import (
    EntryJoin,
    JoinedRow,
    MergedRow,
    PatientMerge,
    PossibleDuplicate,
    SearchEntry,
    SearchToken,
)
from throughline.record.people.models.patients import (
    Address,
    ContactPoint,
    Patient,
    PatientIdentifier,
    PatientName,
    PatientSource,
    Sourced,
)

__all__ = [
    "Address",
    "ContactPerson",
    "ContactPoint",
    "EntryJoin",
    "JoinedRow",
    "MergedRow",
    "NamedProvider",
    "Organization",
    "Patient",
    "PatientIdentifier",
    "PatientMerge",
    "PatientName",
    "PatientSource",
    "PossibleDuplicate",
    "Practitioner",
    "PractitionerRole",
    "SearchEntry",
    "SearchToken",
    "Sourced",
]
