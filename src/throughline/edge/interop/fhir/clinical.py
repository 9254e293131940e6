"""Conditions, medicines, allergies, encounters, procedures and immunizations into facts.

Each reader takes a resource and returns what it says, or raises Refused. Element names are those of FHIR R4.
"""

from typing import Any

from throughline.edge.interop.fhir import bindings
from throughline.edge.interop.fhir.elements import (
    NEVER,
    Concept,
    Node,
    Refused,
    When,
    bound,
    concept,
    concepts,
    flag,
    node_at,
    nodes,
    notes,
    period,
    pointer,
    pointer_of,
    pointers,
    required_text,
    text,
    texts,
    when,
    words_of,
)
from throughline.foundation.kernel.codes import CVX, RXNORM, SNOMED
from throughline.record.chart.records.received import (
    NOWHERE,
    AllergyFact,
    Common,
    ConditionFact,
    EncounterFact,
    ImmunizationFact,
    MedicationFact,
    Pointer,
    ProcedureFact,
)

Parts = dict[str, Any]


def chief(what: Concept, start: When, end: When = NEVER, **more: Any) -> Common:
    """Return the common columns of a fact about `what` from `start` to `end`."""
    return Common(
        code_system=what.system,
        code=what.code,
        display=what.words,
        codings=what.codings,
        effective_at=start.at,
        effective_until=end.at,
        effective_precision=start.precision or end.precision,
        **more,
    )


def said_or_named(column: str, who: Pointer) -> tuple[str, tuple[tuple[str, Pointer], ...]]:
    """Return the words of a pointer, or, when it has none, the column to fill with the name of its target."""
    if who.display or not who.reference:
        return who.display, ()
    return "", ((column, who),)


def _start(node: Node, element: str, path: str) -> tuple[When, When, str]:
    """Return the start, end and words of a choice element such as onset[x]."""
    start, end = when(node, f"{element}DateTime", path), NEVER
    if start is NEVER and f"{element}Period" in node:
        start, end = period(node, f"{element}Period", path)
    return start, end, text(node, f"{element}String", path)


def condition(node: Node) -> Parts:
    """Read a Condition."""
    path = "Condition"
    start, _, said = _start(node, "onset", path)
    end, until, gone = _start(node, "abatement", path)
    clinical = concept(node, "clinicalStatus", path).code
    verified = concept(node, "verificationStatus", path).code
    bound(clinical, bindings.CONDITION_CLINICAL, f"{path}.clinicalStatus")
    bound(verified, bindings.CONDITION_VERIFICATION, f"{path}.verificationStatus")
    recorder = pointer(node, "recorder", path)
    if recorder is NOWHERE:
        recorder = pointer(node, "asserter", path)
    author, names = said_or_named("author", recorder)
    recorded = when(node, "recordedDate", path)
    common = chief(
        concept(node, "code", path, SNOMED),
        start,
        until if until.at else end,
        recorded_at=recorded.at,
        author=author,
        status=clinical,
        note="\n".join(part for part in (said, gone, notes(node, path)) if part),
    )
    categories = concepts(node, "category", path)
    category = categories[0].code or categories[0].words if categories else ""
    return {"fact": ConditionFact(common, verified, category, _words(node, "severity", path)), "names": names}


def _words(node: Node, key: str, path: str) -> str:
    return concept(node, key, path).words


def _reasons(node: Node, path: str) -> str:
    said = words_of(concepts(node, "reasonCode", path))
    pointed = "; ".join(one.display for one in pointers(node, "reasonReference", path) if one.display)
    return "; ".join(part for part in (said, pointed) if part)


def _medicine(node: Node, path: str) -> tuple[Concept, Pointer]:
    """Return the medicine's code, or where it stands; refused when neither is said."""
    what = concept(node, "medicationCodeableConcept", path, RXNORM)
    where = pointer(node, "medicationReference", path)
    if what.words:
        return what, NOWHERE
    if where.reference.startswith("#"):
        return _contained_code(node, where.reference[1:], path), NOWHERE
    if where is NOWHERE:
        raise Refused(f"{path}.medication[x]", "is missing")
    return Concept("", "", where.display), where if where.reference else NOWHERE


def _contained_code(node: Node, identifier: str, path: str) -> Concept:
    for position, one in enumerate(nodes(node, "contained", path)):
        if one.get("id") == identifier:
            return concept(one, "code", f"{path}.contained[{position}]", RXNORM)
    raise Refused(f"{path}.medicationReference.reference", f"points to #{identifier}, which is not contained")


def _dosage(node: Node, key: str, path: str) -> tuple[str, bool | None]:
    """Return how a medicine is taken, in words, and whether only as needed."""
    said: list[str] = []
    needed: bool | None = None
    for position, one in enumerate(nodes(node, key, path)):
        inside = f"{path}.{key}[{position}]"
        needed = flag(one, "asNeededBoolean", inside) if needed is None else needed
        if needed is None and concept(one, "asNeededCodeableConcept", inside).words:
            needed = True
        said.append(text(one, "text", inside) or _dose(one, inside))
    return "; ".join(part for part in said if part), needed


_UNITS = {"h": "hour", "d": "day", "wk": "week", "mo": "month", "min": "minute", "a": "year", "s": "second"}


def _dose(one: Node, path: str) -> str:
    """Return a structured dose in words: "1 tablet, 2 times every 1 day"."""
    said: list[str] = []
    for rate in nodes(one, "doseAndRate", path):
        dose = rate.get("doseQuantity")
        if type(dose) is dict and dose.get("value") is not None:
            said.append(f"{dose['value']} {dose.get('unit') or ''}".strip())
    timing = node_at(one, "timing", path) or {}
    repeat = node_at(timing, "repeat", f"{path}.timing") or {}
    if repeat.get("frequency") and repeat.get("period"):
        unit = _UNITS.get(str(repeat.get("periodUnit")), str(repeat.get("periodUnit") or ""))
        said.append(f"{repeat['frequency']} × every {repeat['period']} {unit}".strip())
    elif timing:
        said.append(_words(timing, "code", f"{path}.timing"))
    route = _words(one, "route", path)
    return ", ".join(part for part in (*said, route) if part)


def medication_request(node: Node) -> Parts:
    """Read a MedicationRequest."""
    path = "MedicationRequest"
    what, where = _medicine(node, path)
    author, names = said_or_named("author", pointer(node, "requester", path))
    written = when(node, "authoredOn", path)
    dosage, needed = _dosage(node, "dosageInstruction", path)
    common = chief(
        what,
        written,
        recorded_at=written.at,
        author=author,
        status=bound(required_text(node, "status", path), bindings.REQUEST_STATUS, f"{path}.status"),
        note=notes(node, path),
    )
    fact = MedicationFact(
        common,
        "request",
        bound(required_text(node, "intent", path), bindings.REQUEST_INTENT, f"{path}.intent"),
        words_of(concepts(node, "category", path)),
        dosage,
        needed,
        _reasons(node, path),
        flag(node, "doNotPerform", path) or False,
    )
    return {"fact": fact, "names": names, "code_from": where}


def medication_statement(node: Node) -> Parts:
    """Read a MedicationStatement."""
    path = "MedicationStatement"
    what, where = _medicine(node, path)
    author, names = said_or_named("author", pointer(node, "informationSource", path))
    start, end, _ = _start(node, "effective", path)
    dosage, needed = _dosage(node, "dosage", path)
    common = chief(
        what,
        start,
        end,
        recorded_at=when(node, "dateAsserted", path).at,
        author=author,
        status=bound(required_text(node, "status", path), bindings.STATEMENT_STATUS, f"{path}.status"),
        note=notes(node, path),
    )
    fact = MedicationFact(common, "statement", "", _words(node, "category", path), dosage, needed, _reasons(node, path))
    return {"fact": fact, "names": names, "code_from": where}


def medication_dispense(node: Node) -> Parts:
    """Read a MedicationDispense."""
    path = "MedicationDispense"
    what, where = _medicine(node, path)
    given = when(node, "whenHandedOver", path)
    given = given if given.at else when(node, "whenPrepared", path)
    dosage, needed = _dosage(node, "dosageInstruction", path)
    status = bound(required_text(node, "status", path), bindings.DISPENSE_STATUS, f"{path}.status")
    common = chief(what, given, recorded_at=given.at, status=status, note=notes(node, path))
    fact = MedicationFact(common, "dispense", "", _words(node, "category", path), dosage, needed)
    return {"fact": fact, "code_from": where}


def medication_administration(node: Node) -> Parts:
    """Read a MedicationAdministration."""
    path = "MedicationAdministration"
    what, where = _medicine(node, path)
    start, end, _ = _start(node, "effective", path)
    if start is NEVER and end is NEVER:
        raise Refused(f"{path}.effective[x]", "is missing")
    status = bound(required_text(node, "status", path), bindings.ADMINISTRATION_STATUS, f"{path}.status")
    dosage = node_at(node, "dosage", path)
    words = (text(dosage, "text", f"{path}.dosage") or _words(dosage, "route", f"{path}.dosage")) if dosage else ""
    common = chief(what, start, end, recorded_at=start.at, status=status, note=notes(node, path))
    fact = MedicationFact(
        common, "administration", "", _words(node, "category", path), words, None, _reasons(node, path)
    )
    return {"fact": fact, "code_from": where, "encounter": pointer(node, "context", path)}


def allergy(node: Node) -> Parts:
    """Read an AllergyIntolerance."""
    path = "AllergyIntolerance"
    start, end, said = _start(node, "onset", path)
    clinical = concept(node, "clinicalStatus", path).code
    verified = concept(node, "verificationStatus", path).code
    author, names = said_or_named("author", pointer(node, "recorder", path))
    recorded = when(node, "recordedDate", path)
    common = chief(
        concept(node, "code", path),
        start,
        end,
        recorded_at=recorded.at,
        author=author,
        status=bound(clinical, bindings.ALLERGY_CLINICAL, f"{path}.clinicalStatus"),
        note="\n".join(part for part in (said, notes(node, path)) if part),
    )
    categories = texts(node, "category", path)
    for position, one in enumerate(categories):
        bound(one, bindings.ALLERGY_CATEGORY, f"{path}.category[{position}]")
    fact = AllergyFact(
        common,
        bound(verified, bindings.ALLERGY_VERIFICATION, f"{path}.verificationStatus"),
        bound(text(node, "type", path), bindings.ALLERGY_TYPE, f"{path}.type"),
        ", ".join(categories),
        bound(text(node, "criticality", path), bindings.ALLERGY_CRITICALITY, f"{path}.criticality"),
        _reactions(node, path),
    )
    return {"fact": fact, "names": names, "subject": pointer(node, "patient", path), "element": "patient"}


def _reactions(node: Node, path: str) -> str:
    said: list[str] = []
    for position, one in enumerate(nodes(node, "reaction", path)):
        inside = f"{path}.reaction[{position}]"
        words = words_of(concepts(one, "manifestation", inside))
        severity = bound(text(one, "severity", inside), bindings.REACTION_SEVERITY, f"{inside}.severity")
        said.append(f"{words} ({severity})" if severity else words)
    return "; ".join(part for part in said if part)


def encounter(node: Node) -> Parts:
    """Read an Encounter: a visit, or a stay when its class is inpatient, observation or short stay."""
    path = "Encounter"
    class_node = node_at(node, "class", path)
    if class_node is None:
        raise Refused(f"{path}.class", "is missing")
    class_code = text(class_node, "code", f"{path}.class")
    start, end = period(node, "period", path)
    types = concepts(node, "type", path)
    what = types[0] if types else Concept("", "", text(class_node, "display", f"{path}.class"))
    who, by = said_or_named("author", _participant(node, path))
    provider, of = said_or_named("provider", pointer(node, "serviceProvider", path))
    location, at = said_or_named("location", _location(node, path))
    stay = node_at(node, "hospitalization", path) or {}
    inside = f"{path}.hospitalization"
    status = bound(required_text(node, "status", path), bindings.ENCOUNTER_STATUS, f"{path}.status")
    fact = EncounterFact(
        chief(what, start, end, recorded_at=start.at, author=who, status=status),
        class_code,
        class_code.upper() in bindings.STAY_CLASSES,
        location,
        provider,
        _reasons(node, path),
        _words(stay, "admitSource", inside),
        _words(stay, "dischargeDisposition", inside),
    )
    return {"fact": fact, "names": by + of + at, "encounter": pointer(node, "partOf", path)}


def _participant(node: Node, path: str) -> Pointer:
    for position, one in enumerate(nodes(node, "participant", path)):
        found = pointer(one, "individual", f"{path}.participant[{position}]")
        if found is not NOWHERE:
            return found
    return NOWHERE


def _location(node: Node, path: str) -> Pointer:
    found = [
        pointer(one, "location", f"{path}.location[{position}]")
        for position, one in enumerate(nodes(node, "location", path))
    ]
    return found[-1] if found else NOWHERE


def procedure(node: Node) -> Parts:
    """Read a Procedure."""
    path = "Procedure"
    start, end, said = _start(node, "performed", path)
    performers = nodes(node, "performer", path)
    who = pointer(performers[0], "actor", f"{path}.performer[0]") if performers else NOWHERE
    author, names = said_or_named("author", who)
    common = chief(
        concept(node, "code", path, SNOMED),
        start,
        end,
        recorded_at=start.at,
        author=author,
        status=bound(required_text(node, "status", path), bindings.EVENT_STATUS, f"{path}.status"),
        note="\n".join(part for part in (said, notes(node, path)) if part),
    )
    fact = ProcedureFact(
        common,
        _words(node, "category", path),
        _reasons(node, path),
        words_of(concepts(node, "bodySite", path)),
        _words(node, "outcome", path),
    )
    return {"fact": fact, "names": names}


def immunization(node: Node) -> Parts:
    """Read an Immunization."""
    path = "Immunization"
    what = concept(node, "vaccineCode", path, CVX)
    if not what.words:
        raise Refused(f"{path}.vaccineCode", "is missing")
    given = when(node, "occurrenceDateTime", path)
    said = text(node, "occurrenceString", path)
    if given is NEVER and not said:
        raise Refused(f"{path}.occurrence[x]", "is missing")
    performers = nodes(node, "performer", path)
    who = pointer_of(performers[0].get("actor") or {}, f"{path}.performer[0].actor") if performers else NOWHERE
    author, names = said_or_named("author", who)
    common = chief(
        what,
        given,
        recorded_at=when(node, "recorded", path).at,
        author=author,
        status=bound(required_text(node, "status", path), bindings.IMMUNIZATION_STATUS, f"{path}.status"),
        note="\n".join(part for part in (said, notes(node, path)) if part),
    )
    fact = ImmunizationFact(common, text(node, "lotNumber", path), _words(node, "statusReason", path))
    return {"fact": fact, "names": names, "subject": pointer(node, "patient", path), "element": "patient"}
