"""What the chart shows, to whom, in how many statements."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from throughline.foundation.kernel.actions import NotFound
from throughline.record.chart.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    OutsideGoal,
    OutsidePlan,
    OutsideTeam,
)
from throughline.record.chart.queries import allergies, chart, conditions, encounters, latest_observations, series
from throughline.record.chart.tests.factories import fact, patient, user, viewer, weight
from throughline.record.chart.web.cards import main_cards, side_cards
from throughline.record.chart.web.markup import readings

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    return user()


@pytest.fixture
def of(nurse):
    return patient(seen_by=nurse)


def test_facts_come_newest_first_with_source_and_without_errors(nurse, of):
    old = {"effective_at": datetime(2019, 7, 1, tzinfo=UTC), "effective_precision": "month"}
    fact(Condition, of, display="Heart failure", status="active", **old)
    fact(Condition, of, display="Cough", status="resolved", effective_at=datetime(2026, 1, 5, tzinfo=UTC))
    fact(Condition, of, display="Wrong chart", status="active", verification="entered-in-error")
    found = conditions(viewer(nurse), of.id)
    assert [(one.display, one.current, one.source) for one in found] == [
        ("Cough", False, "ashford-ehr"),
        ("Heart failure", True, "ashford-ehr"),
    ]


def test_nobody_sees_the_chart_of_a_patient_that_is_not_hers(of):
    fact(Allergy, of, display="Penicillin", status="active")
    weight(of, 3, 82)
    stranger = viewer(user())
    assert allergies(stranger, of.id) == ()
    assert latest_observations(stranger, of.id) == ()
    assert series(stranger, of.id, "29463-7") == ()
    with pytest.raises(NotFound):
        chart(stranger, of.id)


def test_the_latest_value_with_those_before_and_the_change(nurse, of):
    for day, kilograms in ((1, 80.0), (9, 81.5), (4, 80.5), (12, 83.0)):
        weight(of, day, kilograms)
    weight(of, 20, 800, status="entered-in-error")
    (found,) = latest_observations(viewer(nurse), of.id, earlier=2)
    assert (found.latest.words, [one.number for one in found.earlier]) == ("83 kg", [81.5, 80.5])
    assert (found.change, found.total) == (1.5, 4)


def test_vital_signs_come_before_laboratory_values_and_the_list_is_bounded(nurse, of):
    weight(of, 20, 5.1, code="2823-3", display="Potassium", category="laboratory", unit="mmol/L")
    weight(of, 1, 82)
    weight(of, 21, 140, code="2951-2", display="Sodium", category="laboratory", unit="mmol/L")
    names = [one.name for one in latest_observations(viewer(nurse), of.id)]
    assert names == ["Body weight", "Sodium", "Potassium"]
    assert len(latest_observations(viewer(nurse), of.id, kinds=2)) == 2
    assert [one.name for one in latest_observations(viewer(nurse), of.id, categories=["vital-signs"])] == [
        "Body weight"
    ]


def test_values_without_a_code_are_kept_apart_by_their_words(nurse, of):
    for name in ("Mood", "Sleep"):
        weight(of, 3, 4, code="", code_system="", display=name, category="survey")
    assert {one.name for one in latest_observations(viewer(nurse), of.id)} == {"Mood", "Sleep"}


def test_a_series_is_bounded_by_time(nurse, of):
    for day in (1, 5, 9):
        weight(of, day, 80 + day)
    found = series(viewer(nurse), of.id, "29463-7", since=datetime(2026, 2, 4, tzinfo=UTC))
    assert [one.number for one in found] == [89, 85]


@pytest.mark.parametrize("size", [10, 50])
def test_the_whole_chart_takes_two_statements_at_any_size(nurse, of, size):
    for number in range(size):
        fact(Encounter, of, display=f"Visit {number}", status="finished")
        weight(of, 3, 80, code=f"code-{number}")
    reader = viewer(nurse)
    with CaptureQueriesContext(connection) as statements:
        chart(reader, of.id)
    assert len(statements) == 2  # may she, and all of it
    assert len(encounters(reader, of.id, newest=4)) == 4


def test_the_fragments_say_what_since_when_how_old_and_from_where(nurse, of):
    condition = fact(
        Condition,
        of,
        display="Heart failure",
        status="active",
        effective_at=datetime(2019, 7, 1, tzinfo=UTC),
        effective_precision="month",
    )
    goal = fact(
        OutsideGoal, of, display="Steady weight", status="active", targets=[{"measure": "Weight", "detail": "<84 kg"}]
    )
    fact(
        OutsidePlan,
        of,
        display="Heart failure clinic plan",
        status="active",
        activities=[{"text": "Daily weight", "status": "in-progress"}],
        addresses=[{"id": str(condition.id), "text": ""}],
        goals=[{"id": str(goal.id), "text": ""}],
    )
    fact(
        OutsideTeam,
        of,
        display="Clinic team",
        status="active",
        participants=[{"text": "Dr. Szabo", "role": "Cardiologist"}],
    )
    stay = {
        "effective_at": datetime(2026, 2, 1, 20, tzinfo=UTC),
        "effective_until": datetime(2026, 2, 6, 15, tzinfo=UTC),
    }
    fact(Encounter, of, display="Inpatient stay", status="finished", is_stay=True, effective_precision="second", **stay)
    weight(of, 12, 83.0)
    weight(of, 1, 80.0)
    found = chart(viewer(nurse), of.id)
    page = render_to_string("chart/_facts.html", main_cards(found, viewer(nurse)))
    for words in (
        "Heart failure", "Jul 2019", "6 y old", "ashford-ehr", "5 nights", "83 kg", "up", "Feb 12, 2026", "18 d old",
        "Daily weight (in progress)", "Steady weight, Weight &lt;84 kg", "Dr. Szabo, Cardiologist",
    ):  # fmt: skip
        assert words in page, words


def test_the_side_says_what_is_taken_and_what_harms(nurse, of):
    fact(Allergy, of, display="Penicillin", status="active", criticality="high", reactions="Hives (severe)")
    given = {"kind": "request", "code": "313988", "code_system": "rx"}
    fact(Medication, of, display="Furosemide 40 mg", status="active", dosage="twice a day", **given)
    fact(
        Medication,
        of,
        display="Furosemide 40 mg",
        status="stopped",
        effective_at=datetime(2020, 1, 1, tzinfo=UTC),
        **given,
    )
    fact(Medication, of, display="Warfarin", status="stopped", kind="request", code="11289")
    page = render_to_string("chart/_side.html", side_cards(chart(viewer(nurse), of.id), viewer(nurse)))
    assert page.count("Furosemide") == 1
    for words in ("Penicillin", "high risk", "Hives (severe)", "twice a day", "Stopped or completed", "Warfarin"):
        assert words in page, words


def test_a_sentence_among_earlier_values_may_be_broken_into_lines():
    shown = {"name": "Care wishes", "range": "", "author": "", "words": "new", "outside": "", "change": "", "when": "",
             "age": "", "source": "ehr"}  # fmt: skip
    said = readings([{**shown, "earlier": [{"words": "Bach, " * 9, "when": "2023"}, {"words": "no", "when": "2022"}]}])
    assert said.count('class="nowrap"') == 1


def test_an_allergy_that_is_inactive_is_still_said(nurse, of):
    fact(Allergy, of, display="Latex allergy", status="inactive")
    fact(Allergy, of, display="Peanuts", status="entered-in-error")
    page = render_to_string("chart/_side.html", side_cards(chart(viewer(nurse), of.id), viewer(nurse)))
    assert "None current on record" in page
    assert "Inactive or resolved" in page
    assert "Latex allergy" in page
    assert "Peanuts" not in page


def test_a_fact_without_date_or_name_says_so(nurse, of):
    fact(Condition, of, code="45473-6", display="45473-6", status="active")
    page = render_to_string("chart/_facts.html", main_cards(chart(viewer(nurse), of.id), viewer(nurse)))
    assert "Not named, code 45473-6" in page
    assert "no date, received Mar 2, 2026" in page


def test_an_empty_chart_says_so(nurse, of):
    found = chart(viewer(nurse), of.id)
    assert "No current condition is on record" in render_to_string(
        "chart/_facts.html", main_cards(found, viewer(nurse))
    )
    assert "not recorded is not the same as none" in render_to_string(
        "chart/_side.html", side_cards(found, viewer(nurse))
    )
