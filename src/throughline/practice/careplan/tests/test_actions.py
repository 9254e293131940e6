"""Proposed, adopted, delegated, taught, agreed: nothing is active before it is adopted, nothing stands twice."""

from datetime import timedelta

import pytest

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.models import Need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import ActionIn, Chosen, GoalIn
from throughline.practice.careplan.models import Goal, Lesson, PlanAction, PlanVersion
from throughline.practice.careplan.rules.threads import sentences
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


def proposal(nurse, patient, *pathways):
    return queries.proposal_for(viewer_for(nurse, at=NOW), patient.id, chosen=pathways)


def adopt(nurse, patient, proposed, **chosen):
    by = actor_for(nurse, at=NOW)
    return actions.adopt(patient_id=patient.id, proposal=proposed, chosen=Chosen(**chosen), by=by, at=NOW)


def whole(proposed):
    return {
        "goals": [g.key for g in proposed.goals],
        "actions": [a.key for a in proposed.actions],
        "lessons": [x.topic for x in proposed.education],
    }


def plan(nurse, patient, at=NOW):
    return queries.plan_of(viewer_for(nurse, at=at), patient.id)


def test_a_proposal_changes_nothing(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure", "ckd", "t2dm")
    assert len(proposed.pathways) == 3
    assert not Goal.objects.exists()
    assert not Need.objects.exists()


def test_three_pathways_adopted_at_once_without_twins(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure", "ckd", "t2dm")
    added = adopt(nurse, patient, proposed, **whole(proposed))
    assert added == Goal.objects.count() + PlanAction.objects.count() + Lesson.objects.count()
    assert Goal.objects.filter(loinc="85354-9").count() == 1
    assert PlanAction.objects.filter(role="RD").count() == 1
    assert Need.objects.count() == 3
    with pytest.raises(actions.UnableToPlan, match="not added twice"):
        adopt(nurse, patient, proposed, **whole(proposed))


def test_her_own_actions_become_her_tasks_and_others_are_gaps_until_taken(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure")
    adopt(nurse, patient, proposed, **whole(proposed))
    call = PlanAction.objects.get(key="symptom-call")
    assert (call.task.owner_id, call.task.subject) == (nurse.id, f"plan-action:{call.id}")
    diet = PlanAction.objects.get(role="RD")
    assert diet.task.owner_id is None
    (thread,) = plan(nurse, patient).threads
    assert f"No owner: {diet.text}" in thread.gaps
    assert not any(call.text in gap for gap in thread.gaps)


def test_a_target_is_chosen_where_pathways_differ(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure", "ckd")
    pressure = next(g for g in proposed.goals if g.loinc == "85354-9")
    adopt(nurse, patient, proposed, goals=[pressure.key], targets={pressure.key: pressure.choices[1]})
    assert Goal.objects.get().target == pressure.choices[1]


def test_needs_of_answers_are_joined_and_keep_their_words(nurse, patient):
    low = SuggestedNeed("x", "Low mood", "emotional", 11, (), "high", "immediate", ("PHQ-9: 12, moderate",), ("Tired",))
    by = actor_for(nurse, at=NOW)
    need_id = raise_need(patient_id=patient.id, need=low, by=by, at=NOW)
    proposed = proposal(nurse, patient, "depression")
    adopt(nurse, patient, proposed, goals=[proposed.goals[0].key])
    assert Goal.objects.get().need_id == need_id
    (thread,) = plan(nurse, patient).threads
    assert thread.words == "Tired"
    assert "PHQ-9: 12, moderate" in thread.evidence


def test_a_need_without_goal_or_action_is_a_gap(nurse, patient):
    alone = SuggestedNeed("x", "Lives alone", "social", 6, ("Z60.2",), "medium", "immediate", ("Lives: Alone",))
    by = actor_for(nurse, at=NOW)
    need_id = raise_need(patient_id=patient.id, need=alone, by=by, at=NOW)
    (thread,) = plan(nurse, patient).threads
    assert [gap.split(":")[0] for gap in thread.gaps] == ["No goal", "No action"]
    week = NOW.date() + timedelta(days=7)
    goal = GoalIn(
        text="Aide three nights a week", target="3 nights", by_date=week, words="I want to sleep", importance=9
    )
    actions.add_goal(need_id=need_id, goal=goal, by=by, at=NOW)
    actions.add_action(need_id=need_id, planned=ActionIn(text="Apply for the waiver", due_on=week), by=by, at=NOW)
    (thread,) = plan(nurse, patient).threads
    assert thread.gaps == ()
    assert Task.objects.get(kind="plan").owner_id == nurse.id
    late = plan(nurse, patient, at=NOW + timedelta(days=9)).threads[0].gaps
    assert any(gap.startswith("Late: Apply for the waiver") for gap in late)


def test_a_goal_not_met_asks_why_and_a_past_date_is_refused(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure")
    adopt(nurse, patient, proposed, goals=[proposed.goals[0].key])
    goal, by = Goal.objects.get(), actor_for(nurse, at=NOW)
    with pytest.raises(actions.UnableToPlan, match="why"):
        actions.move_goal(goal_id=goal.id, status="not met", by=by, at=NOW)
    actions.move_goal(goal_id=goal.id, status="met", by=by, at=NOW)
    assert Goal.objects.get().status == "met"
    with pytest.raises(actions.UnableToPlan, match="date to come"):
        actions.add_goal(
            need_id=goal.need_id, goal=GoalIn(text="x", by_date=NOW.date() - timedelta(days=1)), by=by, at=NOW
        )


def test_teach_back(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure")
    adopt(nurse, patient, proposed, lessons=[proposed.education[0].topic])
    lesson, by = Lesson.objects.get(), actor_for(nurse, at=NOW)
    assert lesson.status == "to-teach"
    actions.teach(lesson_id=lesson.id, status="re-teach", by=by, at=NOW)
    assert plan(nurse, patient).lessons[0].status == "re-teach"


def test_what_was_declined_is_not_offered_again(nurse, patient):
    by = actor_for(nurse, at=NOW)
    actions.decline(patient_id=patient.id, key="diet", text="Dietitian", reason="I cook for myself", by=by, at=NOW)
    assert "diet" in queries.adopted_keys(viewer_for(nurse, at=NOW), patient.id)
    assert plan(nurse, patient).declined[0][:2] == ("Dietitian", "I cook for myself")


def test_agreed_versions_are_kept_and_compared_as_sentences(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure")
    adopt(nurse, patient, proposed, goals=[g.key for g in proposed.goals[:2]])
    by, viewer = actor_for(nurse, at=NOW), viewer_for(nurse, at=NOW)

    def agree():
        now = plan(nurse, patient)
        return actions.agree(
            patient_id=patient.id,
            sentences=sentences(now.threads, [x.topic for x in now.lessons]),
            how="in person",
            who="Ngozi Adeyemi",
            review_on=NOW.date() + timedelta(days=90),
            by=by,
            at=NOW,
        )

    assert agree() == 1
    first = Goal.objects.order_by("by_date").first()
    actions.move_goal(goal_id=first.id, status="given-up", reason="No scale at home", by=by, at=NOW)
    changed = queries.plan_of(viewer, patient.id).changed
    assert [kind for kind, _s in changed] == ["removed"]
    assert first.text in changed[0][1]
    assert agree() == 2
    versions = plan(nurse, patient).versions
    assert [v.number for v in versions] == [2, 1]
    assert versions[0].changes == changed
    assert PlanVersion.objects.get(number=1).agreed_by == "Ngozi Adeyemi"


def test_an_empty_plan_is_not_agreed(nurse, patient):
    with pytest.raises(actions.UnableToPlan, match="by whom"):
        actions.agree(
            patient_id=patient.id,
            sentences=(),
            how="in person",
            who="x",
            review_on=NOW.date() + timedelta(days=9),
            by=actor_for(nurse, at=NOW),
            at=NOW,
        )


def test_who_may_not_plan_and_who_may_not_see(nurse, patient):
    proposed = proposal(nurse, patient, "heart_failure")
    clerk = make_user("intake_clerk", nurse.grants.first().site)
    with pytest.raises((NotPermitted, NotFound)):
        adopt(clerk, patient, proposed, **whole(proposed))
    stranger = make_user("case_manager", make_site())
    with pytest.raises(NotFound):
        queries.plan_of(viewer_for(stranger, at=NOW), patient.id)


def test_the_plan_is_read_in_a_fixed_number_of_statements(nurse, patient, django_assert_max_num_queries):
    proposed = proposal(nurse, patient, "heart_failure", "ckd", "t2dm", "copd", "depression", "stroke")
    adopt(nurse, patient, proposed, **whole(proposed))
    viewer = viewer_for(nurse, at=NOW)
    with django_assert_max_num_queries(15):
        queries.plan_of(viewer, patient.id)
