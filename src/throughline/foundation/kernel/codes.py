"""Coded concepts and the systems they come from (FHIR R4 terminology URIs)."""

from dataclasses import dataclass

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one system with the words it was recorded with."""

    system: str
    code: str
    display: str = ""

    def __str__(self) -> str:
        return self.display or self.code
