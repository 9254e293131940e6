"""A Patient resource, US Core 6.1.0 extensions included, into what people takes in."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from throughline.edge.interop.fhir import bindings
from throughline.edge.interop.fhir.elements import (
    Node,
    Refused,
    When,
    bound,
    concept,
    concepts,
    flag,
    node_at,
    nodes,
    number,
    period,
    text,
    texts,
    when,
    whole,
    wrong,
)
from throughline.record.people.records import (
    AddressIn,
    ContactPersonIn,
    ContactPointIn,
    IdentifierIn,
    NameIn,
    PersonIn,
)

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
_SSN = "http://hl7.org/fhir/sid/us-ssn"
_KINDS = {"MR": "mrn", "MB": "member", "MC": "medicare", "MA": "medicaid", "SS": "ssn", "SB": "ssn", "DL": "driver"}
_KINDS["PPN"] = "passport"
_SYSTEMS = {
    _SSN: "ssn",
    "http://hl7.org/fhir/sid/us-mbi": "medicare",
    "http://hl7.org/fhir/sid/us-medicare": "medicare",
}
_PREFERENCE = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_LOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation"


def person(node: Node, source_id: str) -> PersonIn:
    """Return what a Patient resource says of a person. Raises Refused with path and sentence."""
    path = "Patient"
    names = _names(node, path)
    born = when(node, "birthDate", path)
    deceased, died = _deceased(node, path)
    languages, preferred = _languages(node, path)
    return PersonIn(
        names=names or (NameIn(family="Name not recorded", use="anonymous"),),
        source_id=source_id,
        identifiers=_identifiers(node, path),
        contact_points=_points(node, path),
        addresses=_addresses(node, path),
        contact_persons=_contacts(node, path),
        birth_date=born.at.date() if born.at else None,
        birth_date_precision=_birth_precision(born, path),
        gender=bound(text(node, "gender", path), bindings.GENDER, f"{path}.gender"),
        marital_status=concept(node, "maritalStatus", path).code,
        language=preferred,
        languages=languages,
        deceased=deceased,
        deceased_at=died,
        **_us_core(node, path),
    )


def _birth_precision(born: When, path: str) -> str:
    if born.precision == "second":
        raise Refused(f"{path}.birthDate", "is a time, expected a date")
    return born.precision or "day"


def _deceased(node: Node, path: str) -> tuple[bool, datetime | None]:
    died = when(node, "deceasedDateTime", path)
    said = flag(node, "deceasedBoolean", path)
    return bool(said) or died.at is not None, died.at


def _days(node: Node, path: str) -> tuple[date | None, date | None]:
    start, end = period(node, "period", path)
    return start.at.date() if start.at else None, end.at.date() if end.at else None


def _names(node: Node, path: str) -> tuple[NameIn, ...]:
    result = []
    for position, one in enumerate(nodes(node, "name", path)):
        found = _name(one, f"{path}.name[{position}]")
        if found.family or found.given:
            result.append(found)
    return tuple(result)


def _name(one: Node, path: str) -> NameIn:
    given = texts(one, "given", path)
    family = text(one, "family", path)
    if not family and not given:
        family, given = _in_one(text(one, "text", path).strip())
    since, until = _days(one, path)
    return NameIn(
        family=family,
        given=given[0] if given else "",
        middle=" ".join(given[1:]),
        prefix=" ".join(texts(one, "prefix", path)),
        suffix=" ".join(texts(one, "suffix", path)),
        use=bound(text(one, "use", path), bindings.NAME_USE, f"{path}.use") or "official",
        since=since,
        until=until,
    )


_AFTER_A_NAME = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "m.d", "do", "rn", "np", "pa", "phd", "ph.d", "esq"})


def _in_one(words: str) -> tuple[str, list[str]]:
    """Return family and given names of a whole name: "Okonkwo, Delphine Ada", else the last word is the family name."""
    family, _, given = words.partition(",")
    if not given.strip() or given.strip(" .").lower() in _AFTER_A_NAME:
        given, _, family = family.rpartition(" ")
    return family.strip(), given.split()


def _identifiers(node: Node, path: str) -> tuple[IdentifierIn, ...]:
    result = []
    for position, one in enumerate(nodes(node, "identifier", path)):
        inside = f"{path}.identifier[{position}]"
        value, system = text(one, "value", inside), text(one, "system", inside)
        if not value:
            continue
        kind = _SYSTEMS.get(system) or _KINDS.get(concept(one, "type", inside).code, "other")
        assigner = node_at(one, "assigner", inside) or {}
        since, until = _days(one, inside)
        result.append(IdentifierIn(value, kind, system, text(assigner, "display", inside), since, until))
    return tuple(result)


_POINT_SYSTEMS = {"phone": "phone", "sms": "phone", "pager": "other", "fax": "fax", "email": "email", "url": "other"}
_POINT_KINDS = {"home": "home", "work": "work", "mobile": "mobile", "old": "old", "temp": "other"}


def _points(node: Node, path: str) -> tuple[ContactPointIn, ...]:
    result = []
    for position, one in enumerate(nodes(node, "telecom", path)):
        inside = f"{path}.telecom[{position}]"
        value = text(one, "value", inside)
        system = bound(text(one, "system", inside), bindings.TELECOM_SYSTEM, f"{inside}.system")
        use = bound(text(one, "use", inside), bindings.TELECOM_USE, f"{inside}.use")
        rank = whole(one, "rank", inside, least=1)
        since, until = _days(one, inside)
        if value:
            kind = "mobile" if system == "sms" else _POINT_KINDS.get(use, "home")
            where = _POINT_SYSTEMS.get(system, "other")
            result.append(
                ContactPointIn(value, where, kind, min(rank or position + 1, 32_000), since=since, until=until)
            )
    return tuple(result)


_ADDRESS_USES = {"home": "home", "work": "work", "temp": "temp", "old": "old", "billing": "mailing"}


def _addresses(node: Node, path: str) -> tuple[AddressIn, ...]:
    return tuple(
        address(one, f"{path}.address[{position}]") for position, one in enumerate(nodes(node, "address", path))
    )


def address(one: Node, path: str) -> AddressIn:
    """Return an Address."""
    since, until = _days(one, path)
    latitude, longitude = _geolocation(one, path)
    use = bound(text(one, "use", path), bindings.ADDRESS_USE, f"{path}.use")
    lines = texts(one, "line", path)
    return AddressIn(
        lines=tuple(lines) if lines or one.get("city") else tuple(filter(None, [text(one, "text", path)])),
        city=text(one, "city", path),
        district=text(one, "district", path),
        state=text(one, "state", path),
        postal_code=text(one, "postalCode", path),
        country=text(one, "country", path),
        use="mailing" if one.get("type") == "postal" else _ADDRESS_USES.get(use, "home"),
        latitude=latitude,
        longitude=longitude,
        since=since,
        until=until,
    )


def _geolocation(one: Node, path: str) -> tuple[float | None, float | None]:
    for position, extension in enumerate(nodes(one, "extension", path)):
        if extension.get("url") != _LOCATION:
            continue
        inside = f"{path}.extension[{position}]"
        found: dict[str, float | None] = {
            text(part, "url", inside): number(part, "valueDecimal", inside)
            for part in nodes(extension, "extension", inside)
        }
        latitude, longitude = found.get("latitude"), found.get("longitude")
        if latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    return None, None


_GUARDIANS = {"GUARD": "guardian", "GUADLTM": "guardian", "HPOWATT": "hcpoa", "DPOWATT": "poa_finance"}


def _contacts(node: Node, path: str) -> tuple[ContactPersonIn, ...]:
    result = []
    for position, one in enumerate(nodes(node, "contact", path)):
        inside = f"{path}.contact[{position}]"
        named = node_at(one, "name", inside)
        name = _name(named, f"{inside}.name") if named else NameIn()
        shown = " ".join(part for part in (name.given, name.middle, name.family) if part)
        relations = concepts(one, "relationship", inside)
        organization = node_at(one, "organization", inside) or {}
        shown = shown or text(organization, "display", f"{inside}.organization")
        if shown:
            result.append(_contact(one, inside, shown, relations))
    return tuple(result)


def _contact(one: Node, path: str, name: str, relations: list[Any]) -> ContactPersonIn:
    codes = [relation.code for relation in relations]
    words = [said.words for said in relations if said.words and not (said.words == said.code in _GUARDIANS)]
    since, until = _days(one, path)
    return ContactPersonIn(
        name=name,
        relationship="; ".join(words)[:80],
        relationship_code=codes[0][:40] if codes else "",
        authority=next((_GUARDIANS[code] for code in codes if code in _GUARDIANS), "none"),
        emergency="C" in codes or "ECON" in codes,
        contact_points=_points(one, path),
        since=since,
        until=until,
    )


def related(node: Node, source_id: str) -> ContactPersonIn:
    """Return what a RelatedPerson resource says of someone in a patient's life. Raises Refused with path and sentence.

    One without a name is called by the relationship; one no longer active has ended with its period.
    """
    path = "RelatedPerson"
    named = [name for name in _names(node, path) if name.given or name.family]
    shown = " ".join(part for part in (named[0].given, named[0].middle, named[0].family) if part) if named else ""
    relations = concepts(node, "relationship", path)
    said = _contact(node, path, shown, relations)
    ended = said.until or (date.min if flag(node, "active", path) is False else None)
    return replace(said, name=shown or said.relationship, language=_languages(node, path)[1], until=ended)


def _languages(node: Node, path: str) -> tuple[tuple[str, ...], str]:
    """Return every language spoken and the preferred one; a single language is the preferred one."""
    spoken: list[str] = []
    preferred = ""
    for position, one in enumerate(nodes(node, "communication", path)):
        inside = f"{path}.communication[{position}]"
        said = concept(one, "language", inside)
        tongue = (said.code or said.words)[:20]
        if tongue:
            spoken.append(tongue)
        if flag(one, "preferred", inside):
            preferred = tongue
    return tuple(spoken), preferred or (spoken[0] if len(spoken) == 1 else "")


def _us_core(node: Node, path: str) -> dict[str, Any]:
    """Return the fields of the US Core Patient extensions (race, ethnicity, birth sex, sex, gender identity …)."""
    result: dict[str, Any] = {}
    for position, one in enumerate(nodes(node, "extension", path)):
        inside = f"{path}.extension[{position}]"
        url = one.get("url")
        if url == _PREFERENCE:
            result["interpreter_needed"] = flag(one, "valueBoolean", inside)
        elif type(url) is str and url.startswith(_US_CORE):
            read = _EXTENSIONS.get(url[len(_US_CORE) :])
            if read is not None:
                result.update(read(one, inside))
    return result


def _race(one: Node, path: str) -> dict[str, Any]:
    categories, detailed, words = _categories(one, path)
    return {"race_categories": categories, "race_detailed": detailed, "race_text": words[:120]}


def _ethnicity(one: Node, path: str) -> dict[str, Any]:
    categories, detailed, words = _categories(one, path)
    return {
        "ethnicity_category": categories[0] if categories else "",
        "ethnicity_detailed": detailed,
        "ethnicity_text": words[:120],
    }


def _categories(one: Node, path: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    found: dict[str, list[str]] = {"ombCategory": [], "detailed": []}
    words = ""
    for position, part in enumerate(nodes(one, "extension", path)):
        inside = f"{path}.extension[{position}]"
        url = text(part, "url", inside)
        if url in found:
            coding = node_at(part, "valueCoding", inside)
            if coding is None:
                raise wrong(f"{inside}.valueCoding", None, "a code")
            found[url].append(text(coding, "code", f"{inside}.valueCoding")[:10])
        elif url == "text":
            words = text(part, "valueString", inside)
    return tuple(filter(None, found["ombCategory"])), tuple(filter(None, found["detailed"])), words


def _birth_sex(one: Node, path: str) -> dict[str, Any]:
    return {"birth_sex": text(one, "valueCode", path)[:20]}


def _sex(one: Node, path: str) -> dict[str, Any]:
    return {"sex": text(one, "valueCode", path)[:30]}


def _gender_identity(one: Node, path: str) -> dict[str, Any]:
    return {"gender_identity": concept(one, "valueCodeableConcept", path).words[:60]}


def _tribe(one: Node, path: str) -> dict[str, Any]:
    for position, part in enumerate(nodes(one, "extension", path)):
        if part.get("url") == "tribalAffiliation":
            tribe = concept(part, "valueCodeableConcept", f"{path}.extension[{position}]")
            return {"tribal_affiliation": tribe.words[:120]}
    return {}


def _interpreter(one: Node, path: str) -> dict[str, Any]:
    coding = node_at(one, "valueCoding", path) or {}
    return {"interpreter_needed": {"373066001": True, "373067005": False}.get(text(coding, "code", path))}


_EXTENSIONS = {
    "us-core-race": _race,
    "us-core-ethnicity": _ethnicity,
    "us-core-birthsex": _birth_sex,
    "us-core-sex": _sex,
    "us-core-genderIdentity": _gender_identity,
    "us-core-tribal-affiliation": _tribe,
    "us-core-interpreter-needed": _interpreter,
}
