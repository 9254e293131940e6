"""A member outside sees exactly what the patient agreed to, by a link, until the consent changes or she leaves."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.coordination.actions.outside import UnableToShareWith, keep_packet, share_with
from throughline.practice.coordination.actions.referrals import ReferralIn, draft_referral
from throughline.practice.coordination.actions.team import MemberIn, SharingIn, add_member, decide_sharing, end_member
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Condition
from throughline.record.documents.queries import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)  # the page reads the clock itself


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site(), name="Ines Calder")


@pytest.fixture
def patient(nurse, at):
    found = make_patient(nurse.grants.get().site)
    make_case(found.site, nurse, patient=found, at=at)
    base = {"site": found.site, "patient": found, "received_at": at, "status": "active"}
    Condition.objects.create(**base, display="Heart failure", code="I50.9")
    Condition.objects.create(**base, display="Opioid dependence", code="F11.20")
    return found


@pytest.fixture
def member(nurse, patient, at):
    care = MemberIn(name="Alder Home Care")
    return add_member(patient_id=patient.id, member=care, by=actor_for(nurse, at=at), at=at)


def agree(nurse, member, at, *categories, written=False):
    decided = SharingIn(decision="given", categories=categories, written=written, given_by="the patient")
    decide_sharing(member_id=member, sharing_in=decided, by=actor_for(nurse, at=at), at=at)


def link(nurse, member, at):
    viewer = viewer_for(nurse, at=at)
    made = share_with(member_id=member, viewer=viewer, by=viewer.actor, at=at)
    return reverse("documents:shared", args=[made.token])


def test_without_a_consent_there_is_no_page(nurse, member, at):
    with pytest.raises(UnableToShareWith, match="Not asked yet"):
        link(nurse, member, at)


def test_the_page_opens_without_an_account_and_shows_what_was_agreed_to_and_nothing_else(nurse, member, at):
    agree(nurse, member, at, "conditions")
    page = Client().get(link(nurse, member, at)).content.decode()
    assert "Heart failure" in page
    assert "Opioid" not in page
    assert "42 CFR part 2" not in page
    assert "Agreed by word of mouth by the patient" in page


def test_substance_use_agreed_to_in_writing_carries_its_notice(nurse, member, at):
    agree(nurse, member, at, "conditions", "substance", written=True)
    page = Client().get(link(nurse, member, at)).content.decode()
    assert "Opioid dependence" in page
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in page


def test_the_page_ends_when_the_consent_changes_and_when_she_leaves(nurse, member, at):
    agree(nurse, member, at, "conditions")
    first = link(nurse, member, at)
    agree(nurse, member, at + timedelta(seconds=1), "plan", "conditions")
    assert "Heart failure" not in Client().get(first).content.decode()
    second = link(nurse, member, at + timedelta(seconds=2))
    assert "Heart failure" in Client().get(second).content.decode()
    end_member(member_id=member, reason="Moved", by=actor_for(nurse, at=at), at=at + timedelta(seconds=3))
    assert "Heart failure" not in Client().get(second).content.decode()


def test_the_link_is_shown_once_on_her_page(nurse, member, at):
    agree(nurse, member, at, "conditions")
    browser = signed_in(nurse)
    page = browser.post(reverse("coordination:share-with-member", args=[member]), {"days": "3"}).content.decode()
    assert "/shared/" in page
    assert "/shared/" not in browser.get(reverse("coordination:member", args=[member])).content.decode()


def test_the_packet_is_kept_as_a_signed_document_of_what_was_agreed_to(nurse, patient, at):
    viewer = viewer_for(nurse, at=at)
    referral = ReferralIn(
        kind="clinical", service="Look at her knee", to_name="Knee clinic", fax="+19375550170",
        categories=("conditions",), agreed_by="the patient", agreed_how="by phone",
    )  # fmt: skip
    made = draft_referral(patient_id=patient.id, referral=referral, by=viewer.actor, at=at)
    kept = document(viewer, keep_packet(referral_out_id=made, viewer=viewer, by=viewer.actor, at=at))
    words = " ".join(part.words for part in kept.parts)
    assert "Heart failure" in words
    assert "Opioid" not in words
    assert "Agreed by phone by the patient" in words
