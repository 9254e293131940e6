"""A document shows what was done; a weight is held within a band of the patient's own; ratings as a picture."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.models import NeedEvidence
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import ActionIn, Chosen, GoalIn
from throughline.practice.careplan.records import EvidenceFact
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.actions import ReadingIn, enter_reading
from throughline.record.documents.actions import attach_file

pytestmark = pytest.mark.django_db
WEIGHT = "29463-7"


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


@pytest.fixture
def patient(nurse):
    site = nurse.grants.first().site
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def by(nurse):
    return actor_for(nurse, at=NOW)


@pytest.fixture
def need(patient, by):
    found = SuggestedNeed("x", "Heart", "physical", 27, (), "high", "immediate", ("Short of breath",))
    return raise_need(patient_id=patient.id, need=found, by=by, at=NOW)


@pytest.fixture
def browser(client, nurse):
    client.force_login(nurse)
    return client


def thread(nurse, patient, at=NOW):
    return queries.threads(viewer_for(nurse, at=at), patient.id)[0]


def planned(need, by, text):
    action = ActionIn(text=text, role="SW", category="CM", due_on=NOW.date() + timedelta(days=5))
    return actions.add_action(need_id=need, planned=action, by=by, at=NOW)


def test_a_file_of_the_right_name_closes_the_action_that_asks_for_it(nurse, patient, by, need):
    planned(need, by, "Advance directive on file")
    attach_file(patient_id=patient.id, name="bill.pdf", content=b"%PDF-1.7 An invoice", by=by, at=NOW)
    assert thread(nurse, patient).actions[0].status == "active"
    attach_file(patient_id=patient.id, name="Advance directive.pdf", content=b"%PDF-1.7 My sister", by=by, at=NOW)
    (done,) = thread(nurse, patient).actions
    assert (done.status, done.evidence[0].kind) == ("done", "document")
    assert done.evidence[0].sentence == "File kept: Advance directive.pdf"


def test_a_person_says_which_document_shows_an_action(nurse, patient, by, need, browser):
    action_id = planned(need, by, "Get the heart clinic's report")
    file_id = attach_file(patient_id=patient.id, name="clinic.pdf", content=b"%PDF-1.7 EF 38", by=by, at=NOW)
    address = reverse("careplan:show-action", args=[action_id])
    assert "File kept: clinic.pdf" in browser.get(address).content.decode()
    assert browser.post(address, {"document": "nothing"}).status_code == 422
    assert browser.post(address, {"document": str(file_id)}).status_code == 302
    assert thread(nurse, patient).actions[0].status == "done"
    again = EvidenceFact("document", str(file_id), "x", NOW, by.name)
    with pytest.raises(actions.UnableToPlan):
        actions.show_by_document(plan_action_id=action_id, document=again, by=by, at=NOW)
    actions.undo_evidence(
        patient_id=patient.id, kind="document", reference=str(file_id), reason="Somebody else's", by=by, at=NOW
    )
    assert thread(nurse, patient).actions[0].status == "active"


def test_a_document_speaks_for_a_need_once(nurse, patient, by, need, browser):
    file_id = attach_file(patient_id=patient.id, name="letter.pdf", content=b"%PDF-1.7 Her son", by=by, at=NOW)
    for _time in range(2):
        browser.post(reverse("careplan:show-need", args=[need]), {"document": str(file_id)})
    found = NeedEvidence.objects.get(need_id=need, kind="document")
    assert (found.source_id, found.sentence) == (file_id, "File kept: letter.pdf")


def weigh(patient, by, value, at):
    reading = ReadingIn(code=WEIGHT, value=value, unit="lb", taken_at=at)
    enter_reading(patient_id=patient.id, reading=reading, by=by, at=at)


def test_a_dry_weight_is_asked_for_and_then_judged_by_readings(nurse, patient, by, browser):
    proposal = queries.proposal_for(viewer_for(nurse, at=NOW), patient.id, chosen=["heart_failure"])
    key = next(goal.key for goal in proposal.goals if goal.measure and goal.measure.comparator == "near")
    actions.adopt(patient_id=patient.id, proposal=proposal, chosen=Chosen(goals=[key]), by=by, at=NOW)
    found = thread(nurse, patient)
    (goal,) = found.goals
    assert (goal.own_number, goal.within, goal.unit) == (True, "1.4", "kg")
    assert "no-number" in {gap.kind for gap in found.broken}
    browser.post(reverse("careplan:target", args=[goal.id]), {"middle": "70", "within": "2", "unit": "kg"})
    found = thread(nurse, patient)
    assert found.goals[0].target == "70 kg ± 2"
    assert "no-number" not in {gap.kind for gap in found.broken}
    band = queries.targets(viewer_for(nurse, at=NOW), patient.id)[WEIGHT]
    assert (band.low, band.high) == (149.9, 158.7)
    assert "149.9 to 158.7 lb" in band.words


def test_a_reading_above_and_below_the_band_is_outside_it(nurse, patient, by, need):
    goal = GoalIn(text="Stay at her dry weight", by_date=NOW.date() + timedelta(days=20), loinc=WEIGHT)
    goal_id = actions.add_goal(need_id=need, goal=goal, by=by, at=NOW)
    actions.set_target(goal_id=goal_id, middle=Decimal(154), within=Decimal(4), unit="lb", by=by, at=NOW)
    inside = []
    for day, value in ((1, 154.2), (2, 159.1), (3, 149.0), (4, 150.5)):
        at = NOW + timedelta(days=day)
        weigh(patient, by, value, at)
        inside.append(thread(nurse, patient, at + timedelta(minutes=1)).goals[0].standing.inside)
    assert inside == [True, False, False, True]


@pytest.mark.parametrize(("middle", "within", "unit"), [("70", "0", "kg"), ("70", "80", "kg"), ("70", "2", "mmHg")])
def test_a_band_of_nothing_or_in_a_strange_unit_is_refused(by, need, middle, within, unit):
    goal = GoalIn(text="Weight", by_date=NOW.date() + timedelta(days=20), loinc=WEIGHT)
    goal_id = actions.add_goal(need_id=need, goal=goal, by=by, at=NOW)
    with pytest.raises(actions.UnableToPlan):
        actions.set_target(goal_id=goal_id, middle=Decimal(middle), within=Decimal(within), unit=unit, by=by, at=NOW)


def test_ratings_over_time_are_drawn_with_their_table(patient, by, need, browser):
    for days, given in ((0, {"knowledge": 2, "behavior": 2, "status": 3}), (60, {"knowledge": 4, "behavior": 3})):
        at = NOW + timedelta(days=days)
        occasion = "interval" if days else "admission"
        actions.rate_need(need_id=need, ratings={**given}, occasion=occasion, by=by, at=at)
    html = browser.get(reverse("careplan:plan", args=[patient.id])).content.decode()
    assert "Ratings over time" in html
    assert f"-{need}-knowledge-t" in html
    assert f"-{need}-status-t" not in html, "one rating is no course"
    assert "2 readings as a table" in html
