"""Two nurses edit the plan: different fields merge and it is said, the same field asks, nothing typed is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.drafts.rules import version_of
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.changing import ChangedMeanwhile
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.models import Need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions
from throughline.practice.careplan.actions import ActionIn, GoalIn
from throughline.practice.careplan.models import Barrier, Goal, PlanAction, Statement
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')
MAY = (NOW + timedelta(days=400)).date()


@pytest.fixture
def world():
    site = make_site()
    nurse, rosa = make_user("case_manager", site, name="Dana Reyes"), make_user("case_manager", site, name="Rosa Diaz")
    patient = make_patient(site)
    make_case(site, nurse, patient=patient)
    open_record(patient.id, site, user=rosa, kind="care_team")
    by = actor_for(nurse, at=NOW)
    suggested = SuggestedNeed("x", "Medicines", "physical", 42, (), "high", "immediate", ("Mixes them up",))
    need_id = raise_need(patient_id=patient.id, need=suggested, by=by, at=NOW)
    goal = GoalIn(text="Takes them as ordered", target="No missed dose", by_date=MAY)
    goal_id = actions.add_goal(need_id=need_id, goal=goal, by=by, at=NOW)
    browsers = []
    for user in (nurse, rosa):
        browsers.append(Client())
        browsers[-1].force_login(user)
    return patient, need_id, goal_id, by, browsers


def opened(browser, address):
    """Return what the opened form would send back unchanged."""
    answer = browser.get(address)
    assert answer.status_code == 200
    rows = answer.context["rows"]
    return {field.name: value for field, value, _ in rows} | {"seen": answer.context["seen"]}


def test_different_fields_merge_and_the_second_is_told(world):
    _, _, goal_id, _, (dana, rosa) = world
    address = f"/goal/{goal_id}/edit/"
    hers, mine = opened(rosa, address), opened(dana, address)
    assert rosa.post(address, hers | {"target": "No missed dose for 30 days"}).status_code == 302
    answer = dana.post(address, mine | {"text": "Takes every medicine as ordered"})
    assert answer.status_code == 302
    goal = Goal.objects.get()
    assert (goal.text, goal.target) == ("Takes every medicine as ordered", "No missed dose for 30 days")
    told = dana.get(answer["Location"].partition("#")[0]).content.decode()
    assert "Changed by Rosa Diaz and kept: Target" in told
    lines = JournalEntry.objects.filter(kind="careplan.changed").order_by("recorded_at")
    assert [(one.actor_name, one.payload["fields"]) for one in lines] == [
        ("Rosa Diaz", ["target"]), ("Dana Reyes", ["text"]),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(name="careplan.change-goal").count() == 2


def test_the_same_field_asks_and_both_keeps_both(world):
    _, _, goal_id, _, (dana, rosa) = world
    address = f"/goal/{goal_id}/edit/"
    hers, mine = opened(rosa, address), opened(dana, address)
    rosa.post(address, hers | {"words": "I want to remember my pills"})
    answer = dana.post(address, mine | {"words": "I want fewer pills", "text": "Takes fewer medicines"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Rosa Diaz" in page
    assert "<ins>fewer</ins>" in page
    assert "remember" in page
    assert Goal.objects.get().words == "I want to remember my pills"
    again: dict = {"keep.words": "both"}
    for name, value in HIDDEN.findall(page.partition("card conflict")[2]):
        again.setdefault(name, []).append(unescape(value))
    assert dana.post(address, again).status_code == 302
    goal = Goal.objects.get()
    assert goal.words == "I want to remember my pills\n\nI want fewer pills"
    assert goal.text == "Takes fewer medicines"


def test_of_two_dates_one_stays_and_neither_is_chosen_for_her(world):
    _, _, goal_id, _, (dana, rosa) = world
    address = f"/goal/{goal_id}/edit/"
    hers, mine = opened(rosa, address), opened(dana, address)
    june, july = MAY + timedelta(days=30), MAY + timedelta(days=60)
    rosa.post(address, hers | {"by_date": june.isoformat()})
    answer = dana.post(address, mine | {"by_date": july.isoformat()})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'value="both"' not in page
    assert "checked" not in page
    seen = [f"by_date:{version_of(june.isoformat())}"]
    dana.post(address, mine | {"by_date": july.isoformat(), "seen": seen, "keep.by_date": "theirs"})
    assert Goal.objects.get().by_date == june
    dana.post(address, mine | {"by_date": july.isoformat(), "seen": seen, "keep.by_date": "yours"})
    assert Goal.objects.get().by_date == july


def test_a_refusal_shows_the_form_again_with_what_was_typed(world):
    _, _, goal_id, _, (dana, _) = world
    address = f"/goal/{goal_id}/edit/"
    mine = opened(dana, address)
    for wrong, said in (
        ({"by_date": "soon"}, "Enter a date"),
        ({"by_date": "2020-01-01"}, "a date to come"),
        ({"importance": "11"}, "from 0 to 10"),
        ({"text": " "}, "Enter goal"),
    ):
        answer = dana.post(address, mine | {"words": "Mine stays"} | wrong)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert "Mine stays" in answer.content.decode()
    assert Goal.objects.get().words == ""


def test_a_change_between_reading_and_writing_is_never_written_over(world):
    _, _, goal_id, by, _ = world
    change = {"changes": {"text": "Mine"}, "was": {"text": "What I read"}}
    with pytest.raises(ChangedMeanwhile, match="this very moment"):
        actions.change_goal(goal_id=goal_id, **change, by=by, at=NOW)
    assert Goal.objects.get().text == "Takes them as ordered"


def test_an_action_takes_its_task_along(world):
    _, need_id, _, by, (dana, _) = world
    planned = ActionIn(text="Fill the pill box", due_on=MAY)
    key = actions.add_action(need_id=need_id, planned=planned, by=by, at=NOW)
    address = f"/plan-action/{key}/edit/"
    later = MAY + timedelta(days=7)
    answer = dana.post(address, opened(dana, address) | {"text": "Fill the box weekly", "due_on": later.isoformat()})
    assert answer.status_code == 302
    row, task = PlanAction.objects.get(), Task.objects.get()
    assert (row.text, row.due_on, task.title) == ("Fill the box weekly", later, "Fill the box weekly")
    assert task.due_at.date() == later


def test_need_barrier_and_statement_are_edited_the_same_way(world):
    patient, need_id, _, by, (dana, rosa) = world
    barrier_id = actions.add_barrier(need_id=need_id, domain="money", text="Copay", by=by, at=NOW)
    statement_id = actions.state(patient_id=patient.id, kind="emergency", text="Call her son", by=by, at=NOW)
    for address, field, model in (
        (f"/need/{need_id}/edit/", "text", Need),
        (f"/barrier/{barrier_id}/edit/", "text", Barrier),
        (f"/plan-statement/{statement_id}/edit/", "text", Statement),
    ):
        hers, mine = opened(rosa, address), opened(dana, address)
        assert rosa.post(address, hers | {field: "Hers"}).status_code == 302
        assert dana.post(address, mine | {field: "Mine"}).status_code == 409
        assert getattr(model.objects.get(), field) == "Hers"
    mine = opened(dana, f"/need/{need_id}/edit/")
    assert dana.post(f"/need/{need_id}/edit/", mine | {"priority": "low"}).status_code == 302
    assert Need.objects.get().priority == "low"
    mine = opened(dana, f"/need/{need_id}/edit/")
    assert dana.post(f"/need/{need_id}/edit/", mine | {"priority": "urgent"}).status_code == 422


def test_who_edits_a_goal_is_said_on_the_plan_and_who_only_reads_is_not(world):
    patient, _, goal_id, _, (dana, rosa) = world
    plan, goal = f"careplan.plan/patient_id/{patient.id}", f"careplan.edit-goal/goal_id/{goal_id}"
    poll = {"hx-request": "true", "x-throughline-poll": "1"}
    watched = {"key": plan, "words": "the plan", "watch": "1"}
    assert "editing" not in dana.post("/drafts/presence/", watched, headers=poll).content.decode()
    rosa.post("/drafts/presence/", {"key": goal, "words": "a goal", "within": plan}, headers=poll)
    assert (
        "Case manager, RD is editing a goal" in dana.post("/drafts/presence/", watched, headers=poll).content.decode()
    )
    assert "editing" not in rosa.post("/drafts/presence/", watched, headers=poll).content.decode()
    assert f'"{plan}"' in rosa.get(f"/goal/{goal_id}/edit/").content.decode()
    assert f'"{plan}"' in dana.get(f"/p/{patient.id}/plan/").content.decode()
