"""Patients, the people round them, and the directory they refer to, as FHIR R4 resources."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from throughline.edge.site.seeding import moments, parts
from throughline.edge.site.seeding.parts import Page, Resource, reference, resource
from throughline.edge.site.seeding.stories import Story

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
EXTENSION = "http://hl7.org/fhir/StructureDefinition"
LANGUAGES = {
    "en": "English", "es": "Spanish", "fr": "French", "pt": "Portuguese", "vi": "Vietnamese", "so": "Somali",
    "zh": "Mandarin Chinese", "ru": "Russian", "ar": "Arabic", "am": "Amharic", "id": "Indonesian",
    "ase": "American Sign Language", "pl": "Polish", "rw": "Kinyarwanda",
}  # fmt: skip
RELATIONS = {
    "wife": "WIFE", "husband": "HUSB", "daughter": "DAU", "son": "SON", "mother": "MTH", "father": "FTH",
    "sister": "SIS", "brother": "BRO", "partner": "DOMPART", "grandmother": "GRMTH", "niece": "NIECE",
    "nephew": "NEPHEW", "friend": "FRND", "neighbor": "NBOR", "guardian": "GUARD", "cousin": "COUSN",
    "granddaughter": "GRNDDAU", "grandson": "GRNDSON", "aunt": "AUNT", "uncle": "UNCLE",
}  # fmt: skip
PROXIES = {"health care power of attorney": "HPOWATT", "guardian": "GUARD", "power of attorney": "DPOWATT"}
BIRTH_SEX = {"female": "F", "male": "M", "unknown": "UNK"}


def patient(story: Story, page: Page) -> Resource:
    """Return the Patient of a story: names old and new, identifiers, language, death, people to call."""
    return resource(
        "Patient",
        story["key"],
        page.edition,
        extension=_extensions(story),
        identifier=_identifiers(story),
        active=not story.get("died"),
        name=list(_names(story)),
        telecom=parts.telecoms(story.get("phones"), story.get("email")),
        gender=story.get("administrative_gender", story["sex"]),
        birthDate=moments.birth_date(str(story["born"]), page.today).isoformat(),
        deceasedDateTime=page.when(story["died"]) if story.get("died") else None,
        address=parts.address(story.get("address")),
        maritalStatus=parts.hl7("v3-MaritalStatus", story["marital"]) if story.get("marital") else None,
        multipleBirthInteger=story.get("twin"),
        contact=[_contact(person) for person in story.get("contacts", [])],
        communication=[_communication(story)],
        generalPractitioner=[practitioner_reference(page, story["gp"])] if story.get("gp") else None,
        managingOrganization=organization_reference(page, page.hospital["sites"][story["site"]]["organization"]),
    )


def related_people(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a RelatedPerson for each contact, with the relationship and any proxy role."""
    for person in story.get("contacts", []):
        yield resource(
            "RelatedPerson",
            f"{story['key']}/{parts.slug(person['name'])}",
            page.edition,
            active=True,
            patient=reference("Patient", story["key"]),
            relationship=_relationships(person),
            name=[{"use": "official", "text": person["name"]}],
            telecom=parts.telecoms([person["phone"]] if person.get("phone") else None),
            communication=[{"language": _language(person["language"])}] if person.get("language") else None,
        )


def coverages(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a Coverage for each policy, in the order they pay."""
    for order, policy in enumerate(story.get("coverage", []), start=1):
        plan = page.hospital["plans"][policy["plan"]]
        since, until = policy.get("since", ""), policy.get("until", "")
        yield resource(
            "Coverage",
            f"{story['key']}/{policy['plan']}",
            page.edition,
            status=policy.get("status", "active"),
            type={
                "coding": [parts.coding(f"{parts.TERMINOLOGY}/v3-ActCode", plan["type"])],
                "text": plan["line"],
            },
            subscriberId=policy["member"],
            beneficiary=reference("Patient", story["key"]),
            relationship=parts.hl7("subscriber-relationship", policy.get("holder", "self")),
            period=parts.period(page, since, until),
            payor=[organization_reference(page, plan["payer"])],
            **{
                "class": [
                    {
                        "type": parts.hl7("coverage-class", "plan"),
                        "value": policy["plan"],
                        "name": plan["name"],
                    }
                ]
            },
            order=order,
        )


def practitioner_reference(page: Page, key: str) -> Resource:
    """Return a Reference to a practitioner of the hospital's directory. Raises KeyError when unknown."""
    return reference("Practitioner", key, _known(page, "practitioners", key)["name"])


def organization_reference(page: Page, key: str) -> Resource:
    """Return a Reference to an organization of the hospital's directory. Raises KeyError when unknown."""
    return reference("Organization", key, _known(page, "organizations", key)["name"])


def organization(page: Page, key: str) -> Resource:
    """Return the Organization of the directory under `key`."""
    entry = _known(page, "organizations", key)
    return resource(
        "Organization",
        key,
        page.edition,
        identifier=[{"system": "http://hl7.org/fhir/sid/us-npi", "value": entry["npi"]}] if entry.get("npi") else None,
        active=True,
        type=[parts.hl7("organization-type", entry.get("type", "prov"))],
        name=entry["name"],
        telecom=[{"system": "phone", "value": entry["phone"]}] if entry.get("phone") else None,
        address=parts.address(entry.get("address")),
    )


def practitioner(page: Page, key: str) -> Resource:
    """Return the Practitioner of the directory under `key`."""
    entry = _known(page, "practitioners", key)
    name, _, credential = entry["name"].partition(", ")
    given, _, family = name.rpartition(" ")
    return resource(
        "Practitioner",
        key,
        page.edition,
        identifier=[{"system": "http://hl7.org/fhir/sid/us-npi", "value": entry["npi"]}] if entry.get("npi") else None,
        active=True,
        name=[parts.human_name({"given": given, "family": family, "suffix": credential})],
        telecom=parts.telecoms(entry.get("phones")),
        qualification=[{"code": {"text": entry["does"]}}],
    )


def role(page: Page, key: str) -> Resource:
    """Return the PractitionerRole of the practitioner under `key`: where she works, as what, when she is there."""
    entry = _known(page, "practitioners", key)
    there = entry.get("there")
    times = [f"{there[end]}:00" for end in ("from", "until")] if there else []
    return resource(
        "PractitionerRole",
        key,
        page.edition,
        active=True,
        practitioner=practitioner_reference(page, key),
        organization=organization_reference(page, entry["organization"]),
        code=[{"text": entry["as"]}] if entry.get("as") else None,
        specialty=[{"text": entry["does"]}],
        availableTime=[{"daysOfWeek": there["days"], "availableStartTime": times[0], "availableEndTime": times[1]}]
        if there
        else None,
    )


def _known(page: Page, section: str, key: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = page.hospital[section][key]
    except KeyError:
        raise KeyError(f"'{key}' is not among the {section} of hospital.yaml") from None
    return found


def _names(story: Story) -> Iterator[Resource]:
    name = story["name"]
    yield parts.human_name(name)
    if name.get("preferred"):
        yield {"use": "usual", "text": name["preferred"], "given": name["preferred"].split()}
    for former in story.get("former", []):
        yield parts.human_name(former, use="old")


def _identifiers(story: Story) -> list[Resource]:
    record_number = {
        "use": "usual",
        "type": parts.hl7("v2-0203", "MR"),
        "system": parts.MRN_SYSTEM,
        "value": story["mrn"],
    }
    members = [
        {
            "type": parts.hl7("v2-0203", "MB"),
            "system": f"https://members.example/{policy['plan']}",
            "value": policy["member"],
        }
        for policy in story.get("coverage", [])
    ]
    others = [{"system": system, "value": str(value)} for system, value in (story.get("identifiers") or {}).items()]
    return [record_number, *members, *others]


def _extensions(story: Story) -> list[Resource]:
    found: list[Resource] = [{"url": f"{US_CORE}/us-core-birthsex", "valueCode": BIRTH_SEX[story["sex"]]}]
    if story.get("gender_identity"):
        found.append(
            {
                "url": f"{US_CORE}/us-core-genderIdentity",
                "valueCodeableConcept": {"text": story["gender_identity"]},
            }
        )
    if story.get("pronouns"):
        value = {"url": "value", "valueCodeableConcept": {"text": story["pronouns"]}}
        found.append({"url": f"{EXTENSION}/individual-pronouns", "extension": [value]})
    if story.get("interpreter"):
        found.append({"url": f"{EXTENSION}/patient-interpreterRequired", "valueBoolean": True})
    return found


def _language(code: str) -> Resource:
    return {"coding": [parts.coding("urn:ietf:bcp:47", code, LANGUAGES[code])], "text": LANGUAGES[code]}


def _communication(story: Story) -> Resource:
    return {"language": _language(story.get("language", "en")), "preferred": True}


def _relationships(person: Mapping[str, Any]) -> list[Resource]:
    found = [{"text": person["is"]}]
    if person["is"] in RELATIONS:
        found = [
            {
                "coding": [parts.coding(f"{parts.TERMINOLOGY}/v3-RoleCode", RELATIONS[person["is"]])],
                "text": person["is"],
            }
        ]
    if person.get("proxy"):
        role = parts.coding(f"{parts.TERMINOLOGY}/v3-RoleCode", PROXIES[person["proxy"]])
        found.append({"coding": [role], "text": person["proxy"]})
    if person.get("emergency"):
        found.append(parts.hl7("v2-0131", "C") | {"text": "emergency contact"})
    return found


def _contact(person: Mapping[str, Any]) -> Resource:
    found: Resource = {"relationship": _relationships(person), "name": {"text": person["name"]}}
    if person.get("phone"):
        found["telecom"] = parts.telecoms([person["phone"]])
    return found


def day_of_birth(story: Story, today: date) -> date:
    """Return the story's date of birth as the record will hold it."""
    return moments.birth_date(str(story["born"]), today)


def died_at(story: Story, today: date) -> date | datetime | None:
    """Return when the person died, or None for the living."""
    return moments.moment(story["died"], today) if story.get("died") else None
