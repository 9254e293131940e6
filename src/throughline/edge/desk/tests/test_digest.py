"""The digest shows what others did for one's own patients, and its button goes until the next time picked."""

import pytest
from django.test import Client
from django.utils import timezone

from throughline.foundation.access.tests.factories import as_actor, make_site, make_user
from throughline.record.cases.actions import write_note
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.tasks.actions import TaskIn, add_task

pytestmark = pytest.mark.django_db


def test_others_news_by_patient_and_not_one_s_own():
    site = make_site()
    nurse, colleague = make_user("case_manager", site), make_user("supervisor", site)
    mine, hers = make_patient(site, name="Okafor, Grace"), make_patient(site, name="Lindqvist, Per")
    now = timezone.now()
    make_case(site, nurse, patient=mine, at=now)
    make_case(site, colleague, patient=hers, at=now)
    for patient, author, text in (
        (mine, colleague, "Daughter rang"),
        (mine, nurse, "My note"),
        (hers, colleague, "No"),
    ):
        task = TaskIn(patient_id=patient.id, title=text, owner_id=nurse.id if patient is mine else colleague.id)
        add_task(patient_id=patient.id, task=task, by=as_actor(author, at=now), at=now)
        write_note(patient_id=patient.id, text=text, by=as_actor(author, at=now), at=now)
    browser = Client()
    browser.force_login(nurse, backend="django.contrib.auth.backends.ModelBackend")
    assert "Digest of" in browser.get("/").content.decode()
    page = browser.get("/digest/").content.decode()
    assert "Daughter rang" in page
    assert "Grace" in page
    assert "My note" not in page
    assert "Per" not in page.split("<main")[1]
    assert "Digest of" not in browser.get("/").content.decode()


def test_who_wants_none_gets_none():
    nurse = make_user("case_manager", make_site())
    nurse.preferences = {"digest": []}
    nurse.save()
    browser = Client()
    browser.force_login(nurse, backend="django.contrib.auth.backends.ModelBackend")
    assert "Digest of" not in browser.get("/").content.decode()
