"""An instrument as a FHIR R4 Questionnaire, with the licence on it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.records import Branch, Chosen, Instrument, Item, Kind, Option, Quantity
from throughline.practice.assessment.rules.answers import option_of
from throughline.practice.assessment.rules.canonical import address_of
from throughline.practice.assessment.rules.definition import item_by_id
from throughline.practice.assessment.rules.fhir_questionnaire import CORE, LOINC, SDC
from throughline.practice.assessment.rules.fhir_response import ORDINAL, number_json


def to_questionnaire(instrument: Instrument, language: str = "en") -> dict[str, Any]:
    """The Questionnaire resource; what came from one is given back as it came."""
    if instrument.source:
        return dict(instrument.source)
    made: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "id": instrument.id.replace("_", "-"),
        "url": address_of(instrument)[0],
        "version": instrument.version,
        "title": instrument.title,
        "status": "active",
        "language": language,
        "copyright": instrument.attribution or instrument.licence.text,
        "item": [_item(instrument, item, language) for item in instrument.items],
    }
    if instrument.panel_code:
        made["code"] = [{"system": LOINC, "code": instrument.panel_code}]
    return made


def _item(instrument: Instrument, item: Item, language: str) -> dict[str, Any]:
    made: dict[str, Any] = {"linkId": item.id, "type": item.kind.value}
    text = item.text.get(language) or item.text.get("en")
    if text:
        made["text"] = text
    if item.code:
        made["code"] = [{"system": LOINC, "code": item.code}]
    flags = {"required": item.required, "repeats": item.repeats, "readOnly": item.read_only}
    made |= {name: True for name, on in flags.items() if on}
    if item.branches:
        made["enableWhen"] = [_branch(instrument, branch) for branch in item.branches]
        made["enableBehavior"] = "any" if item.any_branch else "all"
    if item.options:
        made["answerOption"] = [_option(option, language) for option in item.options]
    if item.limits.max_length is not None:
        made["maxLength"] = item.limits.max_length
    extensions = list(_extensions(item))
    if extensions:
        made["extension"] = extensions
    if item.items:
        made["item"] = [_item(instrument, child, language) for child in item.items]
    return made


def _extensions(item: Item) -> Iterator[dict[str, Any]]:
    if item.hidden:
        yield {"url": CORE + "questionnaire-hidden", "valueBoolean": True}
    if item.calculated:
        expression = {"language": "text/fhirpath", "expression": item.calculated}
        yield {"url": SDC + "calculatedExpression", "valueExpression": expression}
    for name, limit in (("minValue", item.limits.minimum), ("maxValue", item.limits.maximum)):
        if isinstance(limit, Decimal):
            kind = "valueInteger" if item.kind is Kind.INTEGER else "valueDecimal"
            yield {"url": CORE + name, kind: number_json(limit)}
        elif isinstance(limit, str):
            yield {"url": CORE + name, "valueDate": limit}


def _option(option: Option, language: str) -> dict[str, Any]:
    if option.value is not None and not isinstance(option.value, Chosen | Quantity):
        return {"valueString": str(option.value)}
    coding: dict[str, Any] = {"code": option.code or option.key}
    if option.system:
        coding["system"] = option.system
    display = option.text.get(language) or option.text.get("en")
    if display:
        coding["display"] = display
    made: dict[str, Any] = {"valueCoding": coding}
    extensions: list[Mapping[str, Any]] = []
    if option.score is not None:
        extensions.append({"url": ORDINAL, "valueDecimal": number_json(option.score)})
    if "exclusive" in option.marks:
        extensions.append({"url": CORE + "questionnaire-optionExclusive", "valueBoolean": True})
    if extensions:
        made["extension"] = extensions
    return made


def _branch(instrument: Instrument, branch: Branch) -> dict[str, Any]:
    made: dict[str, Any] = {"question": branch.question, "operator": branch.operator}
    question = item_by_id(instrument, branch.question)
    if branch.operator == "exists" or (question and question.kind is Kind.BOOLEAN):
        return made | {"answerBoolean": branch.answer is True or str(branch.answer).lower() in ("true", "yes")}
    if question is not None and question.options:
        option = option_of(question, str(branch.answer))
        coding = {"code": option.code or option.key} if option else {"code": str(branch.answer)}
        return made | {"answerCoding": coding | ({"system": option.system} if option and option.system else {})}
    if question is not None and question.kind in (Kind.INTEGER, Kind.DECIMAL):
        name = "answerInteger" if question.kind is Kind.INTEGER else "answerDecimal"
        return made | {name: number_json(Decimal(str(branch.answer)))}
    return made | {"answerString": str(branch.answer)}
