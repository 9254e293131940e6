"""Joined, told, shared by consent, ended, undone: the record opens and closes with the place on the team."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.foundation.access.models import PatientAccess
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.foundation.kernel.actions import NotPermitted
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan.actions import ActionIn, add_action
from throughline.practice.coordination.actions import appointments, referrals
from throughline.practice.coordination.actions.referrals import ReferralIn
from throughline.practice.coordination.actions.team import (
    MemberIn,
    SharingIn,
    UnableToChangeTeam,
    add_member,
    adopt_outside,
    change_member,
    decide_sharing,
    end_member,
    undo_member,
)
from throughline.practice.coordination.models import TeamMember
from throughline.practice.coordination.queries.directory import find
from throughline.practice.coordination.queries.sharing import selection_for
from throughline.practice.coordination.queries.team import member, team_of
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import Condition, Medication, OutsideTeam
from throughline.record.people.models import ContactPerson, Organization, Practitioner, PractitionerRole
from throughline.record.tasks.actions import TaskIn, add_task
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site(), name="Ines Calder")


@pytest.fixture
def site(nurse):
    return nurse.grants.get().site


@pytest.fixture
def patient(nurse, site):
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def heart_doctor(site):
    place = Organization.objects.create(site=site, name="Alder Heart Clinic", phone="+19375550130", fax="+19375550170")
    found = Practitioner.objects.create(site=site, display_name="Otto Brandl, MD", sort_name="Brandl, Otto")
    PractitionerRole.objects.create(site=site, practitioner=found, organization=place, specialty="cardiology")
    return found


def by(user):
    return actor_for(user, at=NOW)


def see(user, at=NOW):
    return viewer_for(user, at=at)


def add(user, patient, **fields):
    return add_member(patient_id=patient.id, member=MemberIn(**fields), by=by(user), at=NOW)


def test_a_name_finds_her_and_the_directory_says_role_phone_and_place(nurse, patient, heart_doctor):
    (one,) = find(see(nurse), patient.id, "brand")
    assert (one.role, one.organization) == ("SPEC", "Alder Heart Clinic")
    made = TeamMember.objects.get(pk=add(nurse, patient, ref=one.ref))
    assert (made.role, made.fax, made.channel, made.decision) == ("SPEC", "+19375550170", "fax", "")
    assert add(nurse, patient, ref=one.ref) == made.id, "who is on the team keeps her place"


def test_people_of_her_life_come_first_and_nobody_of_another_site(nurse, patient, heart_doctor):
    ContactPerson.objects.create(site=patient.site, patient=patient, name="Brandy Ode", relationship="daughter")
    Practitioner.objects.create(site=make_site(), display_name="Brand Elsewhere, MD", sort_name="Brand")
    assert [one.name for one in find(see(nurse), patient.id, "brand")] == ["Brandy Ode", "Otto Brandl, MD"]
    assert find(see(make_user("case_manager")), patient.id, "brand") == []


def test_a_word_said_many_times_is_asked_once(nurse, patient, heart_doctor):
    with CaptureQueriesContext(connection) as asked:
        (one,) = find(see(nurse), patient.id, "brand " * 50 + "otto")
    assert one.name == "Otto Brandl, MD"
    assert max(query["sql"].upper().count("BRAND%") for query in asked) == 1


def test_a_ref_of_another_site_or_patient_is_refused(nurse, patient):
    other = ContactPerson.objects.create(site=patient.site, patient=make_patient(patient.site), name="Not hers")
    for ref in (f"person:{other.id}", "user:nonsense", f"cat:{other.id}"):
        with pytest.raises(UnableToChangeTeam, match="Choose somebody"):
            add(nurse, patient, ref=ref)
    with pytest.raises(UnableToChangeTeam, match="Enter a name"):
        add(nurse, patient, name="  ")


def test_the_record_opens_to_a_colleague_with_her_place_and_closes_with_it(nurse, site, patient):
    aide = make_user("team_nurse", site, name="Petra Voss")
    member_id = add(nurse, patient, ref=f"user:{aide.id}")
    told = Task.objects.get(owner=aide)
    assert told.title == "you joined the care team as nurse"
    assert team_of(see(aide), patient.id).members
    end_member(member_id=member_id, reason="Moved to nights", by=by(nurse), at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    assert not PatientAccess.objects.filter(user=aide, until=None).exists()
    with pytest.raises(NotPermitted):
        add_member(patient_id=patient.id, member=MemberIn(name="X"), by=actor_for(aide, at=later), at=later)


def test_what_she_owned_asks_for_another_owner_when_she_leaves(nurse, site, patient):
    aide = make_user("team_nurse", site, name="Petra Voss")
    member_id = add(nurse, patient, ref=f"user:{aide.id}")
    weigh = TaskIn(patient_id=patient.id, title="Weigh", owner_id=aide.id)
    add_task(patient_id=patient.id, task=weigh, by=by(nurse), at=NOW)
    end_member(member_id=member_id, reason="Left", by=by(nurse), at=NOW)
    gap = Task.objects.get(owner=nurse, verb="Find another owner")
    assert gap.title == "1 task of Petra Voss, who left the care team"
    version = TeamMember.objects.get(pk=member_id).version
    undo_member(member_id=member_id, version=version, by=by(nurse), at=NOW + timedelta(minutes=1))
    gap.refresh_from_db()
    assert gap.state == "cancelled"
    assert PatientAccess.objects.filter(user=aide, patient_id=patient.id, until=None).exists()


def test_the_owner_is_told_when_somebody_else_changes_the_team(nurse, site, patient, heart_doctor):
    boss = make_user("supervisor", site, name="Gwen Marsh")
    add(boss, patient, ref=f"practitioner:{heart_doctor.id}")
    told = Task.objects.get(owner=nurse, kind="team")
    assert told.title == "Otto Brandl, MD joined as specialist"
    assert told.why == "Added by Gwen Marsh"


def test_adding_is_undone_and_leaves_nobody_on_the_team(nurse, patient):
    member_id = add(nurse, patient, name="Neighbor Lou")
    undo_member(member_id=member_id, version=1, by=by(nurse), at=NOW + timedelta(seconds=9))
    now = team_of(see(nurse), patient.id)
    assert (now.members, now.former) == ((), ())
    with pytest.raises(UnableToChangeTeam, match="changed since"):
        undo_member(member_id=member_id, version=1, by=by(nurse), at=NOW + timedelta(seconds=10))


def test_a_change_is_undone_to_what_stood_before(nurse, patient):
    member_id = add(nurse, patient, name="Neighbor Lou", phone="+19375550101")
    change_member(member_id=member_id, changes={"phone": "+19375550199"}, by=by(nurse), at=NOW + timedelta(seconds=1))
    undo_member(member_id=member_id, version=2, by=by(nurse), at=NOW + timedelta(seconds=2))
    assert TeamMember.objects.get(pk=member_id).phone == "+19375550101"


def test_what_an_outside_member_sees_follows_the_consent_word_for_word(nurse, patient, heart_doctor):
    base = {"site": patient.site, "patient": patient, "received_at": NOW}
    Condition.objects.create(**base, display="Heart failure", status="active", code="I50.9")
    Condition.objects.create(**base, display="Opioid dependence", status="active", code="F11.20")
    Medication.objects.create(**base, display="Furosemide 40 mg", status="active", kind="request")
    member_id = add(nurse, patient, ref=f"practitioner:{heart_doctor.id}")
    assert not selection_for(see(nurse), member(see(nurse), member_id)).parts
    with pytest.raises(UnableToChangeTeam, match="in writing"):
        decide(nurse, member_id, "conditions", "substance")
    decide(nurse, member_id, "conditions")
    seen = selection_for(see(nurse), member(see(nurse), member_id))
    assert [part.lines for part in seen.parts] == [("Heart failure",)]
    assert dict(seen.kept_back) == {"Substance use (42 CFR Part 2)": 1, "Medicines and allergies": 1}
    decide(nurse, member_id, "conditions", "substance", written=True)
    seen = selection_for(see(nurse), member(see(nurse), member_id))
    assert set(seen.parts[0].lines) == {"Heart failure", "Opioid dependence"}
    assert "42 CFR part 2" in seen.notice


def decide(nurse, member_id, *categories, written=False):
    decided = SharingIn(decision="given", categories=categories, written=written, given_by="the patient")
    decide_sharing(member_id=member_id, sharing_in=decided, by=by(nurse), at=NOW)


def test_a_care_team_elsewhere_is_offered_known_clinicians_with_their_role(nurse, patient, heart_doctor):
    people = [{"name": "Otto Brandl, MD", "role": "heart doctor"}, {"name": "Sister Agnes", "role": "visiting nurse"}]
    OutsideTeam.objects.create(
        site=patient.site, patient=patient, received_at=NOW, display="Care team", status="active", participants=people
    )
    offered = team_of(see(nurse), patient.id).offered
    assert [(one.name, one.role, bool(one.ref)) for one in offered] == [
        ("Otto Brandl, MD", "SPEC", True),
        ("Sister Agnes", "HHRN", False),
    ]
    members = [MemberIn(ref=one.ref, name=one.name, role=one.role) for one in offered]
    adopt_outside(patient_id=patient.id, members=members, by=by(nurse), at=NOW)
    now = team_of(see(nurse), patient.id)
    assert len(now.members) == 2
    assert now.offered == ()
    assert all(m.shares.startswith("Not asked") for m in now.members)


def test_the_page_adds_by_name_alone_offers_undo_and_shows_no_form_to_a_reader(nurse, site, patient, heart_doctor):
    browser = signed_in(nurse)
    page = browser.get(reverse("coordination:team", args=[patient.id])).content.decode()
    assert "Nobody is on the care team yet" in page
    done = browser.post(reverse("coordination:add-member", args=[patient.id]), {"q": "brandl"}, follow=True)
    page = done.content.decode()
    assert "Alder Heart Clinic" in page
    assert "data-undo" in page
    member_id = TeamMember.objects.get().id
    page = browser.get(reverse("coordination:member", args=[member_id])).content.decode()
    assert "Ask the patient what may be shared" in page
    auditor = make_user("auditor", site)
    page = signed_in(auditor).get(reverse("coordination:team", args=[patient.id])).content.decode()
    assert "Add by name" not in page
    assert "Otto Brandl, MD" in page


def test_a_consent_until_a_day_that_is_none_is_refused_and_never_becomes_one_without_an_end(
    nurse, patient, heart_doctor
):
    made = add_member(
        patient_id=patient.id, member=MemberIn(ref=f"practitioner:{heart_doctor.id}"), by=actor_for(nurse, at=NOW),
        at=NOW,
    )  # fmt: skip
    browser = signed_in(nurse)
    asked = {"decision": "given", "category": ["plan"], "given_by": "the patient"}
    where = reverse("coordination:decide-sharing", args=[made])
    answer = browser.post(where, asked | {"until": "next spring"})
    assert answer.status_code == 422
    assert "such as 2027-03-14" in answer.content.decode()
    assert TeamMember.objects.get().decision == ""
    long = browser.post(where, asked | {"given_by": "the patient " * 60})
    assert long.status_code == 422
    assert "Shorten it" in long.content.decode()


def test_somebody_we_were_in_touch_with_shows_when(nurse, patient, heart_doctor):
    by = actor_for(nurse, at=NOW)
    made = add_member(patient_id=patient.id, member=MemberIn(ref=f"practitioner:{heart_doctor.id}"), by=by, at=NOW)
    browser = signed_in(nurse)
    team = reverse("coordination:team", args=[patient.id])
    assert "Not recorded" in browser.get(team).content.decode()
    browser.post(reverse("coordination:note-contact", args=[made]))
    assert TeamMember.objects.get().last_contact_at > NOW
    assert "today" in browser.get(team).content.decode().partition("Last contact")[2]


def test_a_name_that_several_answer_to_is_shown_to_choose_from(nurse, patient, heart_doctor):
    Practitioner.objects.create(site=patient.site, display_name="Ada Brandl, NP", sort_name="Brandl, Ada")
    browser = signed_in(nurse)
    page = browser.post(reverse("coordination:add-member", args=[patient.id]), {"q": "brandl"}).content.decode()
    assert not TeamMember.objects.exists()
    assert "Add Ada Brandl, NP" in page
    assert "Add Otto Brandl, MD" in page


def test_what_somebody_outside_has_in_hand_is_counted_once(nurse, patient, site, heart_doctor):
    by, at = actor_for(nurse, at=NOW), NOW
    made = add_member(patient_id=patient.id, member=MemberIn(ref=f"practitioner:{heart_doctor.id}"), by=by, at=at)
    seen = viewer_for(nurse, at=NOW)
    assert member(seen, made).owns == 0
    given = ReferralIn(kind="clinical", service="Heart failure visit", to=f"member:{made}")
    sent = referrals.draft_referral(patient_id=patient.id, referral=given, by=by, at=at)
    assert member(seen, made).owns == 0
    referrals.send_referral(referral_out_id=sent, by=by, at=at)
    assert member(seen, made).owns == 1
    when = NOW + timedelta(days=5)
    referrals.move_referral(referral_out_id=sent, act="schedule", scheduled_at=when, by=by, at=at)
    assert member(seen, made).owns == 1
    echo = AppointmentIn(
        what="Echo", practitioner_id=heart_doctor.id, starts_at=when, ends_at=when + timedelta(hours=1), kind="test"
    )
    appointments.book(patient_id=patient.id, appointment=echo, by=by, at=at)
    assert member(seen, made).owns == 2
    assert member(viewer_for(nurse, at=when + timedelta(days=1)), made).owns == 1  # the referral waits for its outcome


def test_an_action_of_the_plan_for_a_role_outside_is_owned_by_who_has_the_role(nurse, patient, site, heart_doctor):
    by = actor_for(nurse, at=NOW)
    made = add_member(
        patient_id=patient.id, member=MemberIn(ref=f"practitioner:{heart_doctor.id}", role="SPEC"), by=by, at=NOW
    )
    need = SuggestedNeed("x", "Breathless", "health", 28, (), "medium", "immediate", ("Said so",))
    need_id = raise_need(patient_id=patient.id, need=need, by=by, at=NOW)
    planned = ActionIn(text="Titrate the diuretic", role="SPEC", due_on=(NOW + timedelta(days=7)).date())
    add_action(need_id=need_id, planned=planned, by=by, at=NOW)
    assert member(viewer_for(nurse, at=NOW), made).owns == 1
