"""The resources of one stretch, read and sorted out before anything is stored: what can be kept, what is refused."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import orjson

from throughline.edge.interop.fhir import directory, schedules
from throughline.edge.interop.fhir.editions import is_older
from throughline.edge.interop.fhir.elements import Node, Refused, kind_of
from throughline.edge.interop.fhir.named import providers
from throughline.edge.interop.fhir.person import person, related
from throughline.edge.interop.fhir.reading import id_in, read
from throughline.edge.interop.fhir.references import Key
from throughline.edge.interop.fhir.requests import Asked, asked
from throughline.edge.interop.fhir.splitting import Entry, is_record
from throughline.record.chart.records.received import Edition, Reading, Received
from throughline.record.people.records import PersonIn


class Refusal(NamedTuple):
    """One resource not taken in: what it is, where in it the fault lies, and a sentence about the fault."""

    resource: str
    path: str
    why: str


def _patient(node: Node, source_id: str) -> PersonIn:
    """Return what a Patient resource says of a person, and whom it names as caring for her."""
    said, named = person(node, source_id), providers(node)
    return replace(said, providers=named) if named else said


_READ_WHO: dict[str, Callable[[Node, str], Any]] = {
    "Patient": _patient,
    "Organization": directory.organization,
    "Practitioner": directory.practitioner,
    "PractitionerRole": directory.role,
    "RelatedPerson": related,
}


_READ_TIMES: dict[str, Callable[[Node], Any]] = {"Schedule": schedules.schedule, "Slot": schedules.slot}

# What Python raises on a shape nobody thought of: such a resource must not stop the import of the others.
_ODD = (TypeError, AttributeError, LookupError, ArithmeticError, ValueError)


@dataclass(slots=True)
class Draft:
    """What one stretch of a file holds.

    `who` holds the patients, who is related to them, organizations, practitioners and roles by their key, `asked` the
    orders that ask us to take a patient up, `times` what providers publish; `full_urls` leads from a bundle's entries
    to keys; `repeated` counts resources that stood in the stretch twice with nothing new, `claims` those that say they
    are FHIR resources.
    """

    received: dict[Key, Received] = field(default_factory=dict)
    who: dict[Key, Any] = field(default_factory=dict)
    asked: dict[Key, Asked] = field(default_factory=dict)
    times: dict[Key, Any] = field(default_factory=dict)
    full_urls: dict[str, Key] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    refused_keys: set[Key] = field(default_factory=set)
    repeated: int = 0
    claims: int = 0

    @property
    def size(self) -> int:
        """How many resources the stretch held."""
        return len(self.received) + len(self.refused) + self.repeated


def digest(node: Node) -> bytes:
    """Return the SHA-256 of a resource's meaning: keys sorted, white space gone.

    Raises Refused for what no database text can hold: a NUL character, half a surrogate pair, a number beyond 64 bits.
    """
    try:
        plain = orjson.dumps(node, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError) as problem:
        raise Refused(str(node.get("resourceType")), f"holds what no record can: {str(problem)[:80]}") from None
    if b"\\u0000" in plain and _holds_nul(node):
        raise Refused(str(node.get("resourceType")), "holds a NUL character")
    return hashlib.sha256(plain).digest()


def _holds_nul(value: Any) -> bool:
    if type(value) is str:
        return "\0" in value
    if type(value) is list:
        return any(_holds_nul(item) for item in value)
    if type(value) is dict:
        return any("\0" in key or _holds_nul(item) for key, item in value.items())
    return False


def draft(entries: Iterable[Entry]) -> Draft:
    """Return what a stretch holds. A bad resource is refused and leaves the others as they are.

    Raises what the splitting of the entries raises, and then nothing of the stretch may be kept.
    """
    result = Draft()
    for entry in entries:
        result.claims += is_record(entry.node)
        try:
            _add(result, entry)
        except Refused as refusal:
            result.refused.append(Refusal(label(entry), refusal.path, _sentence(refusal.why)))
        except _ODD as problem:
            kind = label(entry).partition("/")[0]
            why = f"has a shape no reader expects ({type(problem).__name__}); please report it."
            result.refused.append(Refusal(label(entry), kind, why))
    return result


def label(entry: Entry) -> str:
    """Return how to name a resource in a report: Type/id, else where it stands."""
    node = entry.node if type(entry.node) is dict else {}
    kind, identifier = node.get("resourceType"), node.get("id")
    if type(kind) is str and type(identifier) is str and kind and identifier:
        return f"{kind}/{identifier}"[:300]
    if type(kind) is str and kind:
        return f"{kind} ({entry.place})"[:300]
    return entry.place


def _sentence(why: str) -> str:
    return why if why.endswith(".") else f"{why}."


def _add(result: Draft, entry: Entry) -> None:
    node = entry.node
    if entry.method == "DELETE" and node is None:
        raise Refused("Bundle.entry.request", f"asks to delete {entry.full_url[:120]}; a file does not delete records")
    if type(node) is not dict:
        raise Refused("", f"is {kind_of(node)}, expected a resource")
    found = digest(node)
    try:
        reading = read(node, entry.full_url)
        reader = _READ_WHO.get(reading.resource_type)
        who = reader(node, reading.resource_id) if reader is not None else None
    except Refused:
        _note_refused(result, node, entry.full_url)
        raise
    key = Key(reading.resource_type, reading.resource_id)
    order = asked(node) if reading.resource_type == "ServiceRequest" else None
    earlier = result.received.get(key)
    if earlier is not None:
        if not _replaces(reading, found, earlier):
            result.repeated += 1
            return
        result.repeated += 1
        result.asked.pop(key, None)
    _note_meaning(result, key, node, who, order)
    if order is not None:
        reading = _naming(reading, order)
    result.received[key] = Received(reading, found, entry.at_byte, entry.size)
    if entry.full_url:
        result.full_urls[entry.full_url] = key


def _note_refused(result: Draft, node: Node, full_url: str) -> None:
    """Note what was refused, so that what points to it can say so."""
    key = Key(str(node.get("resourceType")), str(node.get("id") or id_in(full_url)))
    result.refused_keys.add(key)
    if full_url:
        result.full_urls[full_url] = key


def _naming(reading: Reading, order: Asked) -> Reading:
    """Return the reading with what an order names, so that it is looked up with everything else."""
    return reading._replace(names=(("requester", order.requester), *(("reason", one) for one in order.reasons)))


def _note_meaning(result: Draft, key: Key, node: Node, who: Any, order: Asked | None) -> None:
    """Note whom, what or which times a resource speaks of. Raises Refused, and then it is refused whole."""
    if who is not None:
        result.who[key] = who
    if order is not None:
        result.asked[key] = order
    if key.resource_type in _READ_TIMES:
        result.times[key] = _READ_TIMES[key.resource_type](node)


def _replaces(reading: Any, found: bytes, earlier: Received) -> bool:
    """Whether a second resource of one key replaces the first. Raises Refused when they differ and neither is newer."""
    if found == earlier.sha256:
        return False
    one = Edition(reading.version, reading.updated_at, found)
    other = Edition(earlier.reading.version, earlier.reading.updated_at, earlier.sha256)
    older = is_older(one, other)
    if older is None:
        raise Refused(
            f"{reading.resource_type}.id",
            "is used twice in this file with different content, and no version says which holds; the first was kept",
        )
    return not older
