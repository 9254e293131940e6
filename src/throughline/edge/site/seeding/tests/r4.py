"""The shape FHIR R4 asks of the resources the stories produce: required fields, value sets, and whole references."""

import base64
import re
from collections.abc import Iterator
from typing import Any

DATE = re.compile(r"^\d{4}(-\d\d(-\d\d)?)?$")
DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
IDENTITY = re.compile(r"^[A-Za-z0-9\-.]{1,64}$")

# Elements of cardinality 1..* in R4 (hl7.org/fhir/R4), and those of US Core that the importer relies on.
REQUIRED = {
    "Patient": ["name", "gender", "birthDate", "identifier"],
    "RelatedPerson": ["patient"],
    "Coverage": ["status", "beneficiary", "payor"],
    "Condition": ["subject", "code", "clinicalStatus"],
    "MedicationRequest": ["status", "intent", "medicationCodeableConcept", "subject"],
    "AllergyIntolerance": ["patient", "code"],
    "Encounter": ["status", "class", "subject", "period"],
    "Observation": ["status", "code", "category", "subject", "effectiveDateTime"],
    "Procedure": ["status", "subject", "code"],
    "Immunization": ["status", "vaccineCode", "patient", "occurrenceDateTime"],
    "DiagnosticReport": ["status", "code"],
    "DocumentReference": ["status", "content"],
    "CarePlan": ["status", "intent", "subject"],
    "Goal": ["lifecycleStatus", "description", "subject"],
    "CareTeam": ["participant"],
    "Appointment": ["status", "participant"],
    "Organization": ["name"],
    "Practitioner": ["name"],
    "PractitionerRole": ["practitioner", "organization", "specialty"],
}
STATUS = {
    "Condition": {"active", "recurrence", "relapse", "inactive", "remission", "resolved"},
    "MedicationRequest": {"active", "on-hold", "cancelled", "completed", "stopped", "draft"},
    "Encounter": {"planned", "arrived", "in-progress", "onleave", "finished", "cancelled"},
    "Appointment": {"proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow"},
    "Coverage": {"active", "cancelled", "draft", "entered-in-error"},
    "CarePlan": {"draft", "active", "on-hold", "revoked", "completed"},
}
_DATES = {"birthDate", "recordedDate", "onsetDateTime", "abatementDateTime", "effectiveDateTime", "deceasedDateTime"}
_INSTANTS = {"issued", "lastUpdated"}


def faults(bundle: dict[str, Any]) -> list[str]:
    """Return what is wrong with a bundle, one sentence a fault; an empty list is a sound bundle."""
    found = []
    present = {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle["entry"]}
    if len(present) != len(bundle["entry"]):
        found.append("two entries have the same type and id")
    for entry in bundle["entry"]:
        resource = entry["resource"]
        named = f"{resource['resourceType']}/{resource['id']}"
        found += [f"{named}: {fault}" for fault in _of(resource)]
        found += [f"{named}: nothing is {wanted}" for wanted in references(resource) if wanted not in present]
        if entry["request"] != {"method": "PUT", "url": named} or not entry["fullUrl"].endswith(named):
            found.append(f"{named}: its request or full URL does not name it")
    return found


def references(value: Any) -> Iterator[str]:
    """Yield every reference inside a resource."""
    for key, inner in _walk(value):
        if key == "reference":
            yield inner


def _of(resource: dict[str, Any]) -> Iterator[str]:
    kind = resource["resourceType"]
    if not IDENTITY.match(resource["id"]):
        yield "the id is no FHIR id"
    yield from (f"lacks {field}" for field in REQUIRED[kind] if not resource.get(field))
    if kind in STATUS and kind != "Condition" and resource["status"] not in STATUS[kind]:
        yield f"status {resource['status']}"
    for key, value in _walk(resource):
        yield from _of_element(key, value)
    period = resource.get("period", {})
    if period.get("end") and period["end"] < period["start"]:
        yield "the period ends before it starts"


def _of_element(key: str, value: Any) -> Iterator[str]:
    if key in _DATES and not DATE_TIME.match(value):
        yield f"{key} {value} is no date"
    if key in _INSTANTS and not INSTANT.match(value):
        yield f"{key} {value} is no instant"
    if value in (None, "", [], {}):
        yield f"{key} is empty"
    if key == "data":
        base64.b64decode(value, validate=True)


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
