"""A case that closes or changes hands strands nothing: visits, referrals and links have an owner or end."""

from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.coordination.actions import appointments, closing, outside, referrals, team
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes
from throughline.practice.coordination.actions.closing import UnableToSettle, VisitLeft, close_case
from throughline.practice.coordination.actions.referrals import ReferralIn
from throughline.practice.coordination.models import Appointment
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.record.cases.actions import assign_case
from throughline.record.cases.actions import close_case as close_plainly
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.documents.models import DocumentShare
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

SAID = {"reason": "declined", "summary": "She goes on with her family doctor."}


@pytest.fixture
def site(db):
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site, name="Dana Whitfield")


@pytest.fixture
def rosa(site):
    return make_user("case_manager", site, name="Rosa Lee")


@pytest.fixture
def case_id(site, nurse):
    return make_case(site, nurse, patient=make_patient(site, phone="+13155550142"))


def visit(nurse, case_id, what, days=10):
    patient = Case.objects.get(pk=case_id).patient_id
    starts_at = NOW + timedelta(days=days)
    wanted = AppointmentIn(
        what=what, provider="Dr. Pillai", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    return appointments.book(patient_id=patient, appointment=wanted, by=actor_for(nurse, at=NOW), at=NOW)


def close(nurse, case_id, *visits, **more):
    close_case(case_id=case_id, visits=visits, by=actor_for(nurse, at=NOW), at=NOW, **SAID, **more)


def reminders(appointment_id):
    found = Task.objects.filter(subject=f"appointment:{appointment_id}:remind", state__in=LIVE)
    return list(found.values_list("owner__full_name", flat=True))


def test_each_visit_is_kept_handed_over_or_cancelled_as_said(nurse, rosa, case_id):
    heart, eyes, feet = (visit(nurse, case_id, what) for what in ("Heart clinic", "Eye clinic", "Foot clinic"))
    close(
        nurse,
        case_id,
        VisitLeft(appointment_id=heart),
        VisitLeft(appointment_id=eyes, choice="hand-over", owner_id=rosa.id),
        VisitLeft(appointment_id=feet, choice="cancel"),
    )
    state = dict(Appointment.objects.values_list("what", "state"))
    assert state == {"Heart clinic": "booked", "Eye clinic": "booked", "Foot clinic": "cancelled"}
    assert (reminders(heart), reminders(eyes), reminders(feet)) == (["Dana Whitfield"], ["Rosa Lee"], [])
    over = NOW + timedelta(days=11)
    ask_outcomes(by=closing.BY, at=over)
    asked = Task.objects.filter(subject__endswith=":outcome", state__in=LIVE)
    assert set(asked.values_list("owner__full_name", flat=True)) == {"Dana Whitfield", "Rosa Lee"}


def test_a_case_closed_any_other_way_keeps_its_visits_with_its_owner(nurse, case_id):
    heart = visit(nurse, case_id, "Heart clinic")
    close_plainly(case_id=case_id, by=actor_for(nurse, at=NOW), at=NOW, **SAID)
    assert reminders(heart) == ["Dana Whitfield"]
    assert Appointment.objects.get(pk=heart).owner == nurse


@pytest.mark.parametrize("choice", [{"choice": "hand-over"}, {"choice": "forget"}])
def test_a_choice_that_is_none_closes_nothing(nurse, case_id, choice):
    heart = visit(nurse, case_id, "Heart clinic")
    with pytest.raises(UnableToSettle):
        close(nurse, case_id, VisitLeft(appointment_id=heart, **choice))
    assert Case.objects.get(pk=case_id).state == "active"


def test_an_open_referral_stays_in_its_owners_list(nurse, case_id):
    by = actor_for(nurse, at=NOW)
    given = ReferralIn(kind="community", service="Meals at home", to_name="Harbor Kitchen", phone="+13155550171")
    made = referrals.draft_referral(patient_id=Case.objects.get(pk=case_id).patient_id, referral=given, by=by, at=NOW)
    close(nurse, case_id)
    assert Task.objects.get(subject=f"referral-out:{made}", state__in=LIVE).owner == nurse


def share(nurse, patient, name):
    by, seen = actor_for(nurse, at=NOW), viewer_for(nurse, at=NOW)
    member = team.add_member(patient_id=patient, member=team.MemberIn(name=name, role="FAM"), by=by, at=NOW)
    agreed = team.SharingIn(decision="given", categories=("conditions",), given_by="The patient")
    team.decide_sharing(member_id=member, sharing_in=agreed, by=by, at=NOW)
    outside.share_with(member_id=member, viewer=seen, by=by, at=NOW)
    return DocumentShare.objects.get(recipient=name)


def test_links_end_with_the_case_and_one_that_was_said_goes_on(nurse, case_id):
    patient = Case.objects.get(pk=case_id).patient_id
    ends, stays = share(nurse, patient, "Ana Reyes"), share(nurse, patient, "Luis Reyes")
    close(nurse, case_id, links=[stays.id])
    ends.refresh_from_db()
    stays.refresh_from_db()
    assert (ends.revoke_reason, stays.revoked_at) == ("The case closed.", None)


def test_visits_and_referrals_follow_a_case_that_changes_hands(site, nurse, rosa, case_id):
    heart, by = visit(nurse, case_id, "Heart clinic"), actor_for(nurse, at=NOW)
    given = ReferralIn(kind="community", service="Meals at home", to_name="Harbor Kitchen", phone="+13155550171")
    made = referrals.draft_referral(patient_id=Case.objects.get(pk=case_id).patient_id, referral=given, by=by, at=NOW)
    boss = actor_for(make_user("supervisor", site), at=NOW)
    assign_case(case_id=case_id, owner_id=rosa.id, team_id=None, by=boss, at=NOW)
    assert reminders(heart) == ["Rosa Lee"]
    assert Task.objects.get(subject=f"referral-out:{made}", state__in=LIVE).owner == rosa


def test_the_form_lists_what_is_left_and_does_as_it_says(nurse, rosa, case_id):
    heart = visit(nurse, case_id, "Heart clinic", days=400)
    page = signed_in(nurse)
    address = reverse("coordination:close-case", args=[case_id])
    shown = page.get(address).content.decode()
    assert "Heart clinic" in shown
    assert "Keep; Dana Whitfield sees to it" in shown
    refused = page.post(address, {"reason": "declined", "summary": "", f"visit-{heart}": "cancel"})
    assert refused.status_code == 422
    assert 'value="cancel" checked' in refused.content.decode()
    said = SAID | {f"visit-{heart}": "hand-over", f"to-{heart}": str(rosa.id)}
    assert page.post(address, said).status_code == 302
    assert Appointment.objects.get(pk=heart).owner == rosa
    assert Case.objects.get(pk=case_id).state == "closed"
