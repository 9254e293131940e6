"""What is known of a patient's health, as FHIR R4 resources."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from throughline.edge.site.seeding import parts
from throughline.edge.site.seeding.parts import Page, Resource, concept, hl7, reference, resource, spread
from throughline.edge.site.seeding.resources_people import organization_reference, practitioner_reference
from throughline.edge.site.seeding.stories import Story

CLASSES = {
    "inpatient": "IMP", "observation": "OBSENC", "emergency": "EMER", "office": "AMB", "home": "HH",
    "virtual": "VR", "skilled nursing": "NONAC", "rehabilitation": "NONAC",
}  # fmt: skip
DISPOSITIONS = {
    "home": "home", "skilled nursing": "snf", "rehabilitation": "rehab", "hospice": "hosp", "long-term care": "long",
    "died": "exp", "against advice": "aadvice", "other hospital": "other-hcf",
}  # fmt: skip
CODE_STATUS = {
    "full": "Attempt resuscitation; full code",
    "dnr": "Do not attempt resuscitation",
    "dnr-dni": "Do not attempt resuscitation; do not intubate",
}
SENSITIVE = parts.coding(f"{parts.TERMINOLOGY}/v3-ActCode", "42CFRPart2", "42 CFR Part 2")


def conditions(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a Condition for each line "word @ onset .. resolved"; the words come from the vocabulary."""
    for line in story.get("conditions", []):
        word, start, end, note = spread(line)
        parts.entry_of(page, "conditions", word)
        found = resource(
            "Condition",
            f"{story['key']}/{word}/{start}",
            page.edition,
            clinicalStatus=hl7("condition-clinical", "resolved" if end else "active"),
            verificationStatus=hl7("condition-ver-status", "confirmed"),
            category=[hl7("condition-category", "problem-list-item")],
            code=concept(page, "conditions", word),
            subject=reference("Patient", story["key"]),
            onsetDateTime=page.when(start),
            abatementDateTime=page.when(end) if end else None,
            recordedDate=page.when(start),
            note=[{"text": note}] if note else None,
        )
        yield _label(found, story, word)


def medicines(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a MedicationRequest for each line "medicine @ start .. stop | how to take it"."""
    for line in story.get("medicines", []):
        name, start, end, how = spread(line)
        found = resource(
            "MedicationRequest",
            f"{story['key']}/{parts.slug(name)}/{start}",
            page.edition,
            status="stopped" if end else "active",
            intent="order",
            medicationCodeableConcept=concept(page, "medicines", name),
            subject=reference("Patient", story["key"]),
            authoredOn=page.when(start),
            requester=practitioner_reference(page, story["gp"]) if story.get("gp") else None,
            dosageInstruction=[{"text": how}] if how else None,
            dispenseRequest={"validityPeriod": parts.period(page, start, end)} if end else None,
        )
        yield _label(found, story, name)


def allergies(story: Story, page: Page) -> Iterator[Resource]:
    """Yield an AllergyIntolerance for each entry; the word "none" records that none are known."""
    for entry in story.get("allergies", []):
        to = entry["to"]
        reaction = {"manifestation": [{"text": entry["reaction"]}]} if entry.get("reaction") else None
        if reaction and entry.get("severity"):
            reaction["severity"] = entry["severity"]
        yield resource(
            "AllergyIntolerance",
            f"{story['key']}/{parts.slug(to)}",
            page.edition,
            clinicalStatus=hl7("allergyintolerance-clinical", "active"),
            verificationStatus=hl7("allergyintolerance-verification", "confirmed"),
            type="allergy",
            category=[entry["category"]] if entry.get("category") else None,
            criticality=entry.get("criticality"),
            code=concept(page, "allergies", to),
            patient=reference("Patient", story["key"]),
            recordedDate=page.when(entry.get("since", "-3y")),
            reaction=[reaction] if reaction else None,
        )


def encounters(story: Story, page: Page) -> Iterator[Resource]:
    """Yield an Encounter for each visit and stay; a stay without an end is in progress."""
    for entry in story.get("encounters", []):
        stay = entry["kind"] in ("inpatient", "observation", "skilled nursing", "rehabilitation")
        start, end = entry["from"], entry.get("to", "" if stay else entry["from"])
        yield resource(
            "Encounter",
            encounter_key(story, entry),
            page.edition,
            status=entry.get("status", "finished" if end else "in-progress"),
            **{"class": parts.coding(f"{parts.TERMINOLOGY}/v3-ActCode", CLASSES[entry["kind"]])},
            type=[{"text": entry.get("type", entry["kind"])}],
            subject=reference("Patient", story["key"]),
            participant=[{"individual": practitioner_reference(page, entry["with"])}] if entry.get("with") else None,
            period=parts.period(page, start, end),
            reasonCode=[concept(page, "conditions", entry["for"])] if entry.get("for") else None,
            hospitalization=_hospitalization(entry),
            location=_bed(entry),
            serviceProvider=organization_reference(page, entry["at"]),
        )


def encounter_key(story: Story, entry: Mapping[str, Any]) -> str:
    """Return the key of a visit: who, what kind, and when it began."""
    return f"{story['key']}/{entry['kind']}/{entry['from']}"


def procedures(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a Procedure for each line "procedure @ when | note"."""
    for line in story.get("procedures", []):
        word, start, end, note = spread(line)
        span = {"performedPeriod": parts.period(page, start, end)} if end else {"performedDateTime": page.when(start)}
        yield resource(
            "Procedure",
            f"{story['key']}/{parts.slug(word)}/{start}",
            page.edition,
            status="completed",
            code=concept(page, "procedures", word),
            subject=reference("Patient", story["key"]),
            note=[{"text": note}] if note else None,
            **span,
        )


def immunizations(story: Story, page: Page) -> Iterator[Resource]:
    """Yield an Immunization for each line "vaccine @ when"."""
    for line in story.get("immunizations", []):
        word, start, _, _ = spread(line)
        parts.entry_of(page, "vaccines", word)
        yield resource(
            "Immunization",
            f"{story['key']}/{word}/{start}",
            page.edition,
            status="completed",
            vaccineCode=concept(page, "vaccines", word),
            patient=reference("Patient", story["key"]),
            occurrenceDateTime=page.when(start),
            primarySource=True,
        )


def reports(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a DiagnosticReport for each report, with its conclusion in words."""
    for entry in story.get("reports", []):
        yield resource(
            "DiagnosticReport",
            f"{story['key']}/{parts.slug(entry['title'])}/{entry['at']}",
            page.edition,
            status="final",
            category=[hl7("v2-0074", entry.get("category", "RAD"))],
            code=concept(page, "reports", entry["title"]),
            subject=reference("Patient", story["key"]),
            effectiveDateTime=page.when(entry["at"]),
            issued=page.at(entry["at"]),
            performer=[practitioner_reference(page, entry["by"])] if entry.get("by") else None,
            conclusion=entry["says"],
        )


def notes(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a DocumentReference for each note, its text within."""
    for entry in story.get("notes", []):
        content = base64.b64encode(entry["says"].strip().encode()).decode()
        attachment = {"contentType": "text/plain; charset=utf-8", "data": content, "title": entry["title"]}
        found = resource(
            "DocumentReference",
            f"{story['key']}/{parts.slug(entry['title'])}/{entry['at']}",
            page.edition,
            status="current",
            type=concept(page, "notes", entry.get("type", entry["title"])),
            category=[
                {
                    "coding": [
                        parts.coding(
                            "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                            "clinical-note",
                        )
                    ]
                }
            ],
            subject=reference("Patient", story["key"]),
            date=page.at(entry["at"]),
            author=[practitioner_reference(page, entry["by"])] if entry.get("by") else None,
            content=[{"attachment": attachment | {"creation": page.at(entry["at"])}}],
        )
        yield _label(found, story, entry["title"])


def code_status(story: Story, page: Page) -> Iterator[Resource]:
    """Yield the resuscitation order in force, as an Observation, when the story gives one."""
    entry = story.get("code_status")
    if not entry:
        return
    word, since = (entry, "-30d") if isinstance(entry, str) else (entry["is"], entry["since"])
    yield resource(
        "Observation",
        f"{story['key']}/code-status",
        page.edition,
        status="final",
        category=[hl7("observation-category", "social-history")],
        code=concept(page, "observations", "code-status"),
        subject=reference("Patient", story["key"]),
        effectiveDateTime=page.when(since),
        valueCodeableConcept={"text": CODE_STATUS[word]},
    )


def _hospitalization(entry: Mapping[str, Any]) -> Resource | None:
    if not entry.get("disposition"):
        return None
    return {"dischargeDisposition": hl7("discharge-disposition", DISPOSITIONS[entry["disposition"]])}


def _bed(entry: Mapping[str, Any]) -> list[Resource] | None:
    if not entry.get("unit"):
        return None
    named = f"{entry['unit']} {entry['bed']}" if entry.get("bed") else entry["unit"]
    return [{"location": {"display": named}, "status": "active" if not entry.get("to") else "completed"}]


def _label(found: Resource, story: Story, word: str) -> Resource:
    """Mark what comes from a Part 2 programme, so that nothing downstream has to guess."""
    if word in (story.get("sensitive") or []):
        found["meta"] = found["meta"] | {"security": [SENSITIVE]}
    return found
