"""Questionnaires in and out, calculated expressions, branches in responses: no database, no Django."""

from decimal import Decimal
from typing import Any

import pytest

from throughline.practice.assessment.records import Absence
from throughline.practice.assessment.rules import expressions, library
from throughline.practice.assessment.rules.definition import DefinitionProblem
from throughline.practice.assessment.rules.entry import read
from throughline.practice.assessment.rules.fhir_questionnaire import CORE, SDC, from_questionnaire
from throughline.practice.assessment.rules.fhir_questionnaire_out import to_questionnaire
from throughline.practice.assessment.rules.fhir_response import ABSENT_REASON, from_response, to_response
from throughline.practice.assessment.rules.flow import progress
from throughline.practice.assessment.rules.response_check import check_response
from throughline.practice.assessment.rules.scoring import score


def ordinal(value: int) -> dict[str, Any]:
    return {"url": CORE + "ordinalValue", "valueDecimal": value}


def scored_questionnaire(**extra: Any) -> dict[str, Any]:
    options = [{"valueCoding": {"code": c, "display": c, "extension": [ordinal(n)]}} for n, c in enumerate("abc")]
    total = {
        "linkId": "total",
        "type": "decimal",
        "readOnly": True,
        "extension": [
            {"url": CORE + "questionnaire-hidden", "valueBoolean": True},
            {
                "url": SDC + "calculatedExpression",
                "valueExpression": {
                    "language": "text/fhirpath",
                    "expression": "%resource.item.where(linkId != 'total').answer.value.ordinal().sum()",
                },
            },
        ],
    }
    return {
        "resourceType": "Questionnaire",
        "id": "made-up",
        "status": "active",
        "item": [
            {"linkId": "q1", "type": "choice", "required": True, "answerOption": options, "text": "One"},
            {"linkId": "q2", "type": "choice", "answerOption": options, "text": "Two"},
            total,
        ],
        **extra,
    }


def test_a_calculated_expression_gives_the_total() -> None:
    instrument = from_questionnaire(scored_questionnaire())
    answers, _ = read(instrument, {"q1": "c", "q2": "b"})
    outcome = score(instrument, answers)
    assert outcome.score == 3
    assert outcome.results == {"total": 3}


def test_the_expression_is_compiled_once() -> None:
    expressions.compiled.cache_clear()
    instrument = from_questionnaire(scored_questionnaire())
    answers, _ = read(instrument, {"q1": "c", "q2": "b"})
    for _n in range(3):
        score(instrument, answers)
    assert expressions.compiled.cache_info().misses == 1


def test_an_expression_that_is_none_is_named() -> None:
    instrument = from_questionnaire(scored_questionnaire())
    with pytest.raises(expressions.UnusableExpression, match="%nowhere"):
        expressions.evaluate("%nowhere.item", instrument, {})


def test_hidden_items_are_not_due() -> None:
    instrument = from_questionnaire(scored_questionnaire())
    assert progress(instrument, {}).open == ("q1", "q2")
    assert progress(instrument, {}).required_open == ("q1",)


def test_contained_value_set_becomes_options() -> None:
    source = {
        "resourceType": "Questionnaire",
        "contained": [
            {
                "resourceType": "ValueSet",
                "id": "colors",
                "compose": {"include": [{"system": "urn:x", "concept": [{"code": "r", "display": "Red"}]}]},
            }
        ],
        "item": [{"linkId": "q", "type": "choice", "answerValueSet": "#colors"}],
    }
    item = from_questionnaire(source).items[0]
    assert [(o.system, o.code, o.text["en"]) for o in item.options] == [("urn:x", "r", "Red")]
    good = {"item": [{"linkId": "q", "answer": [{"valueCoding": {"system": "urn:x", "code": "r"}}]}]}
    bad = {"item": [{"linkId": "q", "answer": [{"valueCoding": {"system": "urn:x", "code": "g"}}]}]}
    assert check_response(source, good) == []
    assert [i.severity for i in check_response(source, bad)] == ["error"]


@pytest.mark.parametrize(("behavior", "asked"), [("all", False), ("any", True)])
def test_enable_behavior(behavior: str, asked: bool) -> None:
    source = {
        "resourceType": "Questionnaire",
        "item": [
            {"linkId": "a", "type": "boolean"},
            {"linkId": "b", "type": "integer"},
            {
                "linkId": "c",
                "type": "string",
                "required": True,
                "enableBehavior": behavior,
                "enableWhen": [
                    {"question": "a", "operator": "=", "answerBoolean": True},
                    {"question": "b", "operator": ">=", "answerInteger": 5},
                ],
            },
        ],
    }
    instrument = from_questionnaire(source)
    answers, _ = read(instrument, {"a": True, "b": 4})
    assert ("c" in progress(instrument, answers).open) is asked
    rows = [{"linkId": "a", "answer": [{"valueBoolean": True}]}, {"linkId": "b", "answer": [{"valueInteger": 4}]}]
    response = {"status": "completed", "item": [*rows, {"linkId": "c", "answer": [{"valueString": "x"}]}]}
    wrong = [i for i in check_response(source, response) if i.severity == "error"]
    assert bool(wrong) is not asked


def test_groups_that_repeat_come_back_as_they_went() -> None:
    source = {
        "resourceType": "Questionnaire",
        "item": [
            {
                "linkId": "med",
                "type": "group",
                "repeats": True,
                "item": [
                    {"linkId": "name", "type": "string", "required": True},
                    {
                        "linkId": "why",
                        "type": "string",
                        "enableWhen": [{"question": "name", "operator": "=", "answerString": "other"}],
                    },
                ],
            }
        ],
    }
    response = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [
            {"linkId": "med", "item": [{"linkId": "name", "answer": [{"valueString": "furosemide"}]}]},
            {
                "linkId": "med",
                "item": [
                    {"linkId": "name", "answer": [{"valueString": "other"}]},
                    {"linkId": "why", "answer": [{"valueString": "herbal"}]},
                ],
            },
        ],
    }
    instrument = from_questionnaire(source)
    answers = from_response(instrument, response)
    assert set(answers) == {"med#0/name", "med#1/name", "med#1/why"}
    assert to_response(instrument, answers) == response
    assert check_response(source, response) == []


def test_a_refusal_travels_as_its_reason_and_never_as_zero() -> None:
    instrument = library.instruments()["phq2"]
    answers, _ = read(instrument, {"1": 2, "2": "refused"})
    response = to_response(instrument, answers)
    assert response["item"][1]["extension"] == [{"url": ABSENT_REASON, "valueCode": "asked-declined"}]
    assert "answer" not in response["item"][1]
    back = from_response(instrument, response)
    assert back["2"].absent is Absence.REFUSED
    assert score(instrument, back).score is None


@pytest.mark.parametrize("key", ["phq9", "gad7", "auditc", "sils", "peg", "esas_r"])
def test_our_own_instruments_survive_the_way_through_fhir(key: str) -> None:
    ours = library.instruments()[key]
    theirs = from_questionnaire(to_questionnaire(ours))
    for item, back in zip(ours.items, theirs.items, strict=True):
        assert (item.id, item.kind, item.code, item.required) == (back.id, back.kind, back.code, back.required)
        assert [o.score for o in item.options] == [o.score for o in back.options]
        assert (item.limits.minimum, item.limits.maximum) == (back.limits.minimum, back.limits.maximum)
    assert to_questionnaire(ours)["copyright"] == ours.attribution


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"resourceType": "Patient"}, "no Questionnaire"),
        ({"resourceType": "Questionnaire", "item": [{"type": "string"}]}, "no linkId"),
        ({"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "coding"}]}, "no type of item in R4"),
        ({"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "string"}] * 2}, "used twice"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(source: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionProblem, match=says):
        from_questionnaire(source)


def test_exact_decimals_reach_the_limit_check() -> None:
    source = {
        "resourceType": "Questionnaire",
        "item": [
            {
                "linkId": "w",
                "type": "decimal",
                "extension": [{"url": CORE + "maxDecimalPlaces", "valueInteger": 1}],
            }
        ],
    }
    row = {"item": [{"linkId": "w", "answer": [{"valueDecimal": Decimal("80.25")}]}]}
    assert [i.severity for i in check_response(source, row)] == ["error"]
