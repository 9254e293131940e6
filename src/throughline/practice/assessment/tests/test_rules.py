"""Answers, branches, flow, totals, safety and conclusions, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from throughline.practice.assessment.events import AssessmentSigned
from throughline.practice.assessment.records import Absence, Answer, Chosen, Instrument
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.answers import UnacceptableAnswer, answer_of, digit_for
from throughline.practice.assessment.rules.branching import counting, kept_aside
from throughline.practice.assessment.rules.conclusions import conclusions, none_identified, unwritten
from throughline.practice.assessment.rules.definition import DefinitionProblem, instrument_of, item_by_id
from throughline.practice.assessment.rules.entry import read
from throughline.practice.assessment.rules.flow import next_place, previous_place, progress, sections
from throughline.practice.assessment.rules.scores import UnacceptableInput, compute, score_of
from throughline.practice.assessment.rules.scoring import flags_of, flags_on, score, suggested_needs


def made(**extra: Any) -> Instrument:
    """A small instrument that does not exist anywhere else."""
    base: dict[str, Any] = {
        "id": "small",
        "title": "Small",
        "version": "1",
        "items": [
            {"id": "1", "type": "integer", "min": 0, "max": 3, "required": True},
            {"id": "2", "type": "integer", "min": 0, "max": 3, "required": True},
            {"id": "3", "type": "string", "ask_when": [{"question": "1", "operator": ">", "answer": 1}]},
        ],
        "totals": [{"id": "score", "method": "sum", "items": ["1", "2"], "range": [0, 6]}],
    }
    return instrument_of({**base, **extra})


def given(instrument: Instrument, **raw: Any) -> dict[str, Answer]:
    return read(instrument, {key.lstrip("q"): value for key, value in raw.items()})[0]


def test_a_refusal_is_an_answer_and_never_a_zero() -> None:
    instrument = made()
    answers = given(instrument, q1="refused", q2=0)
    assert answers["1"].absent is Absence.REFUSED
    outcome = score(instrument, answers)
    assert (outcome.score, outcome.complete, outcome.missing) == (None, False, ("1",))
    assert outcome.absent == {"1": "refused"}
    assert progress(instrument, answers).finished


@pytest.mark.parametrize("word", ["refused", "unable", "not-asked"])
def test_every_absence_settles_the_question_without_a_score(word: str) -> None:
    phq9 = library.instruments()["phq9"]
    answers, _ = read(phq9, [0, 0, 0, word, 0, 0, 0, 0, 0])
    outcome = score(phq9, answers)
    assert outcome.score is None
    assert outcome.missing == ("4",)


def test_prorating_only_where_the_rule_allows_it() -> None:
    rule = {"rule": "prorate", "max_missing": 1}
    total = {"id": "score", "method": "sum", "items": ["1", "2"], "missing": rule, "range": [0, 6]}
    assert score(made(totals=[total]), given(made(), q1=3)).score == 6
    assert score(made(), given(made(), q1=3)).score is None
    assert score(made(totals=[total]), {}).score is None


def test_a_hidden_answer_is_kept_but_excluded() -> None:
    instrument = made()
    answers = given(instrument, q1=2, q2=1, q3="because")
    assert kept_aside(instrument, answers) == ()
    changed = {**answers, "1": answer_of(instrument.items[0], 1)}
    assert kept_aside(instrument, changed) == ("3",)
    assert "3" not in counting(instrument, changed)
    assert "3" in changed


def test_flow_goes_to_the_next_open_question_and_back() -> None:
    instrument = made()
    start = next_place(instrument, {})
    assert start is not None
    assert start.key == "1"
    answers = given(instrument, q1=3)
    after = next_place(instrument, answers, after="1")
    assert after is not None
    assert after.key == "2"
    answers = given(instrument, q1=3, q2=0)
    branch = next_place(instrument, answers, after="2")
    assert branch is not None
    assert branch.key == "3"
    assert next_place(instrument, given(instrument, q1=0, q2=0), after="2") is None
    back = previous_place(instrument, answers, "2")
    assert back is not None
    assert back.key == "1"
    assert previous_place(instrument, answers, "1") is None


def test_what_was_skipped_is_asked_again_at_the_end() -> None:
    instrument = made()
    answers = given(instrument, q2=1)
    place = next_place(instrument, answers, after="2")
    assert place is not None
    assert place.key == "1"


def test_item_nine_interrupts_at_once_whatever_the_total() -> None:
    phq9 = library.instruments()["phq9"]
    before = given(phq9, q1=1)
    after = given(phq9, q1=1, q9=1)
    assert flags_of(phq9, before) == ()
    (flag,) = flags_on(phq9, after, "9")
    assert (flag.id, flag.severity) == ("item9", "critical")
    assert any("988" in step for step in flag.steps)
    assert flags_on(phq9, after, "1") == ()
    assert score(phq9, after).score is None


def test_a_refused_item_nine_raises_no_flag_and_no_zero() -> None:
    phq9 = library.instruments()["phq9"]
    outcome = score(phq9, given(phq9, q9="refused"))
    assert outcome.flags == ()
    assert outcome.results["item9"] is None


def test_needs_carry_their_evidence_and_the_patients_words() -> None:
    phq9 = library.instruments()["phq9"]
    answers = read(phq9, [2, 2, 2, 2, 1, 1, 2, 0, 0])[0]
    answers["1"] = replace(answers["1"], words="Nothing is fun since he died")
    needs = {need.id: need for need in suggested_needs(phq9, answers)}
    assert set(needs) == {"low_mood", "poor_sleep"}
    low = needs["low_mood"]
    assert low.omaha == 11
    assert low.words == ("Nothing is fun since he died",)
    assert low.evidence[0] == "PHQ-9: 12, moderate"
    assert "Little interest or pleasure in doing things: More than half the days" in low.evidence


def test_cut_points_depend_on_sex_and_the_lower_one_serves_the_unknown() -> None:
    auditc = library.instruments()["auditc"]
    answers = read(auditc, [2, 1, 0])[0]
    outcomes = {sex: score(auditc, answers, {"sex": sex}).positive for sex in ("male", "female", "other")}
    assert outcomes == {"male": False, "female": True, "other": True}
    assert score(auditc, answers).positive is True


def test_digits_pick_options() -> None:
    phq9, hvs = library.instruments()["phq9"], library.instruments()["hvs"]
    assert [digit_for(phq9.items[0], o) for o in phq9.items[0].options] == ["0", "1", "2", "3"]
    assert [digit_for(hvs.items[0], o) for o in hvs.items[0].options] == ["1", "2", "3", "4"]
    auditc = library.instruments()["auditc"]
    digits = [digit_for(auditc.items[1], o) for o in auditc.items[1].options]
    assert len(set(digits)) == len(digits)


def test_several_answers_only_where_the_item_takes_them() -> None:
    ahc = library.instruments()["ahc_hrsn"]
    housing = item_by_id(ahc, "2")
    assert housing is not None
    assert answer_of(housing, ["Mold", "Water leaks"]).values == (Chosen("LA28580-1"), Chosen("LA32001-2"))
    with pytest.raises(UnacceptableAnswer, match="stands alone"):
        answer_of(housing, ["Mold", "None of the above"])
    with pytest.raises(UnacceptableAnswer, match="one answer"):
        answer_of(ahc.items[0], [1, 2])


def test_safety_score_of_social_needs_takes_all_four_items() -> None:
    ahc = library.instruments()["ahc_hrsn"]
    assert score(ahc, read(ahc, {"7": 5, "8": 5, "9": 5})[0]).results["safety_score"] is None
    outcome = score(ahc, read(ahc, {"7": 2, "8": 3, "9": 3, "10": 3})[0])
    assert [f.id for f in outcome.flags] == ["interpersonal_safety"]
    assert "7" not in progress(ahc, {}).open, "items without wording are entered, never asked"


def test_social_needs_without_the_safety_items_are_complete() -> None:
    ahc = library.instruments()["ahc_hrsn"]
    answers = read(ahc, {"1": 1, "2": "None of the above", "3": "Never true", "4": "Never true", "5": "No", "6": "No"})[
        0
    ]
    outcome = score(ahc, answers)
    assert outcome.complete
    assert outcome.positive is False
    hungry = score(ahc, read(ahc, {"3": "Often true"})[0])
    assert hungry.positive is True


def test_every_domain_ends_in_a_written_conclusion_with_its_own_date_and_author() -> None:
    form = library.instruments()["comprehensive"]
    assert [i.id for i in form.items] == [f"A{n}" for n in range(1, 25)]
    assert len(unwritten(form, {})) == 24
    when = datetime(2026, 3, 9, 14, 31, tzinfo=UTC)
    answers = read(form, {"A8.3": "Alone", "A8.2": "Yes", "A8.conclusion": "Lives alone; no social needs met at home"})[
        0
    ]
    answers["A8.conclusion"] = replace(answers["A8.conclusion"], by="D. Whitfield-Osei, RN", at=when)
    answers |= read(form, {"A11.conclusion": "None identified"})[0]
    found = {c.domain: c for c in conclusions(form, answers)}
    assert found["a8"].findings[0] == "Lives: Alone"
    assert (found["a8"].author, found["a8"].at) == ("D. Whitfield-Osei, RN", when)
    assert none_identified(found["a11"])
    assert not none_identified(found["a1"])
    assert len(unwritten(form, answers)) == 22


def test_sections_show_where_the_assessment_stands() -> None:
    form = library.instruments()["comprehensive"]
    answers = read(form, {"A10.1": "Spanish"})[0]
    states = {s.id: s.state for s in sections(form, answers)}
    assert states["A10"] == "now"
    assert states["A1"] == "todo"
    assert len(states) == 24


def test_living_alone_and_low_mood_become_needs() -> None:
    form = library.instruments()["comprehensive"]
    needs = {n.id: n for n in suggested_needs(form, read(form, {"A8.3": "Alone"})[0])}
    assert set(needs) == {"living_alone"}
    assert needs["living_alone"].icd10 == ("Z60.2",)
    assert needs["living_alone"].evidence == ("Lives: Alone",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"items": []}, "'items' is missing"),
        ({"items": [{"type": "integer"}]}, "without an id"),
        ({"items": [{"id": "1", "type": "number"}]}, "no type of item"),
        ({"items": [{"id": "1", "options": "nowhere"}]}, "no list of options"),
        ({"totals": [{"id": "score", "items": ["7"]}]}, "names what is not there: 7"),
        ({"totals": [{"id": "score", "method": "guess"}]}, "no such method"),
        ({"safety": [{"id": "x", "when": {"item": "9", "at_least": 1}}]}, "names what is not there: 9"),
        ({"safety": [{"id": "x", "severity": "bad", "when": {"item": "1"}}]}, "no severity"),
    ],
)
def test_a_definition_that_cannot_be_used_says_why(change: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionProblem, match=says):
        made(**change)


def test_overlapping_bands_are_refused() -> None:
    bands = [{"from": 0, "to": 4, "label": "a"}, {"from": 4, "to": 6, "label": "b"}]
    with pytest.raises(DefinitionProblem, match="overlap"):
        made(totals=[{"id": "score", "items": ["1", "2"], "bands": bands}])


def test_dates_keep_to_their_limits() -> None:
    form = instrument_of({"id": "d", "title": "D", "version": "1", "items": [{"id": "1", "type": "date"}]})
    assert answer_of(form.items[0], "2026-03-09").values == (date(2026, 3, 9),)
    with pytest.raises(UnacceptableAnswer, match="2026-03-09"):
        answer_of(form.items[0], "March 9")


def test_every_loinc_code_passes_its_check_digit() -> None:
    from throughline.practice.assessment.rules.definition import every_item

    for instrument in library.instruments().values():
        codes = [instrument.panel_code, *(t.code for t in instrument.totals)]
        codes += [i.code for i in every_item(instrument.items)]
        for code in filter(None, codes):
            assert check_digit(code), f"{instrument.id}: {code}"


def check_digit(code: str) -> bool:
    """LOINC's own check digit: Luhn's, modulus 10."""
    digits, _, last = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return (10 - total % 10) % 10 == int(last)


def test_bands_cover_the_range_without_a_gap() -> None:
    for instrument in library.instruments().values():
        for total in instrument.totals:
            if not total.bands:
                continue
            assert total.bands[0].lowest == total.lowest, instrument.id
            assert total.bands[-1].highest == total.highest, instrument.id
            for lower, upper in zip(total.bands, total.bands[1:], strict=False):
                assert upper.lowest - lower.highest == Decimal(1), instrument.id


def test_a_required_question_that_is_not_asked_is_not_missing() -> None:
    rows = [
        {"id": "1", "type": "boolean", "required": True},
        {
            "id": "g",
            "type": "group",
            "ask_when": [{"question": "1", "operator": "=", "answer": True}],
            "items": [{"id": "2", "type": "integer", "required": True}],
        },
    ]
    form = made(items=rows, totals=[{"id": "score", "items": ["2"], "missing": {"rule": "all"}}])
    assert score(form, given(form, q1=True)).missing == ("2",)
    assert score(form, given(form, q1=False)).missing == ()
    assert progress(form, given(form, q1=False)).finished


def test_a_chain_of_branches_closes_as_a_whole() -> None:
    rows = [
        {"id": "1", "type": "boolean"},
        {"id": "2", "type": "boolean", "ask_when": [{"question": "1", "operator": "=", "answer": True}]},
        {"id": "3", "type": "string", "ask_when": [{"question": "2", "operator": "=", "answer": True}]},
    ]
    form = made(items=rows, totals=[])
    answers = given(form, q1=False, q2=True, q3="kept")
    assert set(counting(form, answers)) == {"1"}
    assert kept_aside(form, answers) == ("2", "3")


def test_a_language_is_offered_only_whole_and_with_its_source() -> None:
    spanish = {"languages": ["en", "es"], "translations": {"es": {"source": "the authors", "confidence": "V2"}}}
    asked = [{"id": "1", "type": "string", "text": {"en": "How are you?"}}]
    with pytest.raises(DefinitionProblem, match="has no wording in 'es'"):
        made(**spanish, items=asked, totals=[])
    with pytest.raises(DefinitionProblem, match="come from"):
        made(languages=["en", "es"])


def test_the_shipped_translations_ask_the_same_number_of_questions() -> None:
    worded = [one for one in library.instruments().values() if "es" in one.languages]
    assert {one.id for one in worded} >= {"phq2", "phq9", "gad7"}
    for one in worded:
        assert one.translations["es"].source
        english = [item.text.get("en") for item in one.items]
        assert len({item.text["es"] for item in one.items}) == len(set(english))


@pytest.mark.parametrize("kind", ["integer", "decimal", "quantity"])
@pytest.mark.parametrize("raw", ["9" * 31, "1e31", "1e999999999", "-1e-999999999", "0e999999999"])
def test_a_number_nobody_measures_is_refused_before_it_is_written_out(kind: str, raw: str) -> None:
    item = made(items=[{"id": "1", "type": kind}], totals=[]).items[0]
    with pytest.raises(UnacceptableAnswer, match="at most 30 digits"):
        answer_of(item, raw)
    assert answer_of(item, "9" * 30).given
    with pytest.raises(UnacceptableInput):
        compute(score_of(OWN_SCORE), {"weight": raw})


OWN_SCORE = {
    "id": "own", "title": "Own", "version": "1", "method": "single",
    "inputs": [{"name": "weight", "type": "decimal"}], "examples": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("score", "band", "said"),
    [
        ("12", "moderate", "Signs signed: 12, moderate."),
        ("at_risk", "at_risk", "Signs signed: at risk."),
        ("", "", "Signs signed."),
    ],
)
def test_the_story_says_a_result_in_words(score, band, said):
    told = AssessmentSigned(
        patient_id=uuid4(),
        site_id=uuid4(),
        assessment_id=uuid4(),
        instrument="x",
        title="Signs",
        score=score,
        band=band,
    )
    assert told.sentence() == said
