"""An invented patient's record as FHIR R4, and its parts."""

import json
from typing import Any

Node = dict[str, Any]


def patient(identifier: str = "pat-1", **more: Any) -> Node:
    """Return a Patient resource with the US Core extensions."""
    return {
        "resourceType": "Patient",
        "id": identifier,
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                "extension": [
                    {
                        "url": "ombCategory",
                        "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2054-5"},
                    },
                    {"url": "text", "valueString": "Black or African American"},
                ],
            },
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity",
                "extension": [
                    {
                        "url": "ombCategory",
                        "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2186-5"},
                    },
                    {"url": "text", "valueString": "Not Hispanic or Latino"},
                ],
            },
            {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"},
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity",
                "valueCodeableConcept": {"text": "female"},
            },
        ],
        "identifier": [
            {"type": {"coding": [{"code": "MR"}]}, "system": "urn:oid:1.2.3.4", "value": f"MRN-{identifier}"},
        ],
        "name": [
            {"use": "official", "family": "Okonkwo-Baird", "given": ["Delphine", "Ada"], "prefix": ["Mrs."]},
            {"use": "maiden", "family": "Okonkwo", "given": ["Delphine"]},
        ],
        "telecom": [{"system": "phone", "value": "(555) 201-7788", "use": "mobile"}],
        "gender": "female",
        "birthDate": "1948-11-02",
        "address": [{"line": ["14 Quarry Lane"], "city": "Ashford", "state": "CT", "postalCode": "06278"}],
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}, "preferred": True}],
        **more,
    }


def observation(identifier: str = "obs-1", value: Any = 82.4, **more: Any) -> Node:
    """Return a body weight."""
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]},
        "subject": {"reference": "Patient/pat-1"},
        "encounter": {"reference": "Encounter/enc-1"},
        "effectiveDateTime": "2025-05-01T09:30:00-04:00",
        "valueQuantity": {"value": value, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        **more,
    }


def pressure(identifier: str = "obs-bp") -> Node:
    """Return a blood pressure with its two components."""
    part = {"system": "http://loinc.org"}
    node = observation(identifier)
    del node["valueQuantity"]
    node["code"] = {"coding": [{**part, "code": "85354-9", "display": "Blood pressure panel"}]}
    node["component"] = [
        {
            "code": {"coding": [{**part, "code": "8480-6", "display": "Systolic"}]},
            "valueQuantity": {"value": 148, "unit": "mmHg"},
        },
        {
            "code": {"coding": [{**part, "code": "8462-4", "display": "Diastolic"}]},
            "valueQuantity": {"value": 86, "unit": "mmHg"},
        },
    ]
    return node


def encounter(identifier: str = "enc-1", **more: Any) -> Node:
    """Return an inpatient stay."""
    return {
        "resourceType": "Encounter",
        "id": identifier,
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "type": [{"text": "Inpatient stay"}],
        "subject": {"reference": "Patient/pat-1"},
        "participant": [{"individual": {"reference": "Practitioner/doc-1"}}],
        "period": {"start": "2025-04-28T20:15:00-04:00", "end": "2025-05-03T11:00:00-04:00"},
        "serviceProvider": {"reference": "Organization/org-1"},
        "hospitalization": {"dischargeDisposition": {"text": "Home with home health"}},
        **more,
    }


def condition(identifier: str = "con-1", **more: Any) -> Node:
    """Return heart failure on the problem list."""
    return {
        "resourceType": "Condition",
        "id": identifier,
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "category": [{"coding": [{"code": "problem-list-item"}]}],
        "code": {
            "coding": [
                {
                    "system": "http://hl7.org/fhir/sid/icd-10-cm",
                    "code": "I50.22",
                    "display": "Chronic systolic heart failure",
                },
                {"system": "http://snomed.info/sct", "code": "441481004", "display": "Chronic systolic heart failure"},
            ],
            "text": "Heart failure, chronic systolic",
        },
        "subject": {"reference": "Patient/pat-1"},
        "onsetDateTime": "2019-07",
        "recordedDate": "2019-07-15",
        **more,
    }


def medication_request(identifier: str = "med-1", **more: Any) -> Node:
    """Return an order whose medicine is a resource of its own."""
    return {
        "resourceType": "MedicationRequest",
        "id": identifier,
        "status": "active",
        "intent": "order",
        "medicationReference": {"reference": "Medication/furosemide"},
        "subject": {"reference": "Patient/pat-1"},
        "authoredOn": "2025-05-03",
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 40, "unit": "mg"}}],
            }
        ],
        **more,
    }


def directory() -> list[Node]:
    """Return the organization, the practitioner and the medicine the record points to."""
    return [
        {"resourceType": "Organization", "id": "org-1", "name": "Ashford General Hospital"},
        {
            "resourceType": "Practitioner",
            "id": "doc-1",
            "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1999999999"}],
            "name": [{"family": "Szabo", "given": ["Imre"], "prefix": ["Dr."]}],
        },
        {
            "resourceType": "Medication",
            "id": "furosemide",
            "code": {
                "coding": [
                    {
                        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                        "code": "313988",
                        "display": "furosemide 40 MG Oral Tablet",
                    }
                ]
            },
        },
    ]


def plan() -> list[Node]:
    """Return a care plan made elsewhere with its goal and team."""
    subject = {"subject": {"reference": "Patient/pat-1"}}
    return [
        {
            "resourceType": "Goal",
            "id": "goal-1",
            "lifecycleStatus": "active",
            "description": {"text": "Weight steady within 2 kg"},
            "target": [
                {"measure": {"text": "Body weight"}, "detailQuantity": {"value": 84, "unit": "kg", "comparator": "<"}}
            ],
            **subject,
        },
        {
            "resourceType": "CareTeam",
            "id": "team-1",
            "status": "active",
            "name": "Heart failure clinic",
            "participant": [{"role": [{"text": "Cardiologist"}], "member": {"reference": "Practitioner/doc-1"}}],
            **subject,
        },
        {
            "resourceType": "CarePlan",
            "id": "plan-1",
            "status": "active",
            "intent": "plan",
            "title": "Heart failure clinic plan",
            "addresses": [{"reference": "Condition/con-1"}],
            "goal": [{"reference": "Goal/goal-1"}],
            "careTeam": [{"reference": "CareTeam/team-1"}],
            "activity": [{"detail": {"status": "in-progress", "description": "Daily weight"}}],
            **subject,
        },
    ]


def whole() -> list[Node]:
    """Return the whole record, in an order in which much points forward."""
    return [
        *plan(),
        patient(),
        medication_request(),
        condition(),
        observation(),
        pressure(),
        encounter(),
        *directory(),
        {"resourceType": "Claim", "id": "claim-1", "status": "active", "patient": {"reference": "Patient/pat-1"}},
    ]


def bundle(resources: list[Node], kind: str = "collection", **more: Any) -> bytes:
    """Return a bundle's bytes."""
    entries = [{"fullUrl": f"urn:uuid:{one.get('id', n)}", "resource": one} for n, one in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries, **more}, ensure_ascii=False).encode()


def lines(resources: list[Node]) -> bytes:
    """Return NDJSON."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in resources)
