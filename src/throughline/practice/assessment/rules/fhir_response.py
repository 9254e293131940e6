"""Answers as a FHIR QuestionnaireResponse and back, ordinal values and reasons for absence included."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.records import (
    Absence,
    Answer,
    Answers,
    Chosen,
    Instrument,
    Item,
    Kind,
    Quantity,
    Value,
)
from throughline.practice.assessment.rules.answers import UnacceptableAnswer, absence_of, option_of, value_of
from throughline.practice.assessment.rules.branching import counting
from throughline.practice.assessment.rules.canonical import canonical_of
from throughline.practice.assessment.rules.repeating import instances

ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_NAMES = {
    Kind.BOOLEAN: "valueBoolean", Kind.DECIMAL: "valueDecimal", Kind.INTEGER: "valueInteger",
    Kind.DATE: "valueDate", Kind.DATETIME: "valueDateTime", Kind.TIME: "valueTime", Kind.STRING: "valueString",
    Kind.TEXT: "valueString", Kind.URL: "valueUri", Kind.QUANTITY: "valueQuantity",
    Kind.ATTACHMENT: "valueAttachment", Kind.REFERENCE: "valueReference",
}  # fmt: skip


def to_response(instrument: Instrument, answers: Answers, status: str = "completed") -> dict[str, Any]:
    """The QuestionnaireResponse of the answers that count, naming what they answer; hidden ones stay out of it."""
    counted = counting(instrument, answers)
    made: dict[str, Any] = {"resourceType": "QuestionnaireResponse", "status": status}
    if canonical := canonical_of(instrument):
        made["questionnaire"] = canonical
    items = list(_response_items(instrument.items, counted, ""))
    if items:
        made["item"] = items
    return made


def _response_items(items: tuple[Item, ...], answers: Answers, prefix: str) -> Iterator[dict[str, Any]]:
    for item in items:
        if item.kind is Kind.GROUP:
            yield from _groups(item, answers, prefix)
            continue
        answer = answers.get(prefix + item.id)
        nested = list(_response_items(item.items, answers, prefix))
        if answer is None or not answer.settled:
            continue
        row: dict[str, Any] = {"linkId": item.id, **_text(item)}
        if answer.absent is not None:
            row["extension"] = [{"url": ABSENT_REASON, "valueCode": answer.absent.fhir}]
        else:
            row["answer"] = [answer_json(item, value) for value in answer.values]
            if nested:
                row["answer"][0]["item"] = nested
        yield row


def _groups(item: Item, answers: Answers, prefix: str) -> Iterator[dict[str, Any]]:
    prefixes = [prefix]
    if item.repeats:
        prefixes = [f"{prefix}{item.id}#{n}/" for n in range(instances(answers, prefix + item.id))]
    for inner in prefixes:
        rows = list(_response_items(item.items, answers, inner))
        if rows:
            yield {"linkId": item.id, **_text(item), "item": rows}


def row_of(instrument: Instrument, answers: Answers, repetition: str) -> dict[str, Any]:
    """The row of one repetition (`med#1`) as a response writes it; empty while nothing in it counts."""
    counted = counting(instrument, answers)
    own = {key: answer for key, answer in counted.items() if key.startswith(f"{repetition}/")}
    rows = list(_response_items(instrument.items, own, ""))  # of this repetition alone, so that every step leads on
    found: dict[str, Any] = {}
    for step in repetition.split("/"):
        found = next(_called(rows, step.partition("#")[0]), {})
        rows = found.get("item", [])
    return found


def _called(rows: list[dict[str, Any]], link: str) -> Iterator[dict[str, Any]]:
    """The rows of this name, also within groups."""
    for row in rows:
        if row["linkId"] == link:
            yield row
        elif "answer" not in row:
            yield from _called(row.get("item", []), link)


def _text(item: Item) -> dict[str, str]:
    return {"text": item.text["en"]} if item.text.get("en") else {}


def answer_json(item: Item, value: Value) -> dict[str, Any]:
    """One answer as FHIR writes it."""
    if isinstance(value, Chosen):
        option = option_of(item, value.key)
        coding: dict[str, Any] = {"code": value.key}
        if option is not None:
            coding = {"system": option.system, "code": option.code or option.key, "display": option.text.get("en", "")}
            if option.score is not None:
                coding["extension"] = [{"url": ORDINAL, "valueDecimal": number_json(option.score)}]
        return {"valueCoding": {k: v for k, v in coding.items() if v}}
    if isinstance(value, Quantity):
        parts = {"value": number_json(value.value), "unit": value.unit, "system": value.system, "code": value.code}
        return {"valueQuantity": {k: v for k, v in parts.items() if v != ""}}
    if item.kind is Kind.OPEN_CHOICE:
        return {"valueString": str(value)}
    if item.kind is Kind.REFERENCE:
        return {"valueReference": {"reference": str(value)}}
    name = _NAMES.get(item.kind, "valueString")
    if isinstance(value, date | time | datetime):
        return {name: value.isoformat()}
    return {name: number_json(value) if isinstance(value, Decimal) else value}


def number_json(number: Decimal) -> int | float:
    """A number JSON can carry: whole where it is whole."""
    return int(number) if number == number.to_integral_value() else float(number)


def from_response(instrument: Instrument, response: Mapping[str, Any]) -> dict[str, Answer]:
    """The answers of a QuestionnaireResponse by place. Raises UnacceptableAnswer for what an item does not take.

    Items the instrument does not have are left out: `response_check` names them.
    """
    made: dict[str, Answer] = {}
    _collect(instrument.items, response.get("item", ()), "", made)
    return made


def _collect(items: tuple[Item, ...], rows: Any, prefix: str, made: dict[str, Answer]) -> None:
    by_id = {item.id: item for item in items}
    seen: dict[str, int] = {}
    for row in rows:
        item = by_id.get(str(row.get("linkId")))
        if item is None:
            continue
        inner = prefix
        if item.kind is Kind.GROUP and item.repeats:
            inner = f"{prefix}{item.id}#{seen.get(item.id, 0)}/"
            seen[item.id] = seen.get(item.id, 0) + 1
        _collect(item.items, row.get("item", ()), inner, made)
        if item.asks:
            made[prefix + item.id] = _answer(item, row)
            for answer in row.get("answer", ()):
                _collect(item.items, answer.get("item", ()), inner, made)


def _answer(item: Item, row: Mapping[str, Any]) -> Answer:
    for extension in row.get("extension", ()):
        if extension.get("url") == ABSENT_REASON:
            return Answer(absent=absence_of(str(extension.get("valueCode"))) or Absence.NOT_ASKED)
    values = [v for answer in row.get("answer", ()) if (v := raw_value(answer)) is not None]
    return Answer(values=tuple(value_of(item, _plain(v)) for v in values))


def raw_value(answer: Mapping[str, Any]) -> Any:
    """The value of one FHIR answer, of whatever type, or None."""
    return next((v for k, v in answer.items() if k.startswith("value") and not k.startswith("_")), None)


def _plain(raw: Any) -> Any:
    if isinstance(raw, Mapping) and "reference" in raw:
        return raw["reference"]
    if isinstance(raw, Mapping) and "contentType" in raw:
        raise UnacceptableAnswer("an attachment is kept with the documents, not as an answer")
    return raw
