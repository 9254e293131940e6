"""Offered, declined, offered again, reported, verified; seen by who carries it, covered when she is away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.models import PatientAccess
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.caseload.actions import QualificationIn, UnableToQualify, arrange_cover, record_qualification
from throughline.practice.caseload.models import Qualification
from throughline.practice.caseload.queries import worklist
from throughline.practice.coordination.actions.referrals import ReferralIn, draft_referral, send_referral
from throughline.practice.coordination.queries.delegation import delegated, matches
from throughline.practice.coordination.web import delegation
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.people.models import Address
from throughline.record.tasks.actions import (
    TaskIn,
    add_task,
    answer_offer,
    check_report,
    offer_task,
    report_back,
)
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import UnableToMoveTask

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site, name="Ines Calder")


@pytest.fixture
def aide(site):
    return make_user("team_nurse", site, name="Petra Voss")


@pytest.fixture
def other(site):
    return make_user("team_nurse", site, name="Theo Marsh")


@pytest.fixture
def patient(nurse, site):
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


def by(user, at=MONDAY):
    return actor_for(user, at=at)


def see(user, at=MONDAY):
    return viewer_for(user, at=at)


def task(nurse, patient, title="Teach the inhaler", due=MONDAY + timedelta(days=1)):
    wanted = TaskIn(patient_id=patient.id, title=title, owner_id=nurse.id, due_at=due)
    return add_task(patient_id=patient.id, task=wanted, by=by(nurse), at=MONDAY)


def offer(nurse, task_id, to, at=MONDAY):
    offer_task(task_id=task_id, to_id=to.id, by=by(nurse, at), at=at)


def on_today(user, at, holders=()):
    return [due.verb for row in worklist(see(user, at), holders=holders).rows for due in (row.first, *row.extras)]


def test_who_carries_a_task_sees_its_patient_while_she_carries_it(nurse, patient, aide):
    made = task(nurse, patient)
    offer(nurse, made, aide)
    assert "Accept or decline" in on_today(aide, MONDAY)
    answer_offer(task_id=made, accept=False, reason="On leave", by=by(aide), at=MONDAY)
    later = MONDAY + timedelta(minutes=1)
    assert not PatientAccess.objects.filter(user=aide, patient_id=patient.id, until=None).exists()
    assert on_today(aide, later) == []
    assert PatientAccess.objects.filter(user=nurse, patient_id=patient.id, until=None).exists()


def test_what_others_carry_out_stands_by_what_it_waits_for(nurse, patient, aide, other):
    waiting, accepted, reported, late, declined = (task(nurse, patient, f"T{n}") for n in range(5))
    for made in (waiting, accepted, reported, late):
        offer(nurse, made, aide)
    offer(nurse, declined, other)
    answer_offer(task_id=declined, accept=False, reason="No car", by=by(other), at=MONDAY)
    for made in (accepted, reported, late):
        answer_offer(task_id=made, accept=True, by=by(aide), at=MONDAY)
    report_back(task_id=reported, outcome="She can do it", by=by(aide), at=MONDAY)
    Task.objects.filter(pk=late).update(due_at=MONDAY - timedelta(days=1))
    found = delegated(see(nurse))
    groups = (found.to_check, found.late, found.unanswered, found.under_way, found.came_back)
    wanted = [[reported], [late], [waiting], [accepted], [declined]]
    assert [[one.task_id for one in group] for group in groups] == wanted
    assert found.came_back[0].note == "Declined by Theo Marsh: No car"
    page = signed_in(nurse).get(reverse("coordination:delegated")).content.decode()
    assert "She can do it" in page
    assert "Nothing is with others" in signed_in(aide).get(reverse("coordination:delegated")).content.decode()


def test_a_stand_in_answers_for_who_is_away_and_sees_what_is_delegated(nurse, site, patient, aide, other):
    boss = make_user("supervisor", site)
    made = task(nurse, patient)
    offer(nurse, made, aide)
    with pytest.raises(UnableToMoveTask, match="covers for her"):
        answer_offer(task_id=made, accept=True, by=by(boss), at=MONDAY)
    arrange_cover(
        site_id=site.id, away_id=aide.id, covering_id=other.id, since=MONDAY, until=MONDAY + timedelta(days=3),
        brief="", by=by(boss), at=MONDAY,
    )  # fmt: skip
    later = MONDAY + timedelta(hours=1)
    assert "Accept or decline" in on_today(other, later, holders=[aide.id])
    answer_offer(task_id=made, accept=True, by=by(other, later), at=later)
    assert Task.objects.get(pk=made).state == "accepted"


def test_the_one_who_covers_checks_what_others_report_to_who_is_away(nurse, site, patient, aide, other):
    made = task(nurse, patient)
    offer(nurse, made, aide)
    answer_offer(task_id=made, accept=True, by=by(aide), at=MONDAY)
    report_back(task_id=made, outcome="Done", by=by(aide), at=MONDAY)
    arrange_cover(
        site_id=site.id, away_id=nurse.id, covering_id=other.id, since=MONDAY, until=MONDAY + timedelta(days=3),
        brief="", by=by(make_user("supervisor", site)), at=MONDAY,
    )  # fmt: skip
    later = MONDAY + timedelta(hours=1)
    assert "Check report" in on_today(other, later, holders=[nurse.id])
    assert [one.task_id for one in delegated(see(other, later)).to_check] == [made]


def test_who_fits_is_said_with_why_and_handing_on_from_there_offers(nurse, site, patient, aide, other):
    Address.objects.create(site=site, patient=patient, state="OH")
    boss = by(make_user("supervisor", site))
    licence = QualificationIn(kind="licence", name="RN", state="oh")
    record_qualification(site_id=site.id, user_id=aide.id, qualification=licence, by=boss, at=MONDAY)
    made = task(nurse, patient)
    found = {m.name: m for m in matches(see(nurse), made)}
    assert found["Petra Voss"].may
    assert not found["Theo Marsh"].may
    assert "Ines Calder" not in found
    browser = signed_in(nurse)
    page = browser.get(reverse("coordination:hand-on", args=[made])).content.decode()
    assert "licensed as RN in OH" in page
    browser.post(reverse("coordination:hand-on", args=[made]), {"to": str(aide.id), "act": "offer"})
    assert Task.objects.get(pk=made).owner_id == aide.id


def test_a_large_staff_is_shown_by_fit_and_the_rest_found_by_name(nurse, patient, aide, other, monkeypatch):
    browser, address = signed_in(nurse), reverse("coordination:hand-on", args=[task(nurse, patient)])
    assert 'name="name"' not in browser.get(address).content.decode()  # all are in sight: nothing to look for
    monkeypatch.setattr(delegation, "MOST_SHOWN", 1)
    first = browser.get(address).content.decode()
    assert first.count('name="to"') <= 1
    assert "1 more colleague who fits less" in first
    assert aide.full_name in browser.get(address, {"name": aide.full_name[:3].upper()}).content.decode()
    assert "No colleague of that name works here" in browser.get(address, {"name": "Nobody Such"}).content.decode()


def test_a_licence_without_its_state_and_a_stranger_are_refused(site, nurse):
    boss = by(make_user("supervisor", site))
    for user, given in (
        (nurse, QualificationIn(kind="licence", name="RN")),
        (nurse, QualificationIn(kind="hobby", name="chess")),
        (nurse, QualificationIn(kind="licence", name="RN", state="CA", multistate=True)),
        (nurse, QualificationIn(kind="certificate", name="CCM", multistate=True)),
        (make_user("team_nurse"), QualificationIn(kind="language", name="es")),
    ):
        with pytest.raises(UnableToQualify):
            record_qualification(site_id=site.id, user_id=user.id, qualification=given, by=boss, at=MONDAY)


def test_the_supervisor_records_and_ends_a_licence_on_a_page(site, nurse):
    browser = signed_in(make_user("supervisor", site))
    where = reverse("caseload:qualifications")
    fields = {"site": str(site.id), "user": str(nurse.id), "kind": "licence", "name": "RN", "state": "OH"}
    page = browser.post(where, fields, follow=True).content.decode()
    assert "RN OH" in page
    kentucky = fields | {"name": "LPN", "state": "ky", "multistate": "1"}
    assert "LPN KY multistate" in browser.post(where, kentucky, follow=True).content.decode()
    browser.post(where, {"site": str(site.id), "end": str(Qualification.objects.get(name="LPN").id)})
    browser.post(where, {"site": str(site.id), "end": str(Qualification.objects.get(name="RN").id)})
    assert "RN OH" not in browser.get(where).content.decode()


def test_a_week_in_which_every_loop_closes_or_stands_in_somebodys_list(nurse, patient, aide, other):
    """Delegated, declined, delegated again, done; a referral that stays silent is somebody's row on the third day."""
    made = task(nurse, patient)
    referral = ReferralIn(kind="community", service="Meals at home", to_name="Table of Plenty")
    sent = draft_referral(patient_id=patient.id, referral=referral, by=by(nurse), at=MONDAY)
    send_referral(referral_out_id=sent, by=by(nurse), at=MONDAY)
    days = [MONDAY + timedelta(days=n) for n in range(4)]
    offer(nurse, made, aide)
    answer_offer(task_id=made, accept=False, reason="No room this week", by=by(aide, days[1]), at=days[1])
    assert "Do" in on_today(nurse, days[1]), "what is declined is back in her list"
    offer(nurse, made, other, days[1])
    assert "Accept or decline" in on_today(other, days[1])
    answer_offer(task_id=made, accept=True, by=by(other, days[1]), at=days[1])
    report_back(task_id=made, outcome="Needs a spacer", by=by(other, days[2]), at=days[2])
    assert "Check report" in on_today(nurse, days[2])
    check_report(task_id=made, verified=False, reason="Did she show it back?", by=by(nurse, days[2]), at=days[2])
    report_back(task_id=made, outcome="Shown back twice", by=by(other, days[2]), at=days[2])
    check_report(task_id=made, verified=True, by=by(nurse, days[3]), at=days[3])
    assert "Ask for an answer" in on_today(nurse, days[3])
    for open_task in Task.objects.filter(patient=patient, state__in=("open", "offered", "accepted", "reported")):
        assert open_task.owner_id is not None, f"{open_task} is in nobody's list"
    assert Task.objects.get(pk=made).state == "done"
