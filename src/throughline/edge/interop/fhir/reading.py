"""One resource in, one Reading out: the table of readers and what every resource must have."""

import re
from collections.abc import Callable
from datetime import datetime

from throughline.edge.interop.fhir import clinical, directory, findings, plans
from throughline.edge.interop.fhir.elements import (
    Node,
    Refused,
    concept,
    node_at,
    nodes,
    pointer,
    text,
    when,
    wrong,
)
from throughline.foundation.kernel.codes import RXNORM
from throughline.record.chart.records.received import NOWHERE, Pointer, Reading

READERS: dict[str, Callable[[Node], clinical.Parts]] = {
    "Condition": clinical.condition,
    "MedicationRequest": clinical.medication_request,
    "MedicationStatement": clinical.medication_statement,
    "MedicationDispense": clinical.medication_dispense,
    "MedicationAdministration": clinical.medication_administration,
    "AllergyIntolerance": clinical.allergy,
    "Encounter": clinical.encounter,
    "Procedure": clinical.procedure,
    "Immunization": clinical.immunization,
    "Observation": findings.observation,
    "DiagnosticReport": findings.report,
    "DocumentReference": findings.document,
    "CarePlan": plans.care_plan,
    "Goal": plans.goal,
    "CareTeam": plans.care_team,
    "Coverage": plans.coverage,
}

# Types whose resources others point to: their names are kept, so that a fact can say who and where.
POINTED_TO = frozenset(
    {"Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Medication", "RelatedPerson"}
    | {"HealthcareService", "Device"}
)

# A fact about nobody has no place in a chart (these may be about a group, a device or a place: kept, not read).
_MAY_LACK_PATIENT = frozenset({"Observation", "DiagnosticReport", "DocumentReference", "CareTeam"})
_NOT_PATIENTS = re.compile(r"(?:.*/)?(Group|Device|Location|Practitioner|Organization|Substance)/")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}\Z")
_ID = re.compile(r"[^\s\x00-\x1f]+\Z")
_LONGEST_ID = 200


def type_of(node: Node) -> str:
    """Return the resourceType. Raises Refused when it is missing or no type name."""
    found = node.get("resourceType")
    if found is None:
        raise Refused("resourceType", "is missing, so this is not a FHIR resource")
    if type(found) is not str:
        raise wrong("resourceType", found, "text")
    if found not in READERS and not _TYPE.match(found):
        raise Refused("resourceType", f"is “{found[:40]}”, which is no resource type")
    return found


def id_in(full_url: str) -> str:
    """Return the id a fullUrl gives a resource that has none of its own."""
    return full_url.removeprefix("urn:uuid:").rpartition("/")[2]


def read(node: Node, full_url: str = "") -> Reading:
    """Return what one resource says. Raises Refused with the FHIRPath of what is wrong and a sentence.

    `full_url` is the bundle entry's, which gives a resource without id its identity.
    """
    kind = type_of(node)
    identifier = text(node, "id", kind) or id_in(full_url)
    if not identifier:
        raise Refused(f"{kind}.id", "is missing, so the resource could not be recognised when it is sent again")
    # Letters, digits and hyphens alone, as most are, need no second look.
    if len(identifier) > _LONGEST_ID or not (identifier.replace("-", "").isalnum() or _ID.match(identifier)):
        raise Refused(f"{kind}.id", f"is “{identifier[:40]}”, which is no identifier")
    edition: tuple[str, datetime | None] = ("", None)
    meta = node_at(node, "meta", kind) if "meta" in node else None
    if meta:
        inside = f"{kind}.meta"
        edition = text(meta, "versionId", inside), when(meta, "lastUpdated", inside).at
    reader = READERS.get(kind)
    if reader is not None:
        return Reading(kind, identifier, *edition, **_parts(node, kind, reader))
    reading = Reading(kind, identifier, *edition)
    if kind in POINTED_TO:
        return reading._replace(
            subject=pointer(node, "patient", kind) if kind in ("RelatedPerson", "Device") else NOWHERE,
            element="patient",
            summary=_summary(node, kind),
            identifiers=_identifiers(node, kind),
        )
    subject, element = _subject_of_unread(node, kind)
    return reading._replace(subject=subject, element=element)


def _parts(node: Node, kind: str, reader: Callable[[Node], clinical.Parts]) -> clinical.Parts:
    """Return what is read of a resource with a fact, nothing of one that is about no patient."""
    parts = reader(node)
    if "subject" not in parts:
        parts["subject"] = pointer(node, "subject", kind) if "subject" in node else NOWHERE
    if "encounter" not in parts and "encounter" in node:
        parts["encounter"] = pointer(node, "encounter", kind)
    reference = parts["subject"].reference
    if reference.startswith("Patient/") and reference.count("/") == 1:
        return parts
    if _NOT_PATIENTS.match(reference) or (not reference and kind in _MAY_LACK_PATIENT):
        return {}
    if not reference:
        raise Refused(f"{kind}.{parts.get('element', 'subject')}", "names no patient")
    return parts


def _summary(node: Node, kind: str) -> dict[str, str]:
    result = {"name": directory.name_of(node)}
    if kind == "Organization":
        result["kind"] = directory.kind_of(node)
    if kind == "Medication":
        what = concept(node, "code", kind, RXNORM)
        result.update(system=what.system, code=what.code)
    return {key: value for key, value in result.items() if value}


def _identifiers(node: Node, kind: str) -> tuple[tuple[str, str], ...]:
    found = []
    for position, one in enumerate(nodes(node, "identifier", kind)):
        inside = f"{kind}.identifier[{position}]"
        value = text(one, "value", inside)
        if value:
            found.append((text(one, "system", inside), value))
    return tuple(found)


def _subject_of_unread(node: Node, kind: str) -> tuple[Pointer, str]:
    """Return whose a resource is that we keep without reading it, and the element that says so."""
    for element in ("subject", "patient", "beneficiary", "for"):
        value = node.get(element)
        if type(value) is dict:
            found = pointer(node, element, kind)
            if found.reference and not _NOT_PATIENTS.match(found.reference):
                return found, element
    return NOWHERE, ""
