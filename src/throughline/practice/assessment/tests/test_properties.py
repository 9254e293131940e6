"""Random questionnaires and answers: totals equal an independent recomputation, and no rule is ever bent."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.practice.assessment.records import Absence, Answer, Instrument
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.answering import as_json, score_with
from throughline.practice.assessment.rules.answers import UnacceptableAnswer
from throughline.practice.assessment.rules.branching import counting, walk
from throughline.practice.assessment.rules.definition import instrument_of
from throughline.practice.assessment.rules.entry import read
from throughline.practice.assessment.rules.fhir_questionnaire import CORE, SDC, from_questionnaire
from throughline.practice.assessment.rules.fhir_response import from_response, to_response
from throughline.practice.assessment.rules.flow import next_place, progress
from throughline.practice.assessment.rules.response_check import check_response
from throughline.practice.assessment.rules.scores import UnacceptableInput
from throughline.practice.assessment.rules.scoring import flags_of, score

ABSENCES = st.sampled_from(list(Absence))


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    """Content of a questionnaire of scored choices, some asked only after an earlier answer."""
    count = draw(st.integers(min_value=1, max_value=8))
    rows: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        scores = draw(st.lists(st.integers(-2, 9), min_size=1, max_size=5, unique=True))
        row: dict[str, Any] = {
            "id": str(number),
            "required": draw(st.booleans()),
            "options": [{"key": f"o{n}", "text": f"Option {n}", "score": s} for n, s in enumerate(scores)],
        }
        if number > 1 and draw(st.booleans()):
            asked = draw(st.integers(1, number - 1))
            key = draw(st.sampled_from(rows[asked - 1]["options"]))["key"]
            row["ask_when"] = [
                {"question": str(asked), "operator": draw(st.sampled_from(["=", "!=", "exists"])), "answer": key}
            ]
            if row["ask_when"][0]["operator"] == "exists":
                row["ask_when"][0]["answer"] = True
        rows.append(row)
    missing = draw(st.sampled_from([{"rule": "all"}, {"rule": "none"}, {"rule": "prorate", "max_missing": 2}]))
    total = {"id": "score", "method": draw(st.sampled_from(["sum", "mean"])), "missing": missing, "decimals": 2}
    total["items"] = [row["id"] for row in rows]
    return {"id": "random", "title": "Random", "version": "1", "items": rows, "totals": [total]}


@st.composite
def filled(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A form with raw answers: an option, an absence, or nothing."""
    form = draw(forms())
    raw: dict[str, Any] = {}
    for row in form["items"]:
        keys = [option["key"] for option in row["options"]]
        raw[row["id"]] = draw(st.one_of(st.none(), st.sampled_from(keys), ABSENCES.map(lambda a: a.value)))
    return form, raw


def asked_of(form: dict[str, Any], raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that are asked, by the branches alone."""
    found: list[dict[str, Any]] = []
    for row in form["items"]:
        (branch,) = row.get("ask_when", [None])
        earlier = raw[branch["question"]] if branch and branch["question"] in {r["id"] for r in found} else None
        value = earlier if str(earlier).startswith("o") else None
        outcomes = {
            "exists": value is not None,
            "=": branch and value == branch["answer"],
            "!=": branch and value is not None and value != branch["answer"],
        }
        if branch is None or outcomes[branch["operator"]]:
            found.append(row)
    return found


def recomputed(form: dict[str, Any], raw: dict[str, Any]) -> tuple[Decimal | None, list[str]]:
    """The total by another road: straight over the raw rows, no engine."""
    points: list[Decimal] = []
    missing: list[str] = []
    for row in asked_of(form, raw):
        scores = {option["key"]: Decimal(option["score"]) for option in row["options"]}
        if raw[row["id"]] in scores:
            points.append(scores[raw[row["id"]]])
        else:
            missing.append(row["id"])
    total = form["totals"][0]
    most = {"all": 0, "none": 99, "prorate": 2}[total["missing"]["rule"]]
    if not points or len(missing) > most:
        return None, missing
    if total["method"] == "mean":
        return sum(points) / len(points), missing
    if total["missing"]["rule"] == "prorate" and missing:
        whole = sum(points) * (len(points) + len(missing)) / len(points)
        return Decimal(int((abs(whole) + Decimal("0.5")) // 1)) * (1 if whole >= 0 else -1), missing
    return sum(points, Decimal(0)), missing


@settings(max_examples=400, deadline=None)
@given(filled())
def test_totals_equal_an_independent_recomputation(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    form, raw = pair
    instrument = instrument_of(form)
    outcome = score(instrument, read(instrument, raw)[0])
    wanted, missing = recomputed(form, raw)
    if wanted is None:
        assert outcome.score is None
        assert not outcome.complete or not missing
    else:
        assert abs(Decimal(str(outcome.score)) - wanted) <= Decimal("0.005")
    assert set(missing) <= set(outcome.missing)


@settings(max_examples=200, deadline=None)
@given(filled())
def test_a_refusal_never_counts_as_any_option(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    form, raw = pair
    instrument = instrument_of(form)
    refused = {key: ("refused" if not str(value).startswith("o") else value) for key, value in raw.items()}
    absent = {key: (None if not str(value).startswith("o") else value) for key, value in raw.items()}
    assert score(instrument, read(instrument, refused)[0]).score == score(instrument, read(instrument, absent)[0]).score


@settings(max_examples=200, deadline=None)
@given(filled())
def test_flow_settles_every_due_question_and_then_stops(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    form, _ = pair
    instrument = instrument_of(form)
    answers: dict[str, Answer] = {}
    place = next_place(instrument, answers)
    for _step in range(40):
        if place is None:
            break
        answers[place.key] = Answer(absent=Absence.REFUSED)
        place = next_place(instrument, answers, after=place.key)
    assert place is None
    assert progress(instrument, answers).open == ()
    assert counting(instrument, answers).keys() <= {p.key for p in walk(instrument, answers) if p.enabled}


@settings(max_examples=200, deadline=None)
@given(filled())
def test_answers_survive_the_way_through_fhir(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    form, raw = pair
    instrument = instrument_of(form)
    answers = read(instrument, raw)[0]
    back = from_response(instrument, to_response(instrument, answers))
    kept = {key: a for key, a in counting(instrument, answers).items() if a.given}
    assert {key: a.values for key, a in back.items() if a.given} == {key: a.values for key, a in kept.items()}


def as_fhir(form: dict[str, Any]) -> dict[str, Any]:
    """The same form as a Questionnaire whose total is a FHIRPath expression."""
    rows = []
    for row in form["items"]:
        options = [
            {
                "valueCoding": {
                    "code": option["key"],
                    "extension": [{"url": CORE + "ordinalValue", "valueDecimal": option["score"]}],
                }
            }
            for option in row["options"]
        ]
        rows.append({"linkId": row["id"], "type": "choice", "answerOption": options})
    expression = "item.where(linkId != 't').answer.value.ordinal().sum()"
    calculated = {"url": SDC + "calculatedExpression", "valueExpression": {"expression": expression}}
    rows.append({"linkId": "t", "type": "decimal", "readOnly": True, "extension": [calculated]})
    return {"resourceType": "Questionnaire", "id": "r", "item": rows}


@settings(max_examples=60, deadline=None)
@given(filled())
def test_a_questionnaire_computes_what_we_compute(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    form, raw = pair
    plain = {key: value for key, value in raw.items() if isinstance(value, str) and value.startswith("o")}
    source = as_fhir(form)
    instrument = from_questionnaire(source)
    answers = read(instrument, plain)[0]
    scores = {row["id"]: {o["key"]: o["score"] for o in row["options"]} for row in form["items"]}
    wanted = sum(scores[key][value] for key, value in plain.items())
    got = score(instrument, answers).score
    assert (got or 0) == wanted
    assert [i for i in check_response(source, to_response(instrument, answers)) if i.severity == "error"] == []


FOUR = st.integers(0, 3)


@settings(max_examples=200, deadline=None)
@given(st.lists(FOUR, min_size=9, max_size=9), st.integers(0, 8))
def test_more_points_never_mean_a_lighter_band(answers: list[int], place: int) -> None:
    phq9 = library.instruments()["phq9"]
    order = [band.label for band in phq9.totals[0].bands]
    more = [min(3, a + 1) if n == place else a for n, a in enumerate(answers)]
    less_, more_ = score(phq9, read(phq9, answers)[0]), score(phq9, read(phq9, more)[0])
    assert less_.score == sum(answers)
    assert order.index(str(less_.band)) <= order.index(str(more_.band))
    assert (answers[8] > 0) is bool(less_.flags)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.integers(1, 8).map(str), st.one_of(FOUR, st.just("refused")), max_size=8), st.integers(1, 3))
def test_item_nine_fires_whatever_else_is_answered(others: dict[str, Any], nine: int) -> None:
    phq9 = library.instruments()["phq9"]
    assert [f.id for f in flags_of(phq9, read(phq9, {**others, "9": nine})[0])] == ["item9"]
    assert flags_of(phq9, read(phq9, {**others, "9": 0})[0]) == ()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 40), st.booleans(), st.integers(0, 10), st.integers(0, 10), st.integers(0, 3))
def test_lace_never_falls_when_anything_grows(los: int, acute: bool, cci: int, ed: int, grown: int) -> None:
    lace = library.scores()["lace"]
    base = {"los": los, "acute": acute, "cci": cci, "ed": ed}
    before = score_with(lace, base)
    bigger = dict(base)
    name = ("los", "cci", "ed", "acute")[grown]
    bigger[name] = True if name == "acute" else base[name] + 1  # type: ignore[operator]
    after = score_with(lace, bigger)
    assert after.score >= before.score
    assert before.score == sum(before.components.values())
    assert 0 <= before.score <= 19


def everything() -> list[Any]:
    return [*library.instruments().values(), *library.scores().values()]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 120), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nothing_that_can_be_sent_breaks_a_score(data: st.DataObject) -> None:
    known = data.draw(st.sampled_from(everything()))
    names = [i.name for i in getattr(known, "inputs", ())] or ["1", "2", "3", "9", "answers", "sex", "yes", "all"]
    raw = data.draw(st.one_of(JSON, st.dictionaries(st.sampled_from(names), JSON, max_size=5)))
    try:
        outcome = score_with(known, raw)
    except (UnacceptableAnswer, UnacceptableInput):
        return
    printed = as_json(outcome)
    assert printed["score"] is None or printed["missing"] == [] or isinstance(known, Instrument)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 90), st.lists(st.tuples(st.integers(0, 120), st.integers(1, 90)), max_size=8))
def test_days_covered_equal_a_day_by_day_count(period: int, fills: list[tuple[int, int]]) -> None:
    pdc = library.scores()["pdc"]
    rows = [{"day": day, "supply": supply} for day, supply in fills]
    outcome = score_with(pdc, {"fills": rows, "period_days": period})
    start = min((day for day, _ in fills), default=0)
    at_hand, covered, waiting = 0, 0, sorted(fills)
    for day in range(start, start + period):
        while waiting and waiting[0][0] <= day:
            at_hand += waiting.pop(0)[1]
        if at_hand:
            covered, at_hand = covered + 1, at_hand - 1
    assert outcome.results["covered"] == covered
