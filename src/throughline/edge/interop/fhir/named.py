"""Whom a Patient resource names as her general practitioner, and the organization that keeps her record.

A reference by id, by urn:uuid, by identifier, contained in the resource itself, or only the words of its display
(https://hl7.org/fhir/R4/patient-definitions.html#Patient.generalPractitioner).
"""

from throughline.edge.interop.fhir.directory import name_of, npi_of
from throughline.edge.interop.fhir.elements import Node, nodes, pointer, pointers
from throughline.record.chart.records.received import Pointer
from throughline.record.people.records import ProviderIn


def providers(node: Node) -> tuple[ProviderIn, ...]:
    """Return those a Patient resource names, each once; one that says neither whom nor a name is left out."""
    path = "Patient"
    said = [("general", one) for one in pointers(node, "generalPractitioner", path)]
    said.append(("managing", pointer(node, "managingOrganization", path)))
    found = [_provider(node, kind, one) for kind, one in said if one.reference or one.display]
    return tuple(dict.fromkeys(one for one in found if one.reference or one.name or one.npi))


def _provider(node: Node, kind: str, said: Pointer) -> ProviderIn:
    if not said.reference.startswith("#"):
        return ProviderIn(kind=kind, reference=said.reference, name=said.display)
    for position, one in enumerate(nodes(node, "contained", "Patient")):
        if one.get("id") == said.reference[1:]:
            inside = f"Patient.contained[{position}]"
            return ProviderIn(kind=kind, name=said.display or name_of(one), npi=npi_of(one, inside))
    return ProviderIn(kind=kind, name=said.display)
