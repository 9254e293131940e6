"""The plan page: suggested with reasons, adopted in one go, broken lines named, agreed; by plain forms."""

import re

import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.careplan.models import DeclinedOption, Goal, Lesson, PlanAction, PlanVersion
from throughline.record.cases.tests.factories import make_case, make_patient

pytestmark = pytest.mark.django_db
THREE = {"pathway": ["heart_failure", "ckd", "hip_fracture_tja"]}


@pytest.fixture
def patient(client):
    site = make_site()
    nurse = make_user("case_manager", site)
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    client.force_login(nurse)
    return found


def show(client, patient, **query):
    return client.get(reverse("careplan:plan", args=[patient.id]), query).content.decode()


def plain(client, patient, **query):
    return client.get(reverse("careplan:plain", args=[patient.id]), query).content.decode()


def test_an_empty_plan_says_what_belongs_here(client, patient):
    page = show(client, patient)
    assert "Start from an assessment" in page
    assert "Pathway by hand" in page


def test_suggestions_carry_reason_source_and_standing_and_clashes_are_asked(client, patient):
    page = show(client, patient, **THREE)
    assert "Heart failure (chosen by the nurse), unreviewed" in page
    assert "A fluid limit for the heart stands against kidney disease" in page
    assert "exercise programme stands against" in page
    assert "duplicates were merged" in page
    assert not Goal.objects.exists()


def test_adopt_all_then_nothing_is_suggested_twice(client, patient):
    answer = client.post(reverse("careplan:adopt", args=[patient.id]), {**THREE, "all": "1"}, follow=True)
    page = answer.content.decode()
    assert "added to the plan" in page
    assert Goal.objects.count() > 8
    assert "no owner" in page
    assert "Home health nurse, no owner" in page or "Specialist, no owner" in page
    assert "Nothing is suggested that is not in the plan" in page


def test_adopt_one_goal_with_the_target_chosen(client, patient):
    fields = {
        "pathway": ["heart_failure", "ckd"],
        "goal": "loinc-85354-9",
        "t:loinc-85354-9": "< 130/80 if tolerated, SBP >= 100",
    }
    client.post(reverse("careplan:adopt", args=[patient.id]), fields)
    assert Goal.objects.get().target == "< 130/80 if tolerated, SBP >= 100"
    Goal.objects.all().delete()
    fields["t:loinc-85354-9"] = "< 999"
    client.post(reverse("careplan:adopt", args=[patient.id]), fields)
    assert Goal.objects.get().target != "< 999", "a target nobody proposed is not taken from a form"


def test_by_hand_taught_declined_and_agreed(client, patient):
    client.post(reverse("careplan:adopt", args=[patient.id]), {"pathway": ["heart_failure"], "all": "1"})
    goal, action, lesson = Goal.objects.first(), PlanAction.objects.first(), Lesson.objects.first()
    need = goal.need_id
    client.post(reverse("careplan:add-goal", args=[need]), {"text": "Sleep in my bed", "by_date": "2099-01-01"})
    client.post(
        reverse("careplan:add-action", args=[need]), {"text": "Scale at home", "due_on": "2099-01-01", "role": "SW"}
    )
    client.post(reverse("careplan:move-goal", args=[goal.id]), {"status": "met"})
    client.post(reverse("careplan:withdraw", args=[action.id]), {"reason": "Has one already"})
    client.post(reverse("careplan:teach", args=[lesson.id]), {"status": "understood"})
    client.post(
        reverse("careplan:decline", args=[patient.id]), {"key": "", "text": "Meals", "reason": "I like to cook"}
    )
    client.post(
        reverse("careplan:agree", args=[patient.id]), {"how": "by phone", "who": "Ngozi", "review_on": "2099-01-01"}
    )
    page = show(client, patient)
    for words in ("Sleep in my bed", "Scale at home", "Version 1", "understood", "I like to cook", "withdrawn"):
        assert words in page, words
    assert DeclinedOption.objects.count() == PlanVersion.objects.count() == 1


def test_a_date_that_is_none_is_refused_with_words(client, patient):
    client.post(reverse("careplan:adopt", args=[patient.id]), {"pathway": ["heart_failure"], "all": "1"})
    need = Goal.objects.first().need_id
    answer = client.post(reverse("careplan:add-goal", args=[need]), {"text": "x", "by_date": "soon"})
    assert answer.status_code == 422
    assert "Enter a date such as" in answer.content.decode()


def test_the_patients_page_says_its_grade(client, patient):
    client.post(reverse("careplan:adopt", args=[patient.id]), {"pathway": ["heart_failure"], "all": "1"})
    page = plain(client, patient)
    assert "How hard these words read: grade" in page
    assert "What my nurse does" in page
    assert "plain wording of our own, not yet reviewed" in page
    assert "In Spanish" in page


def test_the_patients_page_speaks_spanish_where_there_is_wording_and_says_where_there_is_none(client, patient):
    client.post(reverse("careplan:adopt", args=[patient.id]), {"pathway": ["heart_failure"], "all": "1"})
    need = Goal.objects.first().need_id
    client.post(reverse("careplan:add-goal", args=[need]), {"text": "Visit my sister", "by_date": "2099-01-02"})
    page = plain(client, patient, language="es")
    for words in ('lang="es">Mi plan de cuidado', "Lo que hace mi enfermera", "2 de enero de 2099", "Mi enfermera:"):
        assert words in page, words
    assert "INFLESZ" in page
    assert "Unreviewed" in page
    left = page[page.index("Algunas partes de este plan") :]
    assert re.search(r'<ul class="bullets" lang="en"><li>Visit my sister', left), "what has no wording stays English"
    patient.language = "es-US"
    patient.save()
    assert "Mi plan de cuidado" in plain(client, patient)
    assert "My care plan" in plain(client, patient, language="en")
    assert "My care plan" in plain(client, patient, language="tlh"), "no wording: English, never a guess"


def test_the_page_needs_a_fixed_number_of_statements(client, patient, django_assert_max_num_queries):
    client.post(reverse("careplan:adopt", args=[patient.id]), {**THREE, "all": "1"})
    with django_assert_max_num_queries(30):
        show(client, patient)
