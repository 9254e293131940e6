"""Breaking the glass and the review after it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from throughline.foundation.access import emergency_actions as emergencies
from throughline.foundation.access.actions import UnableToOpen
from throughline.foundation.access.models import BreakGlass
from throughline.foundation.access.queries import may_see
from throughline.foundation.access.tests.factories import NOON, as_actor, as_viewer, make_site, make_user
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel import actions as kernel
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def patient(site, monkeypatch):
    there = uuid4()
    monkeypatch.setitem(kernel._locators, "patient_id", lambda value: Place(site.id, there))
    return there


def break_in(user, site, patient, **changes):
    asked = {"reason_code": "urgent-care", "reason": "Chest pain on the phone", "hours": 4, **changes}
    return emergencies.break_glass(site_id=site.id, patient_id=patient, by=as_actor(user), at=NOON, **asked)


def test_the_record_is_open_until_it_expires_and_everybody_can_read_why(site, patient):
    nurse = make_user("case_manager", site, name="Ana Flores")
    assert break_in(nurse, site, patient) == NOON + timedelta(hours=4)
    for hours, seen in ((0, True), (3.99, True), (4, False)):
        viewer = as_viewer(nurse, at=NOON + timedelta(hours=hours))
        assert may_see(viewer, patient_id=patient, site_id=site.id) is seen
    assert JournalEntry.objects.get().sentence == (
        "Ana Flores opened this record in an emergency: Chest pain on the phone"
    )
    assert AuditEntry.objects.get(kind="break-glass").detail["reason_code"] == "urgent-care"


@pytest.mark.parametrize("changes", [{"reason": "hm"}, {"reason_code": "curious"}, {"hours": 25}, {"hours": 0}])
def test_without_a_reason_or_for_too_long_it_stays_closed(site, patient, changes):
    nurse = make_user("case_manager", site)
    with pytest.raises(UnableToOpen):
        break_in(nurse, site, patient, **changes)
    assert not may_see(as_viewer(nurse), patient_id=patient, site_id=site.id)


def test_a_patient_of_another_site_is_not_found(site, patient):
    other = make_site()
    with pytest.raises(NotFound):
        break_in(make_user("case_manager", other), other, patient)


@pytest.mark.parametrize("role", ["intake_clerk", "auditor", "administrator"])
def test_roles_without_it_are_refused_and_written_down(site, patient, role):
    with pytest.raises(NotPermitted):
        break_in(make_user(role, site), site, patient)
    assert AuditEntry.objects.get(kind="refused").patient_id is None
    assert not BreakGlass.objects.exists()


def review(user, **changes):
    found = {"justified": True, "finding": "She called the cardiologist.", **changes}
    opening = BreakGlass.objects.get()
    emergencies.review_break_glass(break_glass_id=opening.id, by=as_actor(user), at=NOON, **found)
    return BreakGlass.objects.get()


def test_a_reviewer_s_finding_is_kept_and_told(site, patient):
    break_in(make_user("case_manager", site, name="Ana Flores"), site, patient)
    supervisor = make_user("supervisor", site)
    opening = review(supervisor, justified=False)
    assert (opening.reviewed_at, opening.reviewed_by, opening.justified) == (NOON, supervisor, False)
    told = JournalEntry.objects.get(kind="access.emergency-opening-reviewed").sentence
    assert told == "The emergency opening by Ana Flores was found not justified: She called the cardiologist."
    with pytest.raises(emergencies.UnableToReview, match="already"):
        review(supervisor)


def test_one_s_own_opening_and_a_finding_without_words_are_refused(site, patient):
    supervisor = make_user("supervisor", site)
    break_in(supervisor, site, patient)
    with pytest.raises(emergencies.UnableToReview, match="yourself"):
        review(supervisor)
    with pytest.raises(emergencies.UnableToReview, match="few words"):
        review(make_user("auditor", site), finding=" ")


def test_a_reviewer_of_another_site_may_not(site, patient):
    break_in(make_user("case_manager", site), site, patient)
    with pytest.raises(NotPermitted):
        review(make_user("supervisor", make_site()))
