"""The patient's page costs the same number of statements however much is known of her."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.foundation.access.models import Site
from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Allergy, Condition, Encounter, Medication
from throughline.record.chart.tests.factories import fact, weight
from throughline.record.tasks.actions import TaskIn, add_task

pytestmark = pytest.mark.django_db

MOST = 15  # design goal: statements a page, sign-in, permission and audit included


@pytest.fixture
def ward():
    site = make_site()
    nurse = make_user("case_manager", site)
    browser = Client()
    browser.force_login(nurse)
    return site, nurse, browser


def patient_with(site: Site, nurse, facts: int, tasks: int):
    """Return a patient with a case and that many facts of each of several kinds."""
    patient = make_patient(site)
    case_id = make_case(site, nurse, patient=patient)
    for number in range(facts):
        for model in (Condition, Encounter, Medication, Allergy):
            fact(model, patient, display=f"{model.__name__} {number}", code=f"{number}", status="active")
        weight(patient, 3, 80 + number, code=f"code-{number}")
    at = datetime.now(UTC)
    for number in range(tasks):
        due = TaskIn(
            patient_id=patient.id,
            title=f"ask about {number}",
            verb="Call",
            case_id=case_id,
            owner_id=nurse.id,
            due_at=at + timedelta(number),
        )
        add_task(patient_id=patient.id, task=due, by=actor_for(nurse, at=at), at=at)
    return patient


def test_the_page_costs_as_many_statements_for_many_facts_as_for_few(ward):
    site, nurse, browser = ward
    sent = {}
    for size in (0, 1, 60):
        address = reverse("desk:patient", args=[patient_with(site, nurse, size, min(size, 5)).id])
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(address).content.decode()
        sent[size] = len(asked)
        assert page.count("<b>Call:</b> ask about") == min(size, 5)
        assert ("Condition 0" in page) is (size > 0)
    assert max(sent.values()) <= MOST
    assert len(set(sent.values())) == 1


def test_the_choice_of_owners_is_kept_but_never_stale(ward):
    site, nurse, browser = ward
    address = reverse("desk:patient", args=[patient_with(site, nurse, 0, 0).id])

    def offered():
        return re.findall(r'<option value="[^"]+"( selected)?>([^<]+)</option>', browser.get(address).content.decode())

    assert offered() == offered() == [(" selected", nurse.full_name)]
    joined = make_user("social_worker", site, name="Åsa <b>Lind</b>")
    assert offered() == [(" selected", nurse.full_name), ("", "Åsa &lt;b&gt;Lind&lt;/b&gt;")]
    joined.is_active = False
    joined.save()
    assert offered() == [(" selected", nurse.full_name)]
