"""Coded concepts and the systems they come from (FHIR R4 terminology URIs)."""

from dataclasses import dataclass

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"


_NAMES = {
    ICD10CM: "ICD-10-CM", SNOMED: "SNOMED CT", LOINC: "LOINC", RXNORM: "RxNorm", CVX: "CVX", UCUM: "UCUM",
    "http://terminology.hl7.org/CodeSystem/v3-ActCode": "HL7 ActCode",
    "icd-10-cm": "ICD-10-CM", "snomed": "SNOMED CT", "loinc": "LOINC", "rxnorm": "RxNorm", "cvx": "CVX",
}  # fmt: skip


def system_name(system: str) -> str:
    """Return a code system as people call it; one that is not known stays as it came."""
    return _NAMES.get(system, system)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one system with the words it was recorded with."""

    system: str
    code: str
    display: str = ""

    def __str__(self) -> str:
        return self.display or self.code
