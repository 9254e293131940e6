"""Organizations, practitioners, their roles, places and medicines: resources that others point to."""

from typing import TypedDict

from throughline.edge.interop.fhir import bindings
from throughline.edge.interop.fhir.elements import (
    Node,
    Refused,
    bound,
    concept,
    concepts,
    flag,
    nodes,
    period,
    pointer,
    text,
    texts,
)
from throughline.edge.interop.fhir.person import address
from throughline.record.people.records import AddressIn, OrganizationIn, PractitionerIn, RoleIn

NPI = "http://hl7.org/fhir/sid/us-npi"
_ORGANIZATION_KINDS = {"pay": "payer", "ins": "payer", "prov": "", "dept": "department", "govt": "government"}


def npi_of(node: Node, path: str) -> str:
    """Return the National Provider Identifier, "" when there is none."""
    for position, one in enumerate(nodes(node, "identifier", path)):
        inside = f"{path}.identifier[{position}]"
        if text(one, "system", inside) == NPI:
            return text(one, "value", inside)[:10]
    return ""


class Reach(TypedDict):
    """How to reach someone."""

    phone: str
    fax: str
    email: str


def _reach(node: Node, path: str) -> Reach:
    """Return the first phone, fax and e-mail."""
    found = {"phone": "", "fax": "", "email": ""}
    for position, one in enumerate(nodes(node, "telecom", path)):
        inside = f"{path}.telecom[{position}]"
        system = bound(text(one, "system", inside), bindings.TELECOM_SYSTEM, f"{inside}.system")
        if system in found and not found[system]:
            found[system] = text(one, "value", inside)
    return Reach(phone=found["phone"], fax=found["fax"], email=found["email"])


def kind_of(node: Node) -> str:
    """Return what kind of organization this is: payer, department, government, "" when it does not say."""
    kinds = concepts(node, "type", "Organization")
    return _ORGANIZATION_KINDS.get(kinds[0].code, "") if kinds else ""


def organization(node: Node, source_id: str) -> OrganizationIn:
    """Return what an Organization resource says."""
    path = "Organization"
    name = text(node, "name", path)
    if not name:
        raise Refused(f"{path}.name", "is missing: an organization without a name cannot be shown")
    places = nodes(node, "address", path)
    return OrganizationIn(
        source_id=source_id,
        name=name,
        kind=kind_of(node),
        npi=npi_of(node, path),
        address=address(places[0], f"{path}.address[0]") if places else AddressIn(),
        active=flag(node, "active", path) is not False,
        **_reach(node, path),
    )


def practitioner(node: Node, source_id: str) -> PractitionerIn:
    """Return what a Practitioner resource says."""
    path = "Practitioner"
    names = nodes(node, "name", path)
    name = names[0] if names else {}
    inside = f"{path}.name[0]"
    family = text(name, "family", inside) or text(name, "text", inside)
    if not family and not texts(name, "given", inside):
        raise Refused(f"{path}.name", "is missing: a practitioner without a name cannot be shown")
    spoken = concepts(node, "communication", path)
    return PractitionerIn(
        source_id=source_id,
        family=family,
        given=" ".join(texts(name, "given", inside)),
        prefix=" ".join(texts(name, "prefix", inside)),
        credentials=" ".join(texts(name, "suffix", inside)),
        npi=npi_of(node, path),
        gender=bound(text(node, "gender", path), bindings.GENDER, f"{path}.gender"),
        languages=tuple(one.code[:20] for one in spoken if one.code),
        active=flag(node, "active", path) is not False,
        **_reach(node, path),
    )


def role(node: Node, source_id: str) -> RoleIn | None:
    """Return what a PractitionerRole resource says, None when it names no practitioner. References stay as written."""
    path = "PractitionerRole"
    who, where = pointer(node, "practitioner", path), pointer(node, "organization", path)
    roles, specialties = concepts(node, "code", path), concepts(node, "specialty", path)
    since, until = period(node, "period", path)
    if not who.reference:
        return None
    return RoleIn(
        source_id=source_id,
        practitioner=who.reference,
        organization=where.reference,
        role=roles[0].words[:120] if roles else "",
        role_code=roles[0].code[:60] if roles else "",
        specialty=specialties[0].words[:120] if specialties else "",
        specialty_code=specialties[0].code[:60] if specialties else "",
        since=since.at.date() if since.at else None,
        until=until.at.date() if until.at else None,
        hours=_hours(node, path)[:200],
        **_reach(node, path),
    )


def _hours(node: Node, path: str) -> str:
    """Return when she is there in words: "Mon, Tue 08:00 to 17:00; Fri all day"; else what is said of exceptions."""
    said = []
    for position, one in enumerate(nodes(node, "availableTime", path)):
        inside = f"{path}.availableTime[{position}]"
        days = ", ".join(day.title() for day in texts(one, "daysOfWeek", inside))
        begins, ends = (text(one, f"available{end}Time", inside)[:5] for end in ("Start", "End"))
        hours = "all day" if flag(one, "allDay", inside) else " to ".join(part for part in (begins, ends) if part)
        said.append(" ".join(part for part in (days, hours) if part))
    return "; ".join(part for part in said if part) or text(node, "availabilityExceptions", path)


def name_of(node: Node) -> str:
    """Return the words by which to show a resource that others point to, "" when it has none."""
    path = str(node.get("resourceType"))
    name = node.get("name")
    if type(name) is list:
        for position, one in enumerate(name):
            if type(one) is dict:
                inside = f"{path}.name[{position}]"
                parts = [*texts(one, "prefix", inside), *texts(one, "given", inside), text(one, "family", inside)]
                return " ".join(part for part in parts if part) or text(one, "text", inside)
    if type(name) is str:
        return name
    if path == "Medication":
        return concept(node, "code", path).words
    if path == "PractitionerRole":
        roles = concepts(node, "code", path)
        who = pointer(node, "practitioner", path).display
        return who or (roles[0].words if roles else "")
    return ""
