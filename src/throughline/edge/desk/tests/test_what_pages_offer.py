"""What a page shows and offers: words instead of codes, local times, no alarm for nothing, no closed door."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import resolve, reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record, signed_in
from throughline.foundation.drafts.web.editing import Field, UnableToRead
from throughline.practice.caseload import queries as caseload
from throughline.practice.caseload.actions import QualificationIn, record_qualification
from throughline.record.cases.actions import set_acuity
from throughline.record.cases.rules import step_words
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Allergy
from throughline.record.tasks.actions import TaskIn, add_task
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site, name="Ines Calder")


@pytest.fixture
def patient(site, nurse):
    found = make_patient(site)
    make_case(site, nurse, patient=found, at=datetime.now(UTC) - timedelta(days=3))
    return found


def allergy(patient, code, display):
    return Allergy.objects.create(
        site=patient.site, patient=patient, code=code, display=display, status="active", received_at=datetime.now(UTC)
    )


def page(user, name, *args):
    return signed_in(user).get(reverse(name, args=args)).content.decode()


def test_no_known_allergy_is_a_fact_and_no_alarm(nurse, patient):
    head = page(nurse, "desk:story", patient.id)
    assert "<dt>Allergies</dt><dd>Not recorded</dd>" in head
    known = allergy(patient, "716186003", "No known allergies")
    head = page(nurse, "desk:story", patient.id)
    assert "<dt>Allergies</dt><dd>None known</dd>" in head
    assert "Allergy: " not in head
    known.delete()
    allergy(patient, "91936005", "Penicillin")
    head = page(nurse, "desk:story", patient.id)
    assert "Allergy: Penicillin" in head
    assert "<dt>Allergies</dt>" not in head


def test_the_steps_of_a_case_are_words_in_the_readers_own_time(nurse, patient):
    case_id = patient.cases.get().id
    at = datetime.now(UTC)
    set_acuity(case_id=case_id, acuity=4, reason="Two falls", by=actor_for(nurse, at=at), at=at)
    shown = page(nurse, "cases:case", case_id)
    assert "<b>Acuity set to 4</b>" in shown
    assert "Opened, waiting for consent" in shown
    assert "UTC" not in shown
    assert step_words("assign", "") == "Left without an owner"
    assert step_words("pause", "paused") == "Paused"


def test_the_formula_of_a_rank_leads_back_to_its_row(nurse, patient):
    shown = page(nurse, "desk:why", patient.id)
    assert f'href="/#row-{patient.id}"' in shown


def test_a_patient_who_is_not_on_the_list_is_opened_at_what_is_due(site, patient):
    boss = make_user("supervisor", site)
    found = signed_in(boss).get(reverse("desk:panel", args=[patient.id]), {"open": "task"})
    assert found.url == reverse("desk:patient", args=[patient.id]) + "#due"


@pytest.mark.parametrize("role", ["auditor", "supervisor", "case_manager", "physician_consultant"])
def test_no_page_of_a_patient_leads_to_a_refusal(site, nurse, patient, role):
    reader = make_user(role, site)
    open_record(patient.id, site, user=reader, kind="care_team")
    viewer = viewer_for(reader, at=datetime.now(UTC))
    closed = set()
    for name in ("desk:patient", "desk:threads", "desk:story"):
        shown = page(reader, name, patient.id)
        for href in re.findall(r'<a [^>]*href="(/[^"#?]*)', shown):
            asked = getattr(resolve(href).func, "page", None)
            if asked and asked.needs and not viewer.may(asked.needs):
                closed.add(href)
    assert not closed


def test_help_keeps_the_rail(nurse):
    assert 'href="/patients/"' in page(nurse, "ui:help")


@pytest.mark.parametrize(
    ("typed", "kept"), [("14:30", "14:30"), ("2:30 PM", "14:30"), ("2 pm", "14:00"), ("12:05 am", "00:05"), ("", "")]
)
def test_a_time_is_read_as_people_write_it(typed, kept):
    field = Field("at", "At", kind="time")
    assert field.value_of(typed) == kept
    assert field.in_words("14:30") == "2:30 PM"


@pytest.mark.parametrize("typed", ["25:00", "14 pm", "noonish", "9:75"])
def test_what_is_no_time_is_refused_with_an_example(typed):
    with pytest.raises(UnableToRead, match="such as 2:30 PM"):
        Field("at", "At", kind="time").value_of(typed)


def test_the_pages_of_sign_in_lead_back_to_the_account(nurse):
    for name in ("mfa_index", "usersessions_list", "account_change_password"):
        assert 'href="/account/"' in page(nurse, name)


def test_a_language_held_is_named_and_can_be_ended_beside_its_name(site, nurse):
    boss = make_user("supervisor", site)
    at = datetime.now(UTC)
    held = QualificationIn(kind="language", name="es")
    record_qualification(site_id=site.id, user_id=nurse.id, qualification=held, by=actor_for(boss, at=at), at=at)
    shown = page(boss, "caseload:qualifications")
    assert 'class="tag">Spanish</span>' in shown


def test_a_large_site_says_how_somebody_far_from_the_patient_is_named(nurse, site, patient, monkeypatch):
    make_user("case_manager", site, name="Rosa Farrow")
    whole = page(nurse, "desk:patient", patient.id)
    assert "Rosa Farrow" in whole
    assert 'id="qt-near"' not in whole
    monkeypatch.setattr(caseload, "MOST_TO_CHOOSE", 1)
    shown = page(nurse, "desk:patient", patient.id)
    assert "Rosa Farrow" not in shown
    assert "For another colleague write @ and her name in the task" in shown
    quick = reverse("desk:quick-task", args=[patient.id])
    signed_in(nurse).post(quick, {"title": "Call the daughter", "owner": nurse.id})
    opened = signed_in(nurse).get(reverse("desk:panel", args=[patient.id]), {"open": "all"}).content.decode()
    assert "Rosa Farrow" not in opened
    assert "For another colleague write @ and her name in the task" in opened
    form = {"title": "Order a shower chair @rosa"}
    signed_in(nurse).post(quick, form)
    shown = signed_in(nurse).get(reverse("desk:panel", args=[patient.id]), {"open": "assign"}).content.decode()
    assert "Rosa Farrow</option>" in shown
    assert str(Task.objects.get(title="Order a shower chair").owner) == "Rosa Farrow"


def test_a_name_several_bear_is_refused_with_what_to_do(nurse, site, patient):
    for family in ("Farrow", "Fenn"):
        make_user("case_manager", site, name=f"Rosa {family}")
    form = {"title": "Order a shower chair @rosa"}
    answer = signed_in(nurse).post(reverse("desk:quick-task", args=[patient.id]), form)
    assert "add the task without @ and hand it on" in answer.content.decode()
    assert not Task.objects.exists()


def due_now(nurse, patient):
    now = datetime.now(UTC)
    task = TaskIn(patient_id=patient.id, title="Weigh her", verb="Ask", owner_id=nurse.id, due_at=now)
    add_task(patient_id=patient.id, task=task, by=actor_for(nurse, at=now), at=now)


def test_a_filter_nothing_fits_leads_to_the_whole_list_and_only_an_empty_one_to_intake(nurse, patient):
    due_now(nurse, patient)
    narrowed = signed_in(nurse).get(reverse("desk:today"), {"show": "safety"}).content.decode()
    assert "1 patient of this list has work due, but none of this kind." in narrowed
    assert re.search(r'<a class="btn btn-primary" href="[^"]*show=all">Show all 1</a>', narrowed)
    assert "Look at intake" not in narrowed
    colleague = make_user("case_manager", patient.site)
    assert "Look at intake" in signed_in(colleague).get(reverse("desk:today")).content.decode()


def test_who_was_never_reached_is_said_so_in_her_row(nurse, patient):
    due_now(nurse, patient)
    address = reverse("desk:panel", args=[patient.id])
    shown = signed_in(nurse).get(address, {"open": "all"}, headers={"HX-Request": "true"}).content.decode()
    assert "never reached" in shown
    assert "last contact never" not in shown


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("desk:save-view", {"delete": "x"}),
        ("desk:save-patients-view", {"delete": "x"}),
        ("desk:quick-task", {"title": "Order a chair", "owner": "x"}),
        ("desk:call", {"outcome": "no-answer", "close": "x", "seconds": "²"}),
    ],
)
def test_an_id_that_is_none_is_refused_not_a_fault(nurse, patient, name, sent):
    args = [patient.id] if name in ("desk:quick-task", "desk:call") else []
    answer = signed_in(nurse).post(reverse(name, args=args), sent)
    assert answer.status_code == 422
    assert "from the list" in answer.content.decode()
