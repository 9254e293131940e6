"""Beside goals and actions: barriers, wishes, plans for emergencies, progress, ratings, sign-off, expiry."""

from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import GoalIn
from throughline.practice.careplan.models import Barrier, OmahaRating, PlanVersion, Statement
from throughline.practice.careplan.rules import library
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


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
    found = SuggestedNeed("x", "Medicines", "physical", 42, (), "high", "immediate", ("Mixes them up",))
    return raise_need(patient_id=patient.id, need=found, by=by, at=NOW)


def thread(nurse, patient, at=NOW):
    return queries.threads(viewer_for(nurse, at=at), patient.id)[0]


def test_a_barrier_has_a_coded_domain_and_an_outcome(nurse, patient, by, need):
    with pytest.raises(actions.UnableToPlan, match="what kind of barrier"):
        actions.add_barrier(need_id=need, domain="bad luck", text="x", by=by, at=NOW)
    barrier_id = actions.add_barrier(need_id=need, domain="money", text="Cannot pay the copay", by=by, at=NOW)
    with pytest.raises(actions.UnableToPlan, match="what was done"):
        actions.end_barrier(barrier_id=barrier_id, status="overcome", outcome=" ", by=by, at=NOW)
    actions.end_barrier(barrier_id=barrier_id, status="overcome", outcome="Extra Help approved", by=by, at=NOW)
    (found,) = thread(nurse, patient).barriers
    assert (found.domain_title, found.status, found.outcome) == ("Money", "overcome", "Extra Help approved")


def test_the_emergency_plan_is_one_and_preferences_are_many(nurse, patient, by, need):
    for text in ("Call 911, then Marisol", "Call Marisol first"):
        actions.state(patient_id=patient.id, kind="emergency", text=text, by=by, at=NOW)
    for text in ("Calls after 10", "A woman as aide"):
        actions.state(patient_id=patient.id, kind="preference", text=text, need_id=need, by=by, at=NOW)
    found = queries.plan_of(viewer_for(nurse, at=NOW), patient.id)
    assert [s.text for s in found.statements if s.kind == "emergency"] == ["Call Marisol first"]
    assert {s.text for s in found.threads[0].preferences} == {"Calls after 10", "A woman as aide"}
    actions.end_statement(statement_id=Statement.objects.get(text="Calls after 10").id, by=by, at=NOW)
    assert [s.text for s in thread(nurse, patient).preferences] == ["A woman as aide"]


def test_omaha_ratings_over_time_in_the_words_of_the_book(nurse, patient, by, need):
    later = NOW + timedelta(days=60)
    first = {"knowledge": 2, "behavior": 2, "status": 3}
    actions.rate_need(need_id=need, ratings=first, occasion="admission", by=by, at=NOW)
    last = {"knowledge": 4, "behavior": 4, "status": 4}
    actions.rate_need(need_id=need, ratings=last, occasion="discharge", by=actor_for_later(nurse, later), at=later)
    newest, oldest = thread(nurse, patient, at=later).ratings
    change = {part: getattr(newest, part) - getattr(oldest, part) for part in first}
    assert change == {"knowledge": 2, "behavior": 2, "status": 1}
    assert library.rating_words()["knowledge"][4] == "adequate knowledge"
    for wrong in ({"knowledge": 0}, {"knowledge": 6}, {}, {"mood": 3}):
        with pytest.raises(actions.UnableToPlan):
            actions.rate_need(need_id=need, ratings=wrong, occasion="interval", by=by, at=NOW)
    assert OmahaRating.objects.count() == 2


def actor_for_later(nurse, at):
    return actor_for(nurse, at=at)


def test_progress_of_a_goal_over_time_and_what_it_matters(nurse, patient, by, need):
    goal = GoalIn(text="Name each medicine", target="all", by_date=NOW.date() + timedelta(days=30))
    goal_id = actions.add_goal(need_id=need, goal=goal, by=by, at=NOW)
    actions.note_progress(goal_id=goal_id, level=1, by=by, at=NOW)
    later = NOW + timedelta(days=9)
    actions.note_progress(goal_id=goal_id, level=3, note="two of three", by=actor_for(nurse, at=later), at=later)
    actions.set_importance(goal_id=goal_id, importance=9, by=by, at=NOW)
    (found,) = thread(nurse, patient, at=later).goals
    assert [p.level for p in found.progress] == [3, 1]
    assert (found.importance, found.term) == (9, "short")
    with pytest.raises(actions.UnableToPlan, match="how far"):
        actions.note_progress(goal_id=goal_id, level=5, by=by, at=NOW)


def agree(patient, by, **given):
    review = NOW.date() + timedelta(days=30)
    given = {"sentences": ("Need: x.",), "how": "by phone", "who": "Rosa", "review_on": review, **given}
    return actions.agree(patient_id=patient.id, **given, by=by, at=NOW)


def test_a_review_is_a_task_and_a_plan_past_its_end_is_a_gap(nurse, patient, by, need):
    assert [gap.kind for gap in queries.plan_of(viewer_for(nurse, at=NOW), patient.id).broken] == ["not-agreed"]
    with pytest.raises(actions.UnableToPlan, match="before it ends"):
        agree(patient, by, expires_on=NOW.date() + timedelta(days=5))
    agree(patient, by)
    agree(patient, by, expires_on=NOW.date() + timedelta(days=90))
    tasks = Task.objects.filter(verb="Review").order_by("created_at")
    assert [task.state for task in tasks].count("open") == 1
    for days, kinds in ((1, []), (40, ["review-due"]), (100, ["expired"])):
        at = NOW + timedelta(days=days)
        assert [gap.kind for gap in queries.plan_of(viewer_for(nurse, at=at), patient.id).broken] == kinds


def test_a_version_is_signed_off_once(nurse, patient, by, need):
    agree(patient, by)
    version = PlanVersion.objects.get()
    actions.sign_version(version_id=version.id, by=by, at=NOW)
    with pytest.raises(actions.UnableToPlan, match="signed by"):
        actions.sign_version(version_id=version.id, by=by, at=NOW)
    (found,) = queries.plan_of(viewer_for(nurse, at=NOW), patient.id).versions
    assert found.signed_by == by.name


def test_by_plain_forms(client, nurse, patient, by, need):
    client.force_login(nurse)
    goal = GoalIn(text="Name each medicine", target="all", by_date=NOW.date() + timedelta(days=36500))
    goal_id = actions.add_goal(need_id=need, goal=goal, by=by, at=NOW)
    client.post(reverse("careplan:barrier", args=[need]), {"domain": "alone", "text": "Nobody sorts them"})
    ended = {"status": "stays", "outcome": "Aide"}
    client.post(reverse("careplan:end-barrier", args=[Barrier.objects.get().id]), ended)
    client.post(reverse("careplan:state", args=[patient.id]), {"kind": "backup", "text": "Sister comes"})
    client.post(reverse("careplan:progress", args=[goal_id]), {"level": "2"})
    client.post(reverse("careplan:importance", args=[goal_id]), {"importance": "8"})
    client.post(reverse("careplan:rate", args=[need]), {"knowledge": "2", "occasion": "admission"})
    declined = {"text": "Aide", "reason": "No strangers", "need_id": need}
    client.post(reverse("careplan:decline", args=[patient.id]), declined)
    page = client.get(reverse("careplan:plan", args=[patient.id])).content.decode()
    for words in ("Nobody sorts them", "stays", "Sister comes", "partly", "matters 8/10", "minimal knowledge",
                  "No strangers", "Timeline of this need"):  # fmt: skip
        assert words in page, words
    assert client.post(reverse("careplan:rate", args=[need]), {"occasion": "admission"}).status_code == 422
