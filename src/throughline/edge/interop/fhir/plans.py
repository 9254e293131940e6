"""Care plans, goals, care teams and coverage of elsewhere into facts."""

from throughline.edge.interop.fhir import bindings
from throughline.edge.interop.fhir.clinical import Parts, chief, said_or_named
from throughline.edge.interop.fhir.elements import (
    NEVER,
    Concept,
    Node,
    Refused,
    When,
    bound,
    concept,
    concepts,
    node_at,
    nodes,
    notes,
    number,
    period,
    pointer,
    pointers,
    quantity,
    required_text,
    text,
    when,
    whole,
    words_of,
)
from throughline.edge.interop.fhir.findings import in_words
from throughline.record.chart.records.received import (
    NOWHERE,
    CoverageFact,
    OutsideGoalFact,
    OutsidePlanFact,
    OutsideTeamFact,
    Participant,
    Pointer,
)

# US Core's mark that a care plan is a care plan; it says nothing about which.
_EVERY_PLAN = "assess-plan"


def care_plan(node: Node) -> Parts:
    """Read a CarePlan."""
    path = "CarePlan"
    start, end = period(node, "period", path)
    author, names = said_or_named("author", pointer(node, "author", path))
    categories = [one for one in concepts(node, "category", path) if one.code != _EVERY_PLAN]
    what = categories[0] if categories else Concept("", "", "Care plan")
    title = text(node, "title", path)
    common = chief(
        what._replace(display=title) if title else what,
        start,
        end,
        recorded_at=when(node, "created", path).at,
        author=author,
        status=bound(required_text(node, "status", path), bindings.PLAN_STATUS, f"{path}.status"),
        note=notes(node, path),
    )
    fact = OutsidePlanFact(
        common,
        bound(required_text(node, "intent", path), bindings.PLAN_INTENT, f"{path}.intent"),
        text(node, "description", path),
        _activities(node, path),
        pointers(node, "addresses", path) or None,
        pointers(node, "goal", path) or None,
        pointers(node, "careTeam", path) or None,
    )
    return {"fact": fact, "names": names}


def _activities(node: Node, path: str) -> list[dict[str, str]] | None:
    result: list[dict[str, str]] = []
    for position, one in enumerate(nodes(node, "activity", path)):
        inside = f"{path}.activity[{position}]"
        detail = node_at(one, "detail", inside)
        if detail is None:
            result.append({"text": pointer(one, "reference", inside).display, "status": ""})
            continue
        inside += ".detail"
        status = bound(text(detail, "status", inside), bindings.ACTIVITY_STATUS, f"{inside}.status")
        said = concept(detail, "code", inside).words or text(detail, "description", inside)
        result.append({"text": said, "status": status})
    return [one for one in result if one["text"]] or None


def goal(node: Node) -> Parts:
    """Read a Goal."""
    path = "Goal"
    what = concept(node, "description", path)
    if not what.words:
        raise Refused(f"{path}.description", "is missing")
    status = required_text(node, "lifecycleStatus", path)
    bound(status, bindings.GOAL_STATUS, f"{path}.lifecycleStatus")
    start = when(node, "startDate", path)
    said_by = pointer(node, "expressedBy", path)
    expressed, names = said_or_named("expressed_by", said_by)
    targets, due = _targets(node, path)
    common = chief(
        what, start, due, recorded_at=when(node, "statusDate", path).at, status=status, note=notes(node, path)
    )
    fact = OutsideGoalFact(
        common,
        concept(node, "achievementStatus", path).words,
        concept(node, "priority", path).words,
        words_of(concepts(node, "category", path)),
        targets,
        pointers(node, "addresses", path) or None,
        expressed,
    )
    return {"fact": fact, "names": names}


def _targets(node: Node, path: str) -> tuple[list[dict[str, str]] | None, When]:
    result: list[dict[str, str]] = []
    due = NEVER
    for position, one in enumerate(nodes(node, "target", path)):
        inside = f"{path}.target[{position}]"
        found = when(one, "dueDate", inside)
        due = due if due.at else found
        entry = {
            "measure": concept(one, "measure", inside).words,
            "detail": _detail(one, inside),
            "due": text(one, "dueDate", inside),
        }
        if any(entry.values()):
            result.append(entry)
    return result or None, due


def _detail(one: Node, path: str) -> str:
    """Return the target of a goal in words."""
    measured = quantity(one, "detailQuantity", path)
    if measured is not None and measured.value is not None:
        return in_words(measured)
    between = node_at(one, "detailRange", path)
    if between is not None:
        inside = f"{path}.detailRange"
        ends = [quantity(between, end, inside) for end in ("low", "high")]
        return " to ".join(part for part in map(in_words, ends) if part)
    if "detailInteger" in one:
        value = number(one, "detailInteger", path)
        return "" if value is None else f"{value:g}"
    return concept(one, "detailCodeableConcept", path).words or text(one, "detailString", path)


def care_team(node: Node) -> Parts:
    """Read a CareTeam."""
    path = "CareTeam"
    start, end = period(node, "period", path)
    managing = pointers(node, "managingOrganization", path)
    author, names = said_or_named("author", managing[0] if managing else NOWHERE)
    status = bound(text(node, "status", path), bindings.TEAM_STATUS, f"{path}.status")
    what = Concept("", "", text(node, "name", path) or words_of(concepts(node, "category", path)) or "Care team")
    members = []
    for position, one in enumerate(nodes(node, "participant", path)):
        inside = f"{path}.participant[{position}]"
        members.append(Participant(pointer(one, "member", inside), words_of(concepts(one, "role", inside))))
    common = chief(what, start, end, author=author, status=status, note=notes(node, path))
    return {"fact": OutsideTeamFact(common, members or None), "names": names}


def coverage(node: Node) -> Parts:
    """Read a Coverage."""
    path = "Coverage"
    start, end = period(node, "period", path)
    payors = pointers(node, "payor", path)
    payer, names = said_or_named("payer", payors[0] if payors else NOWHERE)
    status = bound(required_text(node, "status", path), bindings.FINANCIAL_STATUS, f"{path}.status")
    fact = CoverageFact(
        chief(concept(node, "type", path), start, end, status=status),
        payer,
        _member_id(node, path),
        text(node, "subscriberId", path),
        concept(node, "relationship", path).words,
        whole(node, "order", path, least=1),
        _classes(node, path),
    )
    return {"fact": fact, "names": names, "subject": _beneficiary(node, path), "element": "beneficiary"}


def _beneficiary(node: Node, path: str) -> Pointer:
    found = pointer(node, "beneficiary", path)
    if found is NOWHERE:
        raise Refused(f"{path}.beneficiary", "is missing")
    return found


def _member_id(node: Node, path: str) -> str:
    for position, one in enumerate(nodes(node, "identifier", path)):
        inside = f"{path}.identifier[{position}]"
        if concept(one, "type", inside).code == "MB":
            return text(one, "value", inside)
    return ""


def _classes(node: Node, path: str) -> list[dict[str, str]] | None:
    result = []
    for position, one in enumerate(nodes(node, "class", path)):
        inside = f"{path}.class[{position}]"
        kind = concept(one, "type", inside)
        said = {"value": text(one, "value", inside), "name": text(one, "name", inside)}
        result.append({"kind": kind.code or kind.words, **said})
    return result or None
