"""Where she stands in one sentence, from real facts; and the timeline of one thread."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.edge.desk.standing import contact_of, place_of, standing
from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions as careplan
from throughline.practice.careplan.actions import ActionIn, GoalIn
from throughline.practice.careplan.models import PlanAction
from throughline.practice.caseload.records import Due
from throughline.record.cases.actions import write_note
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Encounter
from throughline.record.chart.records.shown import ChartFact
from throughline.record.chart.tests.factories import fact
from throughline.record.tasks.actions import TaskIn, add_task, do_task

NOW = datetime(2026, 3, 12, 15, tzinfo=UTC)
ZONE = "America/New_York"
DAY = timedelta(days=1)


def stay(begins, ends=None, status="finished", **more):
    facts = {"is_stay": True, "provider": "Harbor Hospital", "discharge_disposition": ""} | more
    return ChartFact(
        NOW, "encounter", "Stay", "", "", status, begins, ends, "second", begins, begins, "ehr", "", "", True, facts
    )


def test_in_a_bed_the_day_it_began_is_day_one():
    said = place_of([stay(NOW - 2 * DAY, status="in-progress")], NOW, ZONE)
    assert said == "in hospital since Mar 10, day 3, Harbor Hospital"
    assert "day 1," in place_of([stay(NOW - timedelta(hours=2), status="in-progress")], NOW, ZONE)


def test_home_since_the_latest_discharge_or_where_else_she_went():
    old, late = stay(NOW - 60 * DAY, NOW - 50 * DAY), stay(NOW - 16 * DAY, NOW - 12 * DAY)
    assert place_of([old, late], NOW, ZONE) == "home since Feb 28, 12 d after discharge, Harbor Hospital"
    elsewhere = stay(NOW - 9 * DAY, NOW - 2 * DAY, discharge_disposition="Skilled nursing facility")
    assert place_of([old, elsewhere], NOW, ZONE) == "left hospital Mar 10 for Skilled nursing facility, Harbor Hospital"
    assert "home since" in place_of([stay(NOW - 9 * DAY, NOW - 2 * DAY, discharge_disposition="Home")], NOW, ZONE)


def test_what_is_planned_cancelled_long_ago_or_no_stay_says_nothing_of_where_she_is():
    none = "no hospital stay known in 90 days"
    for one in (
        stay(NOW - DAY, status="cancelled"),
        stay(NOW + DAY, status="planned"),
        stay(NOW - 300 * DAY, NOW - 200 * DAY),
        stay(NOW - DAY, NOW, is_stay=False),
    ):
        assert place_of([one], NOW, ZONE) == none
    assert place_of([], NOW, ZONE) == none


def due(verb, at, kind="task"):
    return Due("x", kind, None, None, 1, verb, "t", "", 5, "open", None, at, True, False, zone=ZONE, seen_at=NOW)


def test_the_next_contact_is_the_nearest_call_and_no_other_task():
    assert contact_of([due("Check", NOW)]) == "no contact planned"
    found = contact_of([due("Call", NOW + 3 * DAY), due("Call", NOW + timedelta(hours=2)), due("Check", NOW)])
    assert found == "next contact: 2 h, 1:00 PM"
    assert "late" in contact_of([due("Call", NOW - DAY)])
    unheard = Due("x", "cadence", None, None, 1, "Call", "t", "", 4, "open", None, None, False, False, zone=ZONE)
    assert contact_of([unheard]) == "a contact is due"


@pytest.mark.django_db
def test_the_page_says_it_and_the_timeline_narrows_to_a_thread_page_by_page():
    site, at = make_site(), datetime.now(UTC)
    nurse, patient = make_user("case_manager", site), make_patient(site)
    case_id = make_case(site, nurse, patient=patient, at=at - DAY)
    by = actor_for(nurse, at=at)
    fact(Encounter, patient, status="in-progress", is_stay=True, effective_at=at - DAY, provider="Harbor Hospital")
    call = TaskIn(
        patient_id=patient.id, title="weight", verb="Call", case_id=case_id, owner_id=nurse.id, due_at=at + DAY
    )
    add_task(patient_id=patient.id, task=call, by=by, at=at)
    suggested = SuggestedNeed("x", "Fluid overload", "physical", 42, (), "high", "immediate", ("Swollen legs",))
    need_id = raise_need(patient_id=patient.id, need=suggested, by=by, at=at)
    other = raise_need(
        patient_id=patient.id,
        need=SuggestedNeed("y", "Low mood", "emotional", 11, (), "low", "immediate", ("Cries",)),
        by=by,
        at=at,
    )
    due_on = (at + 9 * DAY).date()
    careplan.add_goal(need_id=need_id, goal=GoalIn(text="Dry weight", by_date=due_on), by=by, at=at)
    done = careplan.add_action(need_id=need_id, planned=ActionIn(text="Weigh daily", due_on=due_on), by=by, at=at)
    do_task(task_id=PlanAction.objects.get(pk=done).task_id, by=by, at=at)
    write_note(patient_id=patient.id, text="Of no thread", by=by, at=at)
    browser = signed_in(nurse)
    page = browser.get(reverse("desk:patient", args=[patient.id])).content.decode()
    assert "In hospital since yesterday, day 2, Harbor Hospital" in page
    assert "next contact: tomorrow" in page
    story = reverse("desk:story", args=[patient.id])
    fragment = {"headers": {"hx-request": "true"}}
    assert "Of no thread" in browser.get(story, **fragment).content.decode()
    shown = browser.get(f"{story}?thread={need_id}", **fragment).content.decode()
    assert "Of no thread" not in shown
    lines = shown.partition("<ol")[2]
    for told in ("Need: Fluid overload", "Goal: Dry weight", "Weigh daily", "Done"):
        assert told in lines
    assert "Low mood" in shown.partition("<ol")[0]
    assert "Low mood" not in lines
    assert (
        "Fluid overload" not in browser.get(f"{story}?thread={other}", **fragment).content.decode().partition("<ol")[2]
    )
    assert "Done" in browser.get(f"{story}?thread={need_id}&kind=tasks", **fragment).content.decode()
    assert "Goal:" not in browser.get(f"{story}?thread={need_id}&kind=tasks", **fragment).content.decode()
    for number in range(60):
        careplan.add_goal(need_id=need_id, goal=GoalIn(text=f"Goal {number}", by_date=due_on), by=by, at=at)
        write_note(patient_id=patient.id, text=f"Between {number}", by=by, at=at)
    first = browser.get(f"{story}?thread={need_id}", **fragment)
    assert first.content.decode().count("Goal: Goal") == 50
    older = browser.get(f"{story}?thread={need_id}&before={first.context['older']}".replace("+", "%2B"), **fragment)
    assert older.content.decode().count("Goal: Goal") == 10
    assert f"thread={need_id}" in first.content.decode()


def test_of_who_died_the_day_is_said_where_it_is_known():
    known = {"encounters": (), "case": None, "due": (), "deceased": True, "at": NOW, "zone": ZONE}
    assert str(standing(**known, died_at=datetime(2026, 3, 2, 2, tzinfo=UTC))) == "Died Mar 1, 2026."
    assert str(standing(**known)) == "Died."
