"""Groups that repeat: one more, one less, answers, branches, limits and calculations in each repetition."""

from decimal import Decimal

import pytest

from throughline.practice.assessment.records import Answer
from throughline.practice.assessment.rules.answers import UnacceptableAnswer, answer_of
from throughline.practice.assessment.rules.branching import walk
from throughline.practice.assessment.rules.calculating import with_calculated
from throughline.practice.assessment.rules.definition import item_by_id
from throughline.practice.assessment.rules.fhir_questionnaire import CORE, SDC
from throughline.practice.assessment.rules.fhir_response import from_response, to_response
from throughline.practice.assessment.rules.flow import progress
from throughline.practice.assessment.rules.reading import instrument_from
from throughline.practice.assessment.rules.repeating import NoSuchRepetition, place_of, without
from throughline.practice.assessment.rules.response_check import check_response
from throughline.practice.assessment.rules.scoring import flags_of, score

NESTED = "%context.item.where(linkId='amount').answer.value * %context.item.where(linkId='times').answer.value"
QUESTIONNAIRE = {
    "resourceType": "Questionnaire",
    "title": "Medicines at home",
    "status": "active",
    "item": [
        {"linkId": "any", "type": "boolean", "text": "Any medicines at home?", "required": True},
        {
            "linkId": "med",
            "type": "group",
            "text": "Medicine",
            "repeats": True,
            "extension": [{"url": CORE + "questionnaire-maxOccurs", "valueInteger": 3}],
            "enableWhen": [{"question": "any", "operator": "=", "answerBoolean": True}],
            "item": [
                {"linkId": "name", "type": "string", "text": "Name", "required": True},
                {"linkId": "amount", "type": "integer", "text": "Tablets each time"},
                {"linkId": "times", "type": "integer", "text": "Times a day"},
                {
                    "linkId": "daily",
                    "type": "integer",
                    "text": "Tablets a day",
                    "readOnly": True,
                    "extension": [{"url": SDC + "calculatedExpression", "valueExpression": {"expression": NESTED}}],
                },
                {
                    "linkId": "why",
                    "type": "string",
                    "text": "Why so many?",
                    "enableWhen": [{"question": "times", "operator": ">", "answerInteger": 3}],
                },
                {
                    "linkId": "stay",
                    "type": "group",
                    "text": "Trouble",
                    "repeats": True,
                    "item": [{"linkId": "trouble", "type": "string", "text": "What trouble?"}],
                },
            ],
        },
    ],
}


@pytest.fixture
def medicines():
    return instrument_from({"id": "medicines", "version": "1", "questionnaire": QUESTIONNAIRE})


def said(**raw):
    """Answers by place, `__` for the hash and `_in_` for the stroke."""
    return {k.replace("__", "#").replace("_in_", "/"): Answer(values=(v,)) for k, v in raw.items()}


TWO = said(
    any=True, med__0_in_name="furosemide", med__0_in_amount=1, med__0_in_times=2, med__1_in_name="pain pill",
    med__1_in_amount=2, med__1_in_times=4, med__1_in_stay__0_in_trouble="dizzy",
)  # fmt: skip


def test_a_branch_within_a_repetition_looks_at_that_repetition(medicines):
    asked = {place.key for place in walk(medicines, TWO) if place.enabled}
    assert "med#1/why" in asked
    assert "med#0/why" not in asked


def test_what_is_required_in_a_repetition_is_required_only_once_it_stands(medicines):
    begun = said(any=True)
    assert progress(medicines, begun).required_open == ()
    assert progress(medicines, begun | said(med__0_in_times=1)).required_open == ("med#0/name",)
    assert progress(medicines, TWO).required_open == ()


def test_a_group_that_must_stand_is_asked_for_as_often_as_it_must(medicines):
    least = [{"url": CORE + "questionnaire-minOccurs", "valueInteger": 2}]
    rows = [QUESTIONNAIRE["item"][0], QUESTIONNAIRE["item"][1] | {"extension": least}]
    instrument = instrument_from({"id": "m", "version": "1", "questionnaire": QUESTIONNAIRE | {"item": rows}})
    assert progress(instrument, said(any=True)).required_open == ("med#0/name", "med#1/name")
    with pytest.raises(NoSuchRepetition, match="At least 2"):
        without(TWO, "med#0", item_by_id(instrument, "med"))


def test_each_repetition_calculates_for_itself(medicines):
    made = with_calculated(medicines, TWO)
    assert (made["med#0/daily"].values, made["med#1/daily"].values) == ((2,), (8,))
    assert "daily" not in made
    only_second = {k: v for k, v in TWO.items() if not k.startswith("med#0")}
    assert with_calculated(medicines, only_second)["med#1/daily"].values == (8,)


def test_one_taken_away_moves_the_later_ones_up(medicines):
    left = without(TWO, "med#0", item_by_id(medicines, "med"))
    assert left["med#0/name"].values == ("pain pill",)
    assert left["med#0/stay#0/trouble"].values == ("dizzy",)
    assert not any(key.startswith("med#1") for key in left)
    with pytest.raises(NoSuchRepetition):
        without(TWO, "med#2", item_by_id(medicines, "med"))


@pytest.mark.parametrize(
    ("place", "there"),
    [("med#0/name", True), ("med#2/name", True), ("med#3/name", False), ("med#999/name", False), ("med/name", False),
     ("any#0/name", False), ("med#1/stay#1/trouble", True), ("med#1/stay#7/trouble", False), ("med#-1/name", False)],
)  # fmt: skip
def test_an_answer_sits_only_where_the_form_has_room(medicines, place, there):
    assert (place_of(medicines.items, place, TWO) is not None) is there


def test_a_response_travels_whole_and_is_checked_for_how_often_a_group_stands(medicines):
    response = to_response(medicines, TWO)
    assert [row["linkId"] for row in response["item"]] == ["any", "med", "med"]
    back = from_response(medicines, response)
    assert {k: a.values for k, a in back.items()} == {k: a.values for k, a in TWO.items()}
    assert check_response(QUESTIONNAIRE, response) == []
    one = response["item"][1]
    many = response | {"item": [response["item"][0], one, one, one, one]}
    assert [issue.text for issue in check_response(QUESTIONNAIRE, many)] == ["'med' stands at most 3 times, here 4"]


def test_points_and_safety_count_in_every_repetition():
    instrument = instrument_from(
        {
            "id": "falls", "title": "Falls", "version": "1",
            "items": [{"id": "fall", "type": "group", "text": "Fall", "repeats": True,
                       "items": [{"id": "hurt", "type": "integer", "text": "How hurt, 0 to 3", "min": 0, "max": 3}]}],
            "totals": [{"id": "harm", "items": ["hurt"], "main": True}],
            "safety": [{"id": "hurt_badly", "when": {"item": "hurt", "at_least": 3}, "severity": "critical"}],
        }
    )  # fmt: skip
    answers = said(fall__0_in_hurt=1, fall__1_in_hurt=3)
    assert score(instrument, answers).score == 4
    assert [flag.id for flag in flags_of(instrument, answers)] == ["hurt_badly"]


def test_a_question_takes_no_more_answers_than_it_may():
    item = item_by_id(
        instrument_from(
            {"id": "x", "title": "X", "version": "1",
             "items": [{"id": "a", "type": "string", "repeats": True, "max_occurs": 2, "min_occurs": 2}]}
        ), "a",
    )  # fmt: skip
    assert answer_of(item, ["one", "two"]).values == ("one", "two")
    with pytest.raises(UnacceptableAnswer, match="at most 2"):
        answer_of(item, ["one", "two", "three"])


def test_too_few_answers_stand_between_a_form_and_its_signature():
    form = instrument_from(
        {"id": "x", "title": "X", "version": "1",
         "items": [{"id": "a", "type": "string", "repeats": True, "min_occurs": 2}]}
    )  # fmt: skip
    assert progress(form, {"a": Answer(values=("one",))}).required_open == ("a",)
    assert progress(form, {"a": Answer(values=("one", "two"))}).required_open == ()


def test_a_whole_form_calculates_beside_its_repetitions(medicines):
    total = {
        "linkId": "all", "type": "integer", "text": "Medicines",
        "extension": [{"url": SDC + "calculatedExpression",
                       "valueExpression": {"expression": "%resource.item.where(linkId='med').count()"}}],
    }  # fmt: skip
    source = QUESTIONNAIRE | {"item": [*QUESTIONNAIRE["item"], total]}
    instrument = instrument_from({"id": "m", "version": "1", "questionnaire": source})
    assert score(instrument, TWO).results["all"] == 2
    assert with_calculated(instrument, TWO)["all"].values == (2,)
    assert isinstance(score(instrument, TWO).score, int | float | Decimal)
