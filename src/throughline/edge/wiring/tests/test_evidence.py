"""Evidence closes actions and opens them again: readings, instruments, contacts, tasks, by hand, each by content."""

from datetime import timedelta

import pytest

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.kernel.actions import Refusal
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import ActionIn, Chosen
from throughline.practice.careplan.models import ActionEvidence, PlanAction
from throughline.practice.careplan.records import EvidenceFact
from throughline.practice.caseload.actions.calls import CallIn, log_call, undo_call
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.actions import ReadingIn, enter_reading, withdraw_observation
from throughline.record.contacts.actions import ContactIn, log_contact, take_back
from throughline.record.tasks.actions import do_task, reopen_task
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


@pytest.fixture
def patient(nurse):
    site = nurse.grants.first().site
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


def planned(nurse, patient, text, **given):
    by = actor_for(nurse, at=NOW)
    need = SuggestedNeed("x", "Fluid overload", "physical", 27, (), "high", "immediate", ("Weight up",))
    need_id = raise_need(patient_id=patient.id, need=need, by=by, at=NOW)
    due = given.pop("due_on", NOW.date() + timedelta(days=2))
    made = actions.add_action(need_id=need_id, planned=ActionIn(text=text, due_on=due, **given), by=by, at=NOW)
    return PlanAction.objects.get(pk=made)


def call(nurse, patient, outcome="spoke-patient"):
    contact = ContactIn(
        channel="phone", outcome=outcome, began_at=LATER,
        identifiers=("name", "birth-date") if outcome == "spoke-patient" else (),
    )  # fmt: skip
    return log_contact(patient_id=patient.id, contact=contact, by=actor_for(nurse, at=LATER), at=LATER)


def weigh(nurse, patient, at=LATER):
    reading = ReadingIn(code="29463-7", value=168.2, unit="lb", taken_at=at)
    return enter_reading(patient_id=patient.id, reading=reading, by=actor_for(nurse, at=at), at=at).observation_id


def test_a_reading_closes_the_weighing_and_the_task_with_it_until_it_is_withdrawn(nurse, patient):
    row = planned(nurse, patient, "Daily weight, reported")
    task = row.task
    reading = weigh(nurse, patient)
    row.refresh_from_db()
    task.refresh_from_db()
    assert (row.status, task.state) == ("done", "done")
    assert "168.2" in ActionEvidence.objects.get().sentence or "76.3 kg" in ActionEvidence.objects.get().sentence
    withdraw_observation(observation_id=reading, reason="not hers", by=actor_for(nurse, at=LATER), at=LATER)
    row.refresh_from_db()
    task.refresh_from_db()
    assert (row.status, row.task_id, task.state) == ("active", task.id, "open")
    assert ActionEvidence.objects.get().undone_at == LATER


def test_a_repeating_action_is_due_again_with_a_new_task(nurse, patient):
    row = planned(nurse, patient, "Daily weight, reported", frequency="weekly")
    first = row.task_id
    reading = weigh(nurse, patient)
    row.refresh_from_db()
    assert (row.status, row.due_on) == ("active", NOW.date() + timedelta(days=9))
    assert row.task_id != first
    assert row.task.owner_id == nurse.id
    weigh(nurse, patient, at=LATER + timedelta(hours=1))
    row.refresh_from_db()
    assert row.due_on == NOW.date() + timedelta(days=9), "next week's weight is not this week's"
    withdraw_observation(observation_id=reading, reason="wrong", by=actor_for(nurse, at=LATER), at=LATER)
    row.refresh_from_db()
    assert (row.due_on, row.task_id) == (NOW.date() + timedelta(days=2), first)
    assert Task.objects.filter(kind="plan", state__in=["open"]).count() == 1


def test_an_answered_call_closes_the_symptom_call_a_missed_one_does_not(nurse, patient):
    viewer = viewer_for(nurse, at=NOW)
    proposed = queries.proposal_for(viewer, patient.id, chosen=["heart_failure"])
    chosen = Chosen(actions=["symptom-call"])
    actions.adopt(patient_id=patient.id, proposal=proposed, chosen=chosen, by=actor_for(nurse, at=NOW), at=NOW)
    row = PlanAction.objects.get()
    call(nurse, patient, outcome="no-answer")
    row.refresh_from_db()
    assert row.due_on == NOW.date() + timedelta(days=2)
    contact_id = call(nurse, patient)
    row.refresh_from_db()
    assert row.due_on == NOW.date() + timedelta(days=9)
    (thread,) = queries.threads(viewer_for(nurse, at=LATER), patient.id)
    assert thread.last_evidence is not None
    assert thread.last_evidence.kind == "contact"
    take_back(contact_id=contact_id, by=actor_for(nurse, at=LATER), at=LATER)
    row.refresh_from_db()
    assert row.due_on == NOW.date() + timedelta(days=2)


def test_a_call_may_close_by_hand_what_it_is_the_evidence_of(nurse, patient):
    proposed = queries.proposal_for(viewer_for(nurse, at=NOW), patient.id, chosen=["heart_failure"])
    chosen = Chosen(actions=["symptom-call"])
    actions.adopt(patient_id=patient.id, proposal=proposed, chosen=chosen, by=actor_for(nurse, at=NOW), at=NOW)
    task = PlanAction.objects.get().task_id
    spoken = ContactIn(
        channel="phone", outcome="spoke-patient", began_at=LATER, identifiers=("name", "birth-date")
    )  # fmt: skip
    by = actor_for(nurse, at=LATER)
    contact_id, said = log_call(patient_id=patient.id, call=CallIn(contact=spoken, closes=(task,)), by=by, at=LATER)
    assert said == "spoke with patient logged, 1 closed"
    assert Task.objects.get(pk=task).state == "done"
    with pytest.raises(Refusal, match="done"):
        log_call(
            patient_id=patient.id, call=CallIn(contact=spoken, closes=(task,)), by=by, at=LATER + timedelta(hours=1)
        )
    undo_call(contact_id=contact_id, by=by, at=LATER + timedelta(minutes=5))
    assert PlanAction.objects.get().due_on == NOW.date() + timedelta(days=2)


def test_a_task_done_closes_its_action_and_opened_again_opens_it(nurse, patient):
    row = planned(nurse, patient, "Order a scale", role="SW")
    by = actor_for(nurse, at=LATER)
    do_task(task_id=row.task_id, outcome="Delivered", by=by, at=LATER)
    row.refresh_from_db()
    assert row.status == "done"
    task_id = ActionEvidence.objects.get().task_before_id
    reopen_task(task_id=task_id, by=by, at=LATER)
    row.refresh_from_db()
    assert (row.status, row.task_id) == ("active", task_id)
    assert Task.objects.get(pk=task_id).state == "open"


def test_by_hand_with_words_and_never_without(nurse, patient):
    row = planned(nurse, patient, "Ask the daughter")
    by = actor_for(nurse, at=LATER)
    with pytest.raises(actions.UnableToPlan, match="what was done"):
        actions.mark_done(plan_action_id=row.id, words=" ", by=by, at=LATER)
    actions.mark_done(plan_action_id=row.id, words="She comes on Sundays", by=by, at=LATER)
    row.refresh_from_db()
    assert row.status == "done"
    assert Task.objects.get().state == "done"


def test_the_same_fact_never_counts_twice(nurse, patient):
    row = planned(nurse, patient, "Sign the papers", frequency="weekly")
    PlanAction.objects.filter(pk=row.id).update(evidence_rules=[{"kind": "document"}])
    fact = EvidenceFact("document", "doc-1", "Consent on file", LATER, "Dana")
    by = actor_for(nurse, at=LATER)
    assert actions.note_evidence(patient_id=patient.id, fact=fact, by=by, at=LATER) == (row.id,)
    assert actions.note_evidence(patient_id=patient.id, fact=fact, by=by, at=LATER) == ()


def test_taking_an_action_out_ends_its_task(nurse, patient):
    row = planned(nurse, patient, "Daily weight, reported")
    by = actor_for(nurse, at=LATER)
    actions.withdraw_action(plan_action_id=row.id, reason="No scale", by=by, at=LATER)
    assert Task.objects.get(pk=row.task_id).state == "cancelled"
    weigh(nurse, patient)
    row.refresh_from_db()
    assert row.status == "withdrawn"


def test_an_action_is_offered_or_given_to_a_colleague(nurse, patient):
    row = planned(nurse, patient, "Cook with less salt", role="RD")
    other = make_user("team_nurse", nurse.grants.first().site)
    by = actor_for(nurse, at=LATER)
    actions.hand_over(plan_action_id=row.id, owner_id=other.id, offer=True, by=by, at=LATER)
    (thread,) = queries.threads(viewer_for(nurse, at=LATER), patient.id)
    assert (thread.actions[0].task_state, thread.actions[0].owner) == ("offered", str(other))
    actions.withdraw_action(plan_action_id=row.id, reason="x", by=by, at=LATER)
    with pytest.raises(actions.UnableToPlan, match="withdrawn"):
        actions.hand_over(plan_action_id=row.id, owner_id=other.id, by=by, at=LATER)
