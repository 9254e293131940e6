"""Checks one answer of a QuestionnaireResponse against its item: type, options, limits, units, references."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from throughline.practice.assessment.records import Item, Kind, Option, Quantity
from throughline.practice.assessment.rules.fhir_questionnaire import quantity_of
from throughline.practice.assessment.rules.fhir_response import raw_value
from throughline.practice.assessment.rules.resource_types import RESOURCE_TYPES
from throughline.practice.assessment.rules.units import Incomparable, in_unit_of

ValueSets = Mapping[str, frozenset[tuple[str, str]]]
_TYPES: dict[Kind, tuple[str, ...]] = {
    Kind.BOOLEAN: ("valueBoolean",), Kind.DECIMAL: ("valueDecimal", "valueInteger"), Kind.INTEGER: ("valueInteger",),
    Kind.DATE: ("valueDate",), Kind.DATETIME: ("valueDateTime",), Kind.TIME: ("valueTime",),
    Kind.STRING: ("valueString",), Kind.TEXT: ("valueString",), Kind.URL: ("valueUri",),
    Kind.OPEN_CHOICE: ("valueCoding", "valueString"), Kind.ATTACHMENT: ("valueAttachment",),
    Kind.REFERENCE: ("valueReference",), Kind.QUANTITY: ("valueQuantity",),
    Kind.CHOICE: (
        "valueCoding", "valueString", "valueInteger", "valueDate", "valueTime", "valueReference",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding, in the terms of a FHIR OperationOutcome."""

    severity: str
    code: str
    text: str
    path: str


def error(code: str, text: str, path: str) -> Issue:
    """A finding that makes the response unacceptable."""
    return Issue("error", code, text, path)


def check_value(item: Item, answer: Mapping[str, Any], path: str, value_sets: ValueSets) -> Iterator[Issue]:
    """The issues of one answer."""
    name = next(k for k in answer if k.startswith("value"))
    if name not in _TYPES.get(item.kind, ()):
        yield error("invariant", f"'{item.id}' takes {_TYPES[item.kind][0][5:]}, not {name[5:]}", path)
        return
    raw = raw_value(answer)
    if item.options:
        yield from _among_options(item, raw, path)
    elif item.limits.value_set:
        yield from _in_value_set(item, raw, path, value_sets)
    for kinds, rule in _RULES:
        if item.kind in kinds:
            yield from rule(item, raw, path, value_sets)


def _among_options(item: Item, raw: Any, path: str) -> Iterator[Issue]:
    if item.kind is Kind.OPEN_CHOICE and isinstance(raw, str):
        return
    if not any(_is_option(option, raw) for option in item.options):
        yield error("invariant", f"{_shown(raw)} is not among the permitted answers of '{item.id}'", path)


def _is_option(option: Option, raw: Any) -> bool:
    if isinstance(raw, Mapping) and "code" in raw:
        return (option.code, option.system) == (raw["code"], raw.get("system", ""))
    if isinstance(raw, Mapping):
        raw = raw.get("reference") or raw.get("display")
    return str(raw) in (option.key, option.code)


def _shown(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return f"{raw.get('system', '')}|{raw.get('code', raw.get('reference', ''))}"
    return str(raw)


def _in_value_set(item: Item, raw: Any, path: str, value_sets: ValueSets) -> Iterator[Issue]:
    known = value_sets.get(item.limits.value_set)
    if known is None:
        yield Issue("warning", "code-invalid", f"The value set {item.limits.value_set} is not at hand", path)
        return
    if isinstance(raw, Mapping):
        pair = (str(raw.get("system", "")), str(raw.get("code", "")))
        if pair not in known:
            yield error("code-invalid", f"{_shown(raw)} is not in {item.limits.value_set}", path)
    elif item.kind is not Kind.OPEN_CHOICE and raw not in {code for _, code in known}:
        yield error("invariant", f"'{raw}' is not in {item.limits.value_set}", path)


def _text(item: Item, raw: Any, path: str, _: ValueSets) -> Iterator[Issue]:
    if not isinstance(raw, str):
        return
    limits = item.limits
    if limits.min_length is not None and len(raw) < limits.min_length:
        yield error("invariant", f"The answer is shorter than {limits.min_length} characters", path)
    if limits.max_length is not None and len(raw) > limits.max_length:
        yield error("invariant", f"The answer is longer than {limits.max_length} characters", path)
    if limits.pattern and not re.search(limits.pattern, raw):
        yield error("invariant", f"The answer must look like {limits.entry_format or limits.pattern}", path)
    if item.kind is Kind.STRING and ("\n" in raw or "\r" in raw):
        yield Issue("warning", "invariant", "The answer should not contain line breaks", path)


def _number(item: Item, raw: Any, path: str, _: ValueSets) -> Iterator[Issue]:
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        yield error("invalid", f"'{raw}' is no number", path)
        return
    if isinstance(raw, bool) or (item.kind is Kind.INTEGER and number != number.to_integral_value()):
        yield error("invalid", f"'{raw}' is no {item.kind.value}", path)
    yield from _between(item, number, path)
    places = -int(number.as_tuple().exponent)
    if item.limits.max_decimals is not None and places > item.limits.max_decimals:
        yield error("invariant", f"{raw} has more than {item.limits.max_decimals} decimals", path)


def _between(item: Item, value: Any, path: str) -> Iterator[Issue]:
    lowest, highest = item.limits.minimum, item.limits.maximum
    if lowest is not None and value < lowest:
        yield error("invariant", f"{value} is less than {lowest}", path)
    if highest is not None and value > highest:
        yield error("invariant", f"{value} is more than {highest}", path)


def _moment(item: Item, raw: Any, path: str, _: ValueSets) -> Iterator[Issue]:
    """Dates may be partial: only as much is compared as both have."""
    text = str(raw)
    lowest, highest = (str(v) if v is not None else None for v in (item.limits.minimum, item.limits.maximum))
    if lowest is not None and text[: len(lowest)] < lowest[: len(text)]:
        yield error("invariant", f"{text} is before {lowest}", path)
    if highest is not None and text[: len(highest)] > highest[: len(text)]:
        yield error("invariant", f"{text} is after {highest}", path)


def _quantity(item: Item, raw: Any, path: str, value_sets: ValueSets) -> Iterator[Issue]:
    quantity = quantity_of(raw)
    if item.limits.units and (quantity.system, quantity.code) not in item.limits.units:
        allowed = ", ".join(code for _, code in item.limits.units)
        yield error("invariant", f"The unit of {quantity.value} {quantity.unit} is not one of {allowed}", path)
    named = item.limits.unit_value_set
    known = value_sets.get(named)
    if known is not None and (quantity.system, quantity.code) not in known:
        yield error("invariant", f"The unit {quantity.unit or quantity.code} is not in {named}", path)
    yield from _amount(quantity, item.limits.minimum, "less", path)
    yield from _amount(quantity, item.limits.maximum, "more", path)


def _amount(quantity: Quantity, limit: Any, word: str, path: str) -> Iterator[Issue]:
    if not isinstance(limit, Quantity):
        return
    try:
        value = in_unit_of(quantity, limit)
    except Incomparable as wrong:
        yield error("invariant", str(wrong), path)
        return
    if value < limit.value if word == "less" else value > limit.value:
        yield error("invariant", f"{quantity.value} {quantity.unit} is {word} than {limit.value} {limit.unit}", path)


def _uri(item: Item, raw: Any, path: str, _: ValueSets) -> Iterator[Issue]:
    text = str(raw)
    if text.startswith("urn:uuid:"):
        try:
            good = str(UUID(text[9:])) == text[9:]
        except ValueError:
            good = False
        if not good:
            yield error("invalid", f"A UUID must be whole and in lower case, not {text[9:]}", path)


def _reference(item: Item, raw: Any, path: str, _: ValueSets) -> Iterator[Issue]:
    text = str(raw.get("reference", "")) if isinstance(raw, Mapping) else ""
    if not text or text.startswith(("#", "urn:")):
        return
    if re.search(r"\s", text) or (":" in text and not re.match(r"https?://", text)):
        yield error("invalid", f"'{text}' is no reference", path)
    parts = text.split("/_history")[0].split("/")
    name = parts[-2] if len(parts) >= 2 else ""
    if name not in RESOURCE_TYPES:
        yield error("invariant", f"'{name}' is no type of resource", path)
    elif item.limits.reference_types and name not in item.limits.reference_types:
        yield error("invariant", f"A reference to {name} is not allowed here", path)


def _attachment(item: Item, raw: Any, path: str, _: ValueSets) -> Iterator[Issue]:
    media = raw.get("contentType") if isinstance(raw, Mapping) else None
    if item.limits.media_types and media not in item.limits.media_types:
        yield error("required", f"{media} is not one of {', '.join(item.limits.media_types)}", path)


_RULES: tuple[tuple[tuple[Kind, ...], Callable[[Item, Any, str, ValueSets], Iterator[Issue]]], ...] = (
    ((Kind.STRING, Kind.TEXT, Kind.OPEN_CHOICE), _text),
    ((Kind.INTEGER, Kind.DECIMAL), _number),
    ((Kind.DATE, Kind.DATETIME, Kind.TIME), _moment),
    ((Kind.QUANTITY,), _quantity),
    ((Kind.URL,), _uri),
    ((Kind.REFERENCE,), _reference),
    ((Kind.ATTACHMENT,), _attachment),
)
