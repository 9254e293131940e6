"""Orders from elsewhere that ask us to take a patient up: which they are, by content, and what they say.

Every other ServiceRequest stays an outside order: kept as it came, read by nobody.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from throughline.edge.interop.fhir import bindings
from throughline.edge.interop.fhir.directory import name_of
from throughline.edge.interop.fhir.elements import (
    Node,
    bound,
    coding_of,
    concepts,
    flag,
    node_at,
    nodes,
    notes,
    pointer,
    pointers,
    required_text,
    text,
    when,
)
from throughline.foundation.content.library import load
from throughline.foundation.content.records import Item
from throughline.record.chart.records.received import Pointer

# An order that still stands, and one that asks somebody to act: an option is one of several, a filler's order is the
# performer's own copy (https://hl7.org/fhir/R4/valueset-request-intent.html).
_STANDING = frozenset({"active", "draft"})
_ASKING = frozenset({"proposal", "plan", "directive", "order", "original-order", "reflex-order", "instance-order"})
_URGENT = frozenset({"urgent", "asap", "stat"})
_LONGEST_REASON = 2_000
_BRACKETED = re.compile(r"\([^)]*\)")
_BETWEEN = re.compile(r"[^a-z0-9]+")


class Wanted(NamedTuple):
    """What an order asks for, as content says it: the programme, who asks for such a thing when the order does not
    tell, the phrases as one pattern, and (system, code) pairs."""

    programme: str
    source: str
    words: re.Pattern[str]
    codes: frozenset[tuple[str, str]]


class Asked(NamedTuple):
    """One order that asks us to take a patient up.

    `numbers` are its identifiers as system|value; `authored_on` is the day as the sender wrote it, None when it wrote
    no whole day. `reasons` are what it points to as its reason.
    """

    programme: str
    source: str
    what: str
    reason: str
    note: str
    reasons: tuple[Pointer, ...]
    requester: Pointer
    requester_type: str
    encounter: Pointer
    numbers: tuple[str, ...]
    authored_on: date | None
    authored_at: datetime | None
    urgent: bool


def wanted(item: Item) -> Wanted:
    """Return what a content item of `referrals` describes. Raises KeyError for a missing value."""
    data = item.data

    def either(phrases: Any) -> str:
        return "|".join(re.escape(plain(one)) for one in phrases)

    pattern = f"(?:(?:{either(data['before'])}) )?(?:{either(data['phrases'])})(?: (?:{either(data['after'])}))?"
    codes = frozenset((one["system"], one["code"]) for one in data["codes"])
    return Wanted(data["programme"], data.get("source", ""), re.compile(pattern), codes)


def plain(words: str) -> str:
    """Return words in lower case, without what stands in brackets and without marks between them."""
    return _BETWEEN.sub(" ", _BRACKETED.sub(" ", words).lower()).strip()


def wanted_by(codes: frozenset[tuple[str, str]], words: list[str]) -> Wanted | None:
    """Return what codes or, when none of them is listed, words ask for; None when it is nothing of ours."""
    known: Mapping[str, Wanted] = load("referrals", wanted)
    for one in known.values():
        if codes & one.codes:
            return one
    said = [plain(some) for some in words]
    return next((one for one in known.values() if any(one.words.fullmatch(some) for some in said)), None)


def asked(node: Node) -> Asked | None:
    """Return what a ServiceRequest asks of us; None when it asks for something else, no longer, or not to be done.

    Raises Refused for an order that does ask it but is not what FHIR R4 allows.
    """
    path = "ServiceRequest"
    found = _wanted_in(node, path)
    if found is None or flag(node, "doNotPerform", path):
        return None
    status = bound(required_text(node, "status", path), bindings.ORDER_STATUS, f"{path}.status")
    intent = bound(required_text(node, "intent", path), bindings.ORDER_INTENT, f"{path}.intent")
    if status not in _STANDING or intent not in _ASKING:
        return None
    priority = bound(text(node, "priority", path), bindings.ORDER_PRIORITY, f"{path}.priority")
    authored = when(node, "authoredOn", path)
    is_day = authored.precision in ("day", "second")
    requester, kind = _requester(node, path)
    return Asked(
        found.programme,
        found.source,
        _what(node, path),
        "; ".join(one.words for one in concepts(node, "reasonCode", path) if one.words),
        notes(node, path)[:_LONGEST_REASON],
        tuple(pointers(node, "reasonReference", path)),
        requester,
        kind,
        pointer(node, "encounter", path),
        _numbers(node, path),
        date.fromisoformat(node["authoredOn"][:10]) if is_day else None,
        authored.at if is_day else None,
        priority in _URGENT,
    )


def _wanted_in(node: Node, path: str) -> Wanted | None:
    """Return what the code of an order asks for, else what its categories do."""
    code = node_at(node, "code", path)
    listed = [code] if code is not None else []
    for one in (*listed, *nodes(node, "category", path)):
        codings = list(_codings(one, path))
        words = [text(one, "text", path), *(display for _, _, display in codings)]
        found = wanted_by(frozenset((system, value) for system, value, _ in codings), words)
        if found is not None:
            return found
    return None


def _codings(node: Node, path: str) -> Iterator[tuple[str, str, str]]:
    for position, one in enumerate(nodes(node, "coding", path)):
        yield coding_of(one, f"{path}.coding[{position}]")


def _what(node: Node, path: str) -> str:
    """Return the words of an order's code, else of its category."""
    said = [*concepts({"code": [node["code"]]} if node.get("code") else {}, "code", path)]
    said += concepts(node, "category", path)
    return next((one.words for one in said if one.words), "")


def _requester(node: Node, path: str) -> tuple[Pointer, str]:
    """Return who asks and of which type, also when it is a resource inside the order."""
    found = pointer(node, "requester", path)
    if not found.reference.startswith("#"):
        return found, ""
    for one in nodes(node, "contained", path):
        if one.get("id") == found.reference[1:]:
            return Pointer("", found.display or name_of(one)), text(one, "resourceType", path)
    return Pointer("", found.display), ""


def _numbers(node: Node, path: str) -> tuple[str, ...]:
    listed = [(one, f"{path}.identifier[{n}]") for n, one in enumerate(nodes(node, "identifier", path))]
    pairs = [(text(one, "system", inside), text(one, "value", inside)) for one, inside in listed]
    return tuple(f"{system}|{value}" for system, value in pairs if value)
