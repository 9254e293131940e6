"""Drafted, sent, answered, attended, reported, closed; and at every moment in exactly one list."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.foundation.journal.outbox import deliver_due
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.caseload.queries import worklist
from throughline.practice.coordination.actions.referrals import (
    ReferralIn,
    UnableToRefer,
    chase_referral,
    draft_referral,
    move_referral,
    record_patient_side,
    send_referral,
    undo_step,
)
from throughline.practice.coordination.actions.team import MemberIn, add_member
from throughline.practice.coordination.models import ReferralOut
from throughline.practice.coordination.queries import referrals as queries
from throughline.practice.coordination.rules.referring import UnableToMoveReferral
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Condition
from throughline.record.people.models import Organization, Practitioner, PractitionerRole
from throughline.record.tasks.actions import do_task, undo_last
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site(), name="Ines Calder")


@pytest.fixture
def patient(nurse):
    found = make_patient(nurse.grants.get().site)
    make_case(found.site, nurse, patient=found)
    return found


@pytest.fixture
def need(nurse, patient):
    low = SuggestedNeed("omaha-11", "Low mood", "psychosocial", 11, (), "high", "immediate", ("PHQ-2 was 5",))
    return raise_need(patient_id=patient.id, need=low, by=by(nurse), at=MONDAY)


def by(user, at=MONDAY):
    return actor_for(user, at=at)


def see(user, at=MONDAY):
    return viewer_for(user, at=at)


def refer(nurse, patient, **fields):
    values = {"kind": "behavioural", "service": "Psychology intake", "to_name": "Elm Counseling"}
    values |= {"phone": "+19375550136"}
    referral = ReferralIn(**(values | fields))
    return draft_referral(patient_id=patient.id, referral=referral, by=by(nurse), at=MONDAY)


def sent(nurse, patient, **fields):
    made = refer(nurse, patient, **fields)
    send_referral(referral_out_id=made, by=by(nurse), at=MONDAY)
    return made


def move(nurse, made, act, note="", at=MONDAY, **more):
    move_referral(referral_out_id=made, act=act, note=note, by=by(nurse, at), at=at, **more)


def rows(nurse, at):
    found = worklist(see(nurse, at)).rows
    return [due.title for row in found for due in (row.first, *row.extras) if due.kind == "referral"]


def live(patient):
    return Task.objects.filter(patient=patient, kind="referral", state__in=LIVE)


def test_silence_puts_one_row_on_today_on_the_third_business_day_and_not_before(nurse, patient):
    sent(nurse, patient)
    assert rows(nurse, MONDAY) == []
    assert rows(nurse, MONDAY + timedelta(days=2)) == []
    (title,) = rows(nurse, datetime(2026, 3, 12, 13, 0, tzinfo=UTC))
    assert title == "Psychology intake, Elm Counseling: no answer yet; (937) 555-0136"
    assert live(patient).count() == 1


def test_a_row_done_without_an_answer_comes_back_and_undo_leaves_one(nurse, patient):
    made = sent(nurse, patient)
    thursday = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
    task = live(patient).get()
    do_task(task_id=task.id, outcome="Left a message", by=by(nurse, thursday), at=thursday)
    assert rows(nurse, thursday) == []
    assert ReferralOut.objects.get(pk=made).look_on.isoformat() == "2026-03-17"
    assert queries.referral(see(nurse), made).steps[0].note == "Left a message"
    task.refresh_from_db()
    undo_last(task_id=task.id, version=task.version, by=by(nurse, thursday), at=thursday + timedelta(seconds=5))
    assert [found.id for found in live(patient)] == [task.id]


def test_the_steps_stand_latest_first_even_those_of_one_moment(nurse, patient):
    made = sent(nurse, patient)
    move(nurse, made, "accept", at=MONDAY + timedelta(days=1))
    found = queries.referral(see(nurse, MONDAY + timedelta(days=1)), made)
    assert [step.act for step in found.steps] == ["accept", "send", "draft"]


def test_each_step_has_its_own_next_row_and_the_end_has_none(nurse, patient):
    made = sent(nurse, patient)
    visit = MONDAY + timedelta(days=4)
    verbs = []
    steps = (
        ("accept", "", {}), ("schedule", "", {"scheduled_at": visit}), ("attend", "", {}),
        ("report", "Starts weekly sessions", {}), ("close", "Need met", {}),
    )  # fmt: skip
    for act, note, more in steps:
        move(nurse, made, act, note, **more)
        verbs.append(live(patient).values_list("verb", flat=True).first())
    assert verbs == ["Ask for a date", "Ask whether she went", "Ask for the report", "Tell the patient and close", None]
    found = queries.referral(see(nurse), made)
    assert (found.state, found.report, found.outcome, found.acted) == (
        "closed", "Starts weekly sessions", "Need met", "yes",
    )  # fmt: skip
    assert len(found.steps) == 7


def test_declined_asks_for_another_and_a_missed_visit_for_a_new_date(nurse, patient):
    made = sent(nurse, patient)
    with pytest.raises(UnableToMoveReferral, match="why it was declined"):
        move(nurse, made, "decline")
    move(nurse, made, "decline", "No places before May")
    assert live(patient).get().verb == "Find another"
    other = sent(nurse, patient, to_name="Oak Counseling")
    move(nurse, other, "schedule", scheduled_at=MONDAY + timedelta(days=1))
    move(nurse, other, "miss", "No ride", at=MONDAY + timedelta(days=2))
    row = ReferralOut.objects.get(pk=other)
    assert (row.state, row.scheduled_at) == ("accepted", None)


def test_what_is_sent_waits_can_be_taken_back_and_then_cannot(nurse, patient):
    made = sent(nurse, patient)
    undo_step(referral_out_id=made, version=2, by=by(nurse), at=MONDAY + timedelta(seconds=5))
    row = ReferralOut.objects.get(pk=made)
    assert (row.state, row.sent_at) == ("drafted", None)
    assert live(patient).get().verb == "Send or cancel"
    send_referral(referral_out_id=made, by=by(nurse), at=MONDAY + timedelta(minutes=1))
    assert deliver_due(at=MONDAY + timedelta(minutes=2)).failed == 0
    row.refresh_from_db()
    assert row.left_at is not None
    with pytest.raises(Exception, match="left already"):
        undo_step(referral_out_id=made, version=row.version, by=by(nurse), at=MONDAY + timedelta(minutes=3))


def test_a_step_is_undone_to_what_stood_before(nurse, patient):
    made = sent(nurse, patient)
    move(nurse, made, "schedule", scheduled_at=MONDAY + timedelta(days=3), place="26 Elder Street")
    version = ReferralOut.objects.get(pk=made).version
    undo_step(referral_out_id=made, version=version, by=by(nurse), at=MONDAY + timedelta(seconds=3))
    row = ReferralOut.objects.get(pk=made)
    assert (row.state, row.scheduled_at, row.place, row.since) == ("sent", None, "", MONDAY)
    assert live(patient).get().verb == "Ask for an answer"


def test_nothing_is_shared_that_nobody_agreed_to_and_the_packet_holds_exactly_the_rest(nurse, patient):
    base = {"site": patient.site, "patient": patient, "received_at": MONDAY, "status": "active"}
    Condition.objects.create(**base, display="Heart failure", code="I50.9")
    Condition.objects.create(**base, display="Alcohol use disorder", code="F10.20")
    made = refer(nurse, patient, categories=("conditions",))
    with pytest.raises(UnableToRefer, match="who agreed"):
        send_referral(referral_out_id=made, by=by(nurse), at=MONDAY)
    agreed = {"agreed_by": "the patient", "agreed_how": "by phone"}
    spoken = refer(nurse, patient, categories=("conditions", "substance"), **agreed)
    with pytest.raises(UnableToRefer, match="in writing"):
        send_referral(referral_out_id=spoken, by=by(nurse), at=MONDAY)
    short = refer(nurse, patient, categories=("conditions",), **agreed)
    plain = queries.packet(see(nurse), queries.referral(see(nurse), short))
    assert [part.lines for part in plain.parts] == [("Heart failure",)]
    written = agreed | {"agreed_how": "in writing"}
    whole = refer(nurse, patient, categories=("conditions", "substance"), **written)
    found = queries.packet(see(nurse), queries.referral(see(nurse), whole))
    assert "Alcohol use disorder" in found.parts[0].lines
    assert "42 CFR part 2" in found.notice


def test_whether_the_patient_acted_stands_apart_and_a_no_says_why(nurse, patient):
    made = sent(nurse, patient)
    with pytest.raises(UnableToMoveReferral, match="why she did not"):
        record_patient_side(referral_out_id=made, acted=False, by=by(nurse), at=MONDAY)
    record_patient_side(referral_out_id=made, acted=False, words="I was afraid of the bill", by=by(nurse), at=MONDAY)
    found = queries.referral(see(nurse), made)
    assert (found.acted, found.acted_words, found.state) == ("no", "I was afraid of the bill", "sent")


def test_from_a_need_the_form_comes_filled_in_and_those_of_the_team_stand_first(nurse, patient, need):
    Organization.objects.create(site=patient.site, name="Acre Behavioral Health", phone="+19375550136")
    doctor = Organization.objects.create(site=patient.site, name="Zinnia Psychology", fax="+19375550137")
    Organization.objects.create(site=make_site(), name="Elsewhere Psychology")
    add_member(patient_id=patient.id, member=MemberIn(ref=f"organization:{doctor.id}"), by=by(nurse), at=MONDAY)
    offered = queries.targets(see(nurse), patient.id, "behavioural")
    assert [(t.name, t.on_team) for t in offered] == [("Zinnia Psychology", True), ("Acre Behavioral Health", False)]
    browser = signed_in(nurse)
    page = browser.get(reverse("coordination:refer-need", args=[need])).content.decode()
    assert "Behavioral health: Low mood" in page
    assert "PHQ-2 was 5" in page
    fields = {
        "kind": "behavioural", "to": offered[0].ref, "service": "Psychology intake", "need_id": str(need),
        "category": ["conditions"], "agreed_by": "the patient", "agreed_how": "by phone", "act": "send",
    }  # fmt: skip
    answer = browser.post(reverse("coordination:refer", args=[patient.id]), fields, follow=True)
    page = answer.content.decode()
    assert "sent, waiting for an answer" in page
    assert "data-undo" in page
    row = ReferralOut.objects.get()
    assert (row.need_id, row.channel, row.fax) == (need, "fax", "+19375550137")


def test_who_is_on_the_team_with_credentials_is_not_offered_once_more_without(nurse, patient):
    doctor = Practitioner.objects.create(site=patient.site, display_name="Ada Pillai", sort_name="Pillai, Ada")
    place = Organization.objects.create(site=patient.site, name="Twin Forks")
    PractitionerRole.objects.create(
        site=patient.site, practitioner=doctor, organization=place, specialty="Clinical psychology"
    )
    known = MemberIn(name="Ada Pillai, PhD", role="BH")
    add_member(patient_id=patient.id, member=known, by=by(nurse), at=MONDAY)
    assert [t.name for t in queries.targets(see(nurse), patient.id, "behavioural")] == ["Ada Pillai, PhD"]


def test_the_buttons_say_what_happened_and_the_steps_what_was_written_down(nurse, patient):
    made = sent(nurse, patient)
    where = reverse("coordination:referral-out", args=[made])
    page = signed_in(nurse).get(where).content.decode()
    assert ">They accepted</button>" in page
    assert ">A visit is set</button>" in page
    assert ">Cancel the referral</button>" in page
    move(nurse, made, "accept")
    assert "<span>Accepted" in signed_in(nurse).get(where).content.decode()


def test_a_refused_form_comes_back_with_everything_typed_and_no_half_made_draft(nurse, patient):
    fields = {"kind": "clinical", "to": "other", "to_name": "Dr. Wren", "service": "Look at her knee",
              "category": ["conditions"], "agreed_by": "", "act": "send"}  # fmt: skip
    answer = signed_in(nurse).post(reverse("coordination:refer", args=[patient.id]), fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "who agreed" in page
    assert "Dr. Wren" in page
    assert not ReferralOut.objects.exists()


def test_pressed_twice_a_referral_goes_out_once(nurse, patient):
    browser = signed_in(nurse)
    where = reverse("coordination:refer", args=[patient.id])
    said = {"kind": "community", "service": "Rides", "to": "other", "to_name": "Elm Rides", "phone": "937 555 0136"}
    first, second = browser.post(where, said), browser.post(where, said)
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert ReferralOut.objects.count() == 1
    browser.post(where, said | {"service": "Meals"})
    assert ReferralOut.objects.count() == 2


def test_the_list_shows_state_and_age_and_only_what_she_may_see(nurse, patient, django_assert_max_num_queries):
    for number in range(4):
        sent(nurse, patient, service=f"Service {number}")
    later = datetime(2026, 3, 13, 15, 0, tzinfo=UTC)
    viewer = see(nurse, later)
    with django_assert_max_num_queries(3):
        found = queries.board(viewer)
    assert (len(found.rows), found.silent) == (4, 4)
    assert found.rows[0].age == "4 d"
    stranger = make_user("case_manager", patient.site)
    assert queries.board(see(stranger), mine=False).rows == ()
    page = signed_in(nurse).get(reverse("coordination:referrals")).content.decode()
    assert "Service 2" in page
    assert "No referrals here" in signed_in(stranger).get(reverse("coordination:referrals")).content.decode()


def test_asking_again_counts_anew_and_an_ended_referral_is_not_chased(nurse, patient):
    made = sent(nurse, patient)
    thursday = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
    chase_referral(referral_out_id=made, note="Fax resent", by=by(nurse, thursday), at=thursday)
    assert ReferralOut.objects.get(pk=made).look_on.isoformat() == "2026-03-17"
    move(nurse, made, "cancel", "She found one herself", at=thursday)
    assert not live(patient).exists()
    with pytest.raises(UnableToMoveReferral, match="nothing is waited for"):
        chase_referral(referral_out_id=made, by=by(nurse, thursday), at=thursday)


def test_asked_again_is_offered_only_where_somebody_owes_an_answer(nurse, patient):
    button = 'value="chase"'
    made = sent(nurse, patient)
    where = reverse("coordination:referral-out", args=[made])
    assert button in signed_in(nurse).get(where).content.decode()
    move(nurse, made, "decline", "They take no new patients")
    assert button not in signed_in(nurse).get(where).content.decode()
    with pytest.raises(UnableToMoveReferral, match="nothing is waited for"):
        chase_referral(referral_out_id=made, by=by(nurse), at=MONDAY)


def test_the_row_of_a_declined_referral_done_by_hand_comes_back_and_nobody_was_asked_again(nurse, patient):
    made = sent(nurse, patient)
    move(nurse, made, "decline", "They take no new patients")
    tuesday = MONDAY + timedelta(days=1)
    do_task(task_id=live(patient).get().id, outcome="Looked, none near", by=by(nurse, tuesday), at=tuesday)
    assert live(patient).count() == 1
    assert ReferralOut.objects.get(pk=made).steps.order_by("-at", "-id").first().act == "look"
