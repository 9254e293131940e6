"""Units, plausible values, words, and what is current."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.record.chart.events import RecordReceived
from throughline.record.chart.records.shown import ChartFact
from throughline.record.chart.rules.currency import is_current
from throughline.record.chart.rules.measures import by_code
from throughline.record.chart.rules.units import Implausible, UnknownUnit, kept_value
from throughline.record.chart.rules.values import component_words, number_words, outside_range, value_words
from throughline.record.chart.web import cards

AT = datetime(2026, 3, 2, tzinfo=UTC)
WEIGHT, TEMPERATURE, GLUCOSE = (by_code()[code].measurement for code in ("29463-7", "8310-5", "2339-0"))


@pytest.mark.parametrize(
    ("measurement", "value", "unit", "kept"),
    [
        (WEIGHT, 180, "lb", 81.646627),
        (WEIGHT, 81.6, "", 81.6),
        (WEIGHT, 3200, "g", 3.2),
        (TEMPERATURE, 98.6, "°F", 37.0),
        (TEMPERATURE, 37, "Cel", 37),
        (GLUCOSE, 5.5, "mmol/L", 99.088),
        (by_code()["8302-2"].measurement, 65, "inches", 165.1),
    ],
)
def test_units_become_the_one_that_is_kept(measurement, value, unit, kept):
    assert kept_value(measurement, value, unit) == pytest.approx(kept, abs=1e-6)


@given(st.floats(min_value=1, max_value=1400))
def test_pounds_and_kilograms_agree(pounds):
    assert kept_value(WEIGHT, pounds, "lb") == pytest.approx(kept_value(WEIGHT, pounds * 0.45359237, "kg"), abs=2e-6)


@pytest.mark.parametrize(
    ("measurement", "value", "unit"),
    [(WEIGHT, 8240, "kg"), (TEMPERATURE, 98.6, ""), (GLUCOSE, 0, ""), (WEIGHT, float("nan"), ""), (WEIGHT, -4, "lb")],
)
def test_slips_of_the_keyboard_are_caught(measurement, value, unit):
    with pytest.raises(Implausible, match="not plausible"):
        kept_value(measurement, value, unit)


def test_a_unit_of_something_else_is_refused_with_those_that_fit():
    with pytest.raises(UnknownUnit, match=r"kg, \[lb_av\]"):
        kept_value(WEIGHT, 80, "mmol/L")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (78.51918617399444, "78.5"),
        (7.0, "7"),
        (0.994, "0.994"),
        (138.2, "138.2"),
        (1234.6, "1235"),
        (0.00002, "2.00e-05"),
        (-1e308, "-1e+308"),
    ],
)
def test_numbers_are_rounded_for_the_eye(value, words):
    assert number_words(value) == words


def test_values_read_as_a_nurse_writes_them():
    assert value_words(7, "<", "%", "") == "<7 %"
    assert value_words(37.2, "", "Cel", "") == "37.2 °C"
    assert value_words(742, "", "mg/g{creat}", "") == "742 mg/g creat"
    assert value_words(26, "", "{pack-years}", "") == "26 pack-years"
    assert value_words(None, "", "", "Never smoker") == "Never smoker"
    two = [
        {"code": "8462-4", "number": 86, "unit": "mm[Hg]"},
        {"code": "8480-6", "number": 148, "unit": "mm[Hg]"},
    ]
    assert component_words(two) == "148/86 mmHg"
    assert component_words([{"display": "Housing", "text": "Stable"}, {"code": "x"}]) == "Housing: Stable"


@pytest.mark.parametrize(
    ("number", "low", "high", "interpretation", "outside"),
    [
        (6.1, 3.5, 5.1, "", "high"),
        (3.0, 3.5, 5.1, "", "low"),
        (6.1, 3.5, 5.1, "N", ""),
        (4.0, None, None, "H", "high"),
        (4.0, None, None, "LL", "critical"),
        (None, 1, 2, "", ""),
    ],
)
def test_what_lies_outside_its_range(number, low, high, interpretation, outside):
    assert outside_range(number, low, high, interpretation) == outside


@pytest.mark.parametrize(
    ("kind", "status", "verification", "until", "current"),
    [
        ("condition", "active", "confirmed", None, True),
        ("condition", "", "", None, True),
        ("condition", "resolved", "confirmed", None, False),
        ("condition", "active", "refuted", None, False),
        ("condition", "active", "entered-in-error", None, False),
        ("condition", "active", "", AT - timedelta(days=1), False),
        ("medication", "active", "", None, True),
        ("medication", "stopped", "", None, False),
        ("outsideplan", "active", "", AT - timedelta(days=1), False),
        ("outsidegoal", "active", "", AT - timedelta(days=1), True),
        ("encounter", "finished", "", None, True),
    ],
)
def test_what_is_current(kind, status, verification, until, current):
    assert is_current(kind, status, verification, until, AT) is current


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"Condition": 12, "Observation": 1340}, "12 conditions, 1,340 observations"),
        ({"Patient": 1, "Condition": 1}, "particulars, 1 condition"),
        ({"Claim": 2}, "2 other records"),
        ({}, "nothing new"),
    ],
)
def test_a_receipt_is_told_in_words(counts, words):
    event = RecordReceived(site_id=None, source="St. Anne", counts=counts)
    assert event.sentence() == f"Record received from St. Anne: {words}."


@pytest.mark.parametrize(
    ("display", "targets", "words"),
    [
        ("Blood pressure under 130/80", [{"measure": "Blood pressure under 130/80", "detail": "", "due": "2027-01-21"}],
         "by Jan 21, 2027"),
        ("Lose weight", [{"measure": "Weight", "detail": "165 to 169 lb", "due": "2026-12"}],
         "Weight 165 to 169 lb by 2026-12"),
        ("Wound closed", [], ""),
    ],
)  # fmt: skip
def test_an_outside_goal_says_its_target_once_with_the_day_in_words(display, targets, words):
    nothing = dict.fromkeys(("effective_at", "effective_until", "recorded_at"))
    goal = ChartFact(
        id=uuid4(), kind="outsidegoal", display=display, code_system="", code="", status="active", precision="",
        received_at=AT, source="", author="", note="", current=True, more={"targets": targets}, **nothing,
    )  # fmt: skip
    assert cards._target(goal) == words
