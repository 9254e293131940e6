"""What the measurements take in: a bundle of about a megabyte, files of people, of readings and of a caseload.

All invented, made here.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

from throughline.edge.site.bench.context import Bench

PEOPLE = 3_000
OBSERVATIONS, OBSERVATIONS_EACH = 10_000, 500
CASELOAD = 40  # patients, each with
CASELOAD_EACH = {"Condition": 8, "MedicationRequest": 12, "Observation": 250}
BUNDLE_BYTES = 1_000_000
FAMILIES = ("Abara", "Brandt", "Castellanos", "Dvořák", "Engström", "Farouk", "Grünwald", "Hollis", "Ibarra", "Jansen")
GIVEN = ("Amina", "Bo", "Consuelo", "Dmitri", "Esme", "Fikret", "Greta", "Hugo", "Ines", "Joaquín")
LOINC = (("8867-4", "Heart rate", "/min"), ("29463-7", "Body weight", "kg"), ("2339-0", "Glucose", "mg/dL"))
ICD = (("I50.9", "Heart failure, unspecified"), ("E11.9", "Type 2 diabetes mellitus without complications"))
RXNORM = (("310429", "furosemide 20 MG Oral Tablet"), ("860975", "metformin hydrochloride 500 MG Oral Tablet"))
START = date(2024, 1, 1)


def person(number: int, mark: str) -> dict[str, Any]:
    """Return an invented Patient, the same for the same number; `mark` keeps runs apart."""
    lot = random.Random(number)
    family = f"{lot.choice(FAMILIES)}{'-' + lot.choice(FAMILIES) if lot.random() < 0.2 else ''}"
    return {
        "resourceType": "Patient",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{mark}-{number}")),
        "identifier": [
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
                "system": "urn:oid:2.999.1",
                "value": f"B{mark[:4]}{number:07d}",
            }
        ],
        "name": [{"use": "official", "family": f"{family} {number}", "given": [lot.choice(GIVEN), lot.choice(GIVEN)]}],
        "gender": lot.choice(("female", "male")),
        "birthDate": (date(1930, 1, 1) + timedelta(days=lot.randrange(30_000))).isoformat(),
        "telecom": [{"system": "phone", "value": f"(312) 555-{number % 10_000:04d}", "use": "home"}],
        "address": [{"line": [f"{number} Alder Street"], "city": "Fairmont", "state": "IL", "postalCode": "60601"}],
    }


def people(bench: Bench) -> Path:
    """Return a file of Patients, one a line, new on every call."""
    mark = uuid.uuid4().hex
    path = bench.home / "people.ndjson"
    _write(path, (person(number, mark) for number in range(PEOPLE)))
    return path


def observations(bench: Bench) -> tuple[Path, Path]:
    """Return a file of patients and one of their readings, 500 of each patient, one a line, new on every call."""
    mark = uuid.uuid4().hex
    whose, what = bench.home / "patients.ndjson", bench.home / "observations.ndjson"
    with open(whose, "w", encoding="utf-8") as patients, open(what, "w", encoding="utf-8") as readings:
        for number in range(OBSERVATIONS // OBSERVATIONS_EACH):
            one = person(number, mark)
            patients.write(json.dumps(one) + "\n")
            whom = {"reference": f"Patient/{one['id']}"}
            for reading in islice(_readings(f"{mark}-{number}", whom), OBSERVATIONS_EACH):
                readings.write(json.dumps(reading) + "\n")
    return whose, what


def caseload(bench: Bench) -> tuple[Path, int]:
    """Return a folder of a nurse's patients' records, a file a type, new on every call, and how many there are."""
    mark = uuid.uuid4().hex
    people = [person(number, mark) for number in range(CASELOAD)]
    folder = bench.home / "caseload"
    folder.mkdir(exist_ok=True)
    _write(folder / "Patient.ndjson", people)
    for kind, each in CASELOAD_EACH.items():
        made = (_KINDS[kind](f"{mark}-{one['id']}", {"reference": f"Patient/{one['id']}"}) for one in people)
        _write(folder / f"{kind}.ndjson", (record for records in made for record in islice(records, each)))
    return folder, CASELOAD * (1 + sum(CASELOAD_EACH.values()))


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with open(path, "w", encoding="utf-8") as out:
        for record in records:
            out.write(json.dumps(record) + "\n")


def bundle(bench: Bench) -> bytes:
    """Return the text of a transaction bundle of about one megabyte: one patient with years of visits and readings."""
    mark = uuid.uuid4().hex
    entries, size = [], 0
    for one in _record(mark):
        text = json.dumps({"fullUrl": f"urn:uuid:{one['id']}", "resource": one, "request": _request(one)})
        entries.append(text)
        size += len(text)
        if size > BUNDLE_BYTES:
            break
    return ('{"resourceType":"Bundle","type":"transaction","entry":[' + ",".join(entries) + "]}").encode()


def _request(one: dict[str, Any]) -> dict[str, str]:
    return {"method": "POST", "url": one["resourceType"]}


def _record(mark: str) -> Iterator[dict[str, Any]]:
    patient = person(1, mark)
    whom = {"reference": f"urn:uuid:{patient['id']}"}
    yield patient
    day = 0
    while True:
        day += 1
        at = f"{START + timedelta(days=day % 600)}T{8 + day % 9:02d}:00:00+00:00"
        visit = _one("Encounter", mark, day, status="finished", subject=whom, period={"start": at, "end": at})
        visit["class"] = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
        yield visit
        for reading in _of_a_day(mark, day, at, whom):
            yield {**reading, "encounter": {"reference": f"urn:uuid:{visit['id']}"}}


def _readings(mark: str, whom: dict[str, str]) -> Iterator[dict[str, Any]]:
    for day in count(1):
        yield from _of_a_day(mark, day, f"{START + timedelta(days=day)}T{8 + day % 9:02d}:00:00+00:00", whom)


def _conditions(mark: str, whom: dict[str, str]) -> Iterator[dict[str, Any]]:
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    for number in count(1):
        code, display = ICD[number % len(ICD)]
        coding = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code, "display": display}]
        said = {"code": {"coding": coding, "text": display}, "subject": whom, "clinicalStatus": active}
        yield _one("Condition", mark, number, **said, onsetDateTime=f"{START + timedelta(days=number)}")


def _medicines(mark: str, whom: dict[str, str]) -> Iterator[dict[str, Any]]:
    for number in count(1):
        code, display = RXNORM[number % len(RXNORM)]
        coding = [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display}]
        yield _one(
            "MedicationRequest",
            mark,
            number,
            status="active",
            intent="order",
            medicationCodeableConcept={"coding": coding, "text": display},
            subject=whom,
            authoredOn=f"{START + timedelta(days=number)}T09:00:00+00:00",
            dosageInstruction=[{"text": "one tablet by mouth every morning"}],
        )


def _of_a_day(mark: str, day: int, at: str, whom: dict[str, str]) -> Iterator[dict[str, Any]]:
    for number, (code, display, unit) in enumerate(LOINC):
        coding = [{"system": "http://loinc.org", "code": code, "display": display}]
        kind = [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]
        yield _one(
            "Observation",
            mark,
            day * 10 + number,
            status="final",
            category=[{"coding": kind}],
            code={"coding": coding, "text": display},
            subject=whom,
            effectiveDateTime=at,
            issued=at,
            valueQuantity={
                "value": 60 + (day * 7 + number) % 90,
                "unit": unit,
                "system": "http://unitsofmeasure.org",
                "code": unit,
            },
        )


def _one(kind: str, mark: str, number: int, **fields: Any) -> dict[str, Any]:
    made = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{mark}-{kind}-{number}"))
    return {"resourceType": kind, "id": made, **fields}


_KINDS = {"Condition": _conditions, "MedicationRequest": _medicines, "Observation": _readings}
