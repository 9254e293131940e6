"""The elements resources are made of: text, codes, dates, quantities, references.

Every function takes the node, the key and the path of the node, and raises Refused with the full path when what is
there is not what FHIR R4 allows. Paths are put together only then, because reading is the hot part of an import.
"""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeAlias

from throughline.record.chart.records.received import NOWHERE, Pointer

Node: TypeAlias = dict[str, Any]


class Refused(ValueError):
    """A resource that cannot be taken in: `path` says where, `why` is a sentence about what is wrong."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


def kind_of(value: Any) -> str:
    """Return what a JSON value is, in words: "text", "a list" …"""
    return _KINDS.get(type(value), "null")


def wrong(path: str, value: Any, expected: str) -> Refused:
    """Return the refusal of a value of the wrong kind."""
    return Refused(path, f"is {kind_of(value)}, expected {expected}")


def text(node: Node, key: str, path: str) -> str:
    """Return the text at `key`, "" when absent."""
    value = node.get(key)
    if value is None:
        return ""
    if type(value) is not str:
        raise wrong(f"{path}.{key}", value, "text")
    return value


def required_text(node: Node, key: str, path: str) -> str:
    """Return the text at `key`; refused when absent or empty."""
    value = text(node, key, path)
    if not value:
        raise Refused(f"{path}.{key}", "is missing")
    return value


def flag(node: Node, key: str, path: str) -> bool | None:
    """Return the boolean at `key`, None when absent."""
    value = node.get(key)
    if value is not None and type(value) is not bool:
        raise wrong(f"{path}.{key}", value, "true or false")
    return value


def number(node: Node, key: str, path: str) -> float | None:
    """Return the number at `key`, None when absent. Text, booleans and infinities are refused."""
    value = node.get(key)
    if value is None:
        return None
    if type(value) is not float and type(value) is not int:
        raise wrong(f"{path}.{key}", value, "a number")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise Refused(f"{path}.{key}", "is larger than any measurement")
    return result


def whole(node: Node, key: str, path: str, least: int = -(2**31)) -> int | None:
    """Return the whole number at `key`, None when absent; refused outside 32 bits or below `least`."""
    value = node.get(key)
    if value is None:
        return None
    if type(value) is not int:
        raise wrong(f"{path}.{key}", value, "a whole number")
    if not least <= value < 2**31:
        raise Refused(f"{path}.{key}", "is out of range")
    return value


def node_at(node: Node, key: str, path: str) -> Node | None:
    """Return the object at `key`, None when absent."""
    value = node.get(key)
    if value is not None and type(value) is not dict:
        raise wrong(f"{path}.{key}", value, "an object")
    return value


def nodes(node: Node, key: str, path: str) -> list[Node]:
    """Return the objects in the list at `key`, none when absent."""
    value = node.get(key)
    if value is None:
        return []
    if type(value) is not list:
        raise wrong(f"{path}.{key}", value, "a list")
    for position, item in enumerate(value):
        if type(item) is not dict:
            raise wrong(f"{path}.{key}[{position}]", item, "an object")
    return value


def texts(node: Node, key: str, path: str) -> list[str]:
    """Return the texts in the list at `key`; nulls, which FHIR allows beside extensions, are passed over."""
    value = node.get(key)
    if value is None:
        return []
    if type(value) is not list:
        raise wrong(f"{path}.{key}", value, "a list")
    for position, item in enumerate(value):
        if item is not None and type(item) is not str:
            raise wrong(f"{path}.{key}[{position}]", item, "text")
    return [item for item in value if item]


def bound(value: str, allowed: frozenset[str], path: str) -> str:
    """Return a code of a required binding; refused when the value set does not hold it."""
    if value and value not in allowed:
        raise Refused(path, f"is “{value[:60]}”, expected one of {', '.join(sorted(allowed))}")
    return value


def coded(node: Node, key: str, allowed: frozenset[str], path: str) -> str:
    """Return the code of a required binding at `key`; refused when missing, empty or not in the value set."""
    value = node.get(key)
    if type(value) is str and value in allowed:
        return value
    return bound(required_text(node, key, path), allowed, f"{path}.{key}")


# --- codes ------------------------------------------------------------------------------------------------------


class Concept(NamedTuple):
    """A coded concept: its chief coding, its words, and every coding when there are several."""

    system: str = ""
    code: str = ""
    display: str = ""
    codings: list[dict[str, str]] | None = None

    @property
    def words(self) -> str:
        """The words to show: the text or display, else the code."""
        return self.display or self.code


NOTHING = Concept()


def concept(node: Node, key: str, path: str, prefer: str = "") -> Concept:
    """Return the CodeableConcept at `key`, empty when absent.

    The chief coding is the one of the system `prefer`, else the one the user selected, else the first.
    """
    value = node.get(key)
    if value is None:
        return NOTHING
    if type(value) is not dict:
        raise wrong(f"{path}.{key}", value, "an object")
    return _of_one_coding(value) or concept_of(value, f"{path}.{key}", prefer)


def concepts(node: Node, key: str, path: str) -> list[Concept]:
    """Return the CodeableConcepts in the list at `key`."""
    if node.get(key) is None:
        return []
    return [
        _of_one_coding(item) or concept_of(item, f"{path}.{key}[{n}]") for n, item in enumerate(nodes(node, key, path))
    ]


def _of_one_coding(value: Node) -> Concept | None:
    """Return a concept of one coding whose parts are all text, as most are; None for any other."""
    codings = value.get("coding")
    if type(codings) is not list or len(codings) != 1 or type(codings[0]) is not dict:
        return None
    words, (coding,) = value.get("text", ""), codings
    system, code, display = coding.get("system", ""), coding.get("code", ""), coding.get("display", "")
    if type(words) is type(system) is type(code) is type(display) is str:
        return Concept(system, code, words or display or code)
    return None


def concept_of(value: Node, path: str, prefer: str = "") -> Concept:
    """Return a CodeableConcept already at hand."""
    words = text(value, "text", path)
    codings = nodes(value, "coding", path)
    if not codings:
        return Concept("", "", words) if words else NOTHING
    plain = [coding_of(item, f"{path}.coding[{n}]") for n, item in enumerate(codings)]
    if len(plain) == 1:
        system, code, display = plain[0]
        return Concept(system, code, words or display or code)
    system, code, display = plain[_chief(codings, plain, prefer)]
    every = [{"system": one[0], "code": one[1], "display": one[2]} for one in plain]
    return Concept(system, code, words or display or code, every)


def coding_of(value: Node, path: str) -> tuple[str, str, str]:
    """Return (system, code, display) of a Coding."""
    return text(value, "system", path), text(value, "code", path), text(value, "display", path)


def _chief(codings: list[Node], plain: list[tuple[str, str, str]], prefer: str) -> int:
    for position, one in enumerate(plain):
        if prefer and one[0] == prefer:
            return position
    for position, item in enumerate(codings):
        if item.get("userSelected") is True:
            return position
    return 0


def words_of(found: list[Concept]) -> str:
    """Return the words of several concepts, joined."""
    return "; ".join(one.words for one in found if one.words)


# --- dates ------------------------------------------------------------------------------------------------------

# Times of one visit, or of one panel, stand in many resources.
_TIMES_REMEMBERED, _LONGEST_REMEMBERED = 4_096, 40
_LONGEST_DATE = 10
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)\Z")


class When(NamedTuple):
    """A time and how exactly it is known. Dates stand at 00:00 UTC of their first day."""

    at: datetime | None = None
    precision: str = ""


NEVER = When()


def when(node: Node, key: str, path: str) -> When:
    """Return the date or dateTime at `key`; refused when malformed, impossible, or a time without a zone."""
    value = node.get(key)
    if value is None:
        return NEVER
    if type(value) is not str:
        raise wrong(f"{path}.{key}", value, "a date")
    if _LONGEST_DATE < len(value) <= _LONGEST_REMEMBERED:
        try:
            found = _remembered(value)
        except (ValueError, OverflowError):
            found = None  # said below, with what is wrong
        if found is not None:
            return found
    return when_of(value, f"{path}.{key}")


def when_of(value: str, path: str) -> When:
    """Return a date or dateTime already at hand."""
    try:
        if len(value) > _LONGEST_DATE:
            read = _remembered if len(value) <= _LONGEST_REMEMBERED else _instant
            return read(value) or _no_instant(value, path)
        match = _DATE.match(value)
        if match is None:
            raise Refused(path, f"is “{value[:40]}”, which is not a date (YYYY, YYYY-MM or YYYY-MM-DD)")
        year, month, day = match.groups()
        at = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    except (ValueError, OverflowError) as problem:
        if isinstance(problem, Refused):
            raise
        raise Refused(path, f"is “{value[:40]}”, a date that does not exist") from None
    return When(at, "day" if day else "month" if month else "year")


def _instant(value: str) -> When | None:
    """Return a date and time, None when it is written as none. Raises ValueError for one that does not exist."""
    if not _INSTANT.match(value):
        return None
    if len(value) > 32:  # more fractional digits than a microsecond
        value = re.sub(r"(\.\d{6})\d+", r"\1", value)
    return When(datetime.fromisoformat(value).astimezone(UTC), "second")


_remembered = lru_cache(_TIMES_REMEMBERED)(_instant)


def _no_instant(value: str, path: str) -> NoReturn:
    if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", value) and not re.search(r"(Z|[+-]\d\d:?\d\d)\Z", value):
        raise Refused(path, f"is “{value[:40]}”, a time without its zone")
    raise Refused(path, f"is “{value[:40]}”, which is not a date and time")


def period(node: Node, key: str, path: str) -> tuple[When, When]:
    """Return start and end of the Period at `key`."""
    value = node.get(key)
    if value is None:
        return NEVER, NEVER
    if type(value) is not dict:
        raise wrong(f"{path}.{key}", value, "an object")
    inside = f"{path}.{key}"
    return when(value, "start", inside), when(value, "end", inside)


# --- references -------------------------------------------------------------------------------------------------


def pointer(node: Node, key: str, path: str) -> Pointer:
    """Return the Reference at `key`. One by identifier alone becomes the conditional form Type?identifier=…"""
    value = node.get(key)
    if value is None:
        return NOWHERE
    if type(value) is not dict:
        raise wrong(f"{path}.{key}", value, "an object")
    reference, display = value.get("reference"), value.get("display", "")
    if reference and type(reference) is type(display) is str:
        return Pointer(reference, display)
    return pointer_of(value, f"{path}.{key}")


def pointer_of(value: Node, path: str) -> Pointer:
    """Return a Reference already at hand."""
    reference = text(value, "reference", path)
    display = text(value, "display", path)
    if not reference and "identifier" in value:
        identifier = node_at(value, "identifier", path)
        if identifier is not None:
            inside = f"{path}.identifier"
            system, number_ = text(identifier, "system", inside), text(identifier, "value", inside)
            reference = f"{text(value, 'type', path)}?identifier={system}|{number_}" if number_ else ""
    return Pointer(reference, display) if reference or display else NOWHERE


def pointers(node: Node, key: str, path: str) -> list[Pointer]:
    """Return the References in the list at `key`."""
    return [pointer_of(item, f"{path}.{key}[{n}]") for n, item in enumerate(nodes(node, key, path))]


# --- quantities and notes -----------------------------------------------------------------------------------------


class Quantity(NamedTuple):
    """A number with its unit; `comparator` as <, <=, >=, >."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""


_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_NUMBERS = frozenset({int, float})
_SURELY_FINITE = 1e300


def quantity_of(value: Node, path: str) -> Quantity:
    """Return a Quantity already at hand: the UCUM code as unit when there is one, else the unit as written."""
    comparator = bound(text(value, "comparator", path), _COMPARATORS, f"{path}.comparator")
    code, unit = text(value, "code", path), text(value, "unit", path)
    return Quantity(number(value, "value", path), comparator, code or unit)


def quantity(node: Node, key: str, path: str) -> Quantity | None:
    """Return the Quantity at `key`, None when absent."""
    value = node_at(node, key, path)
    if value is None:
        return None
    found: Any = value.get("value")
    code, unit = value.get("code", ""), value.get("unit", "")
    are_plain = type(found) in _NUMBERS and type(code) is type(unit) is str and "comparator" not in value
    if are_plain and -_SURELY_FINITE < found < _SURELY_FINITE:
        return Quantity(float(found), "", code or unit)
    return quantity_of(value, f"{path}.{key}")


def notes(node: Node, path: str) -> str:
    """Return the text of the annotations under `note`."""
    if "note" not in node:
        return ""
    return "\n".join(text(one, "text", f"{path}.note[{n}]") for n, one in enumerate(nodes(node, "note", path)))
