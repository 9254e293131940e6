"""The small pieces every FHIR resource is made of: stable ids, references, codings, periods, names, phones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from throughline.edge.site.seeding import moments

Resource = dict[str, Any]

BASE = "https://records.riverbend.example/fhir"
MRN_SYSTEM = "https://riverbend.example/mrn"
SOURCE = "riverbend-seeds"

SYSTEMS = {
    "icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "cvx": "http://hl7.org/fhir/sid/cvx",
}
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
UNITS_OF_MEASURE = "http://unitsofmeasure.org"

_NAMESPACE = uuid5(NAMESPACE_URL, "https://riverbend.example/seeds")


@dataclass(frozen=True, slots=True)
class Page:
    """What a builder needs beside the story: the hospital, the words' codes, the day it is written for, the day
    its resources name as their version, and the moment by which what happened has happened."""

    hospital: Mapping[str, Any]
    vocabulary: Mapping[str, Mapping[str, Any]]
    today: date
    edition: date
    now: datetime | None = None

    def taken(self, told: date | datetime) -> str:
        """Return a FHIR date or dateTime for a day or an instant the story tells, which has happened by now."""
        return moments.written_fhir(moments.passed(told, self.now) if isinstance(told, datetime) else told)

    def when(self, written: str) -> str:
        """Return a FHIR date or dateTime for a moment as the stories write it."""
        return self.taken(moments.moment(written, self.today))

    def at(self, written: str) -> str:
        """Return a FHIR instant, taking nine in the morning when no time of day is written."""
        return moments.written_fhir(moments.instant(written, self.today, self.now))


def identity(kind: str, key: str) -> UUID:
    """Return the id a resource keeps for ever: UUID version 5 of its kind and key."""
    return uuid5(_NAMESPACE, f"{kind}/{key}")


def reference(kind: str, key: str, display: str = "") -> Resource:
    """Return a FHIR Reference to the resource of that kind and key."""
    found: Resource = {"reference": f"{kind}/{identity(kind, key)}"}
    return found | {"display": display} if display else found


def resource(kind: str, key: str, edition: date, **fields: Any) -> Resource:
    """Return a resource with its id and meta; fields that are None, "" or empty are left out.

    The version is a day, so a reload for another day is a newer version, not a quarrel.
    """
    meta = {"versionId": edition.isoformat(), "lastUpdated": f"{edition.isoformat()}T00:00:00Z", "source": BASE}
    filled = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    return {"resourceType": kind, "id": str(identity(kind, key)), "meta": meta, **filled}


def coding(system: str, code: str, display: str = "") -> Resource:
    """Return a FHIR Coding; `system` is a short name of SYSTEMS or a URL."""
    found = {"system": SYSTEMS.get(system, system), "code": code}
    return found | {"display": display} if display else found


def hl7(system: str, code: str) -> Resource:
    """Return a CodeableConcept of one code from HL7's terminology server."""
    return {"coding": [coding(f"{TERMINOLOGY}/{system}", code)]}


def concept(page: Page, kind: str, word: str) -> Resource:
    """Return the CodeableConcept of a word in a section of the vocabulary, or its plain text when it has no code."""
    entry = page.vocabulary.get(kind, {}).get(word)
    if entry is None:
        return {"text": word}
    codings = [coding(name, str(entry[name])) for name in SYSTEMS if name in entry]
    text = entry.get("text", word)
    return {"coding": codings, "text": text} if codings else {"text": text}


def entry_of(page: Page, kind: str, word: str) -> Mapping[str, Any]:
    """Return the vocabulary entry of a word. Raises KeyError naming the section when it is not there."""
    try:
        found: Mapping[str, Any] = page.vocabulary[kind][word]
    except KeyError:
        raise KeyError(f"'{word}' is not among the {kind} of vocabulary.yaml") from None
    return found


def slug(text: str) -> str:
    """Return text as part of a key: lower case, letters and digits joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def spread(line: str) -> tuple[str, str, str, str]:
    """Take apart "what @ start .. end | note" into its four parts; those not written are empty."""
    body, _, note = line.partition(" | ")
    what, _, span = body.partition(" @ ")
    start, _, end = span.partition(" .. ")
    return what.strip(), start.strip(), end.strip(), note.strip()


def human_name(name: Mapping[str, Any], use: str = "official") -> Resource:
    """Return a FHIR HumanName from `given` (text, spaces part the names), `family`, `suffix` and `prefix`."""
    given = str(name.get("given", "")).split()
    family = name.get("family", "")
    text = " ".join(part for part in [name.get("prefix", ""), *given, family, name.get("suffix", "")] if part)
    found: Resource = {"use": use, "text": text}
    for field, value in (("family", family), ("given", given)):
        if value:
            found[field] = value
    for field in ("prefix", "suffix"):
        if name.get(field):
            found[field] = [name[field]]
    return found


def telecoms(phones: list[str] | None, email: str | None = None) -> list[Resource]:
    """Return FHIR ContactPoints from lines such as "(937) 555-0176 mobile"; the first is preferred."""
    found: list[Resource] = []
    for rank, line in enumerate(phones or [], start=1):
        number, _, use = line.rpartition(" ") if line[-1].isalpha() else (line, "", "home")
        system = "fax" if use == "fax" else "phone"
        point: Resource = {"system": system, "value": number.strip(), "rank": rank}
        found.append(point if use == "fax" else point | {"use": use})
    return [*found, {"system": "email", "value": email}] if email else found


def address(line: str | None) -> list[Resource]:
    """Return a FHIR Address from "212 Linden Avenue, Dayton, OH 45410"; other text is kept whole."""
    if not line:
        return []
    found = re.match(r"^(?P<street>.+), (?P<city>[^,]+), (?P<state>[A-Z]{2}) (?P<zip>\d{5})$", line)
    if not found:
        return [{"use": "home", "text": line}]
    parts = {"line": [found["street"]], "city": found["city"], "state": found["state"]}
    return [{"use": "home", "text": line, **parts, "postalCode": found["zip"], "country": "US"}]


def period(page: Page, start: str, end: str = "") -> Resource:
    """Return a FHIR Period; an empty end stays open."""
    found = {"start": page.when(start)} if start else {}
    return found | {"end": page.when(end)} if end else found
