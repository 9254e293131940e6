"""The digest shows what others did for one's own patients, and its button goes until the next time picked."""

from datetime import datetime, timedelta

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
    browser.force_login(nurse)
    assert "Digest of" in browser.get("/").content.decode()
    page = browser.get("/digest/").content.decode()
    assert "Daughter rang" in page
    assert "Grace" in page
    assert "My note" not in page
    assert "Per" not in page.split("<main")[1]
    assert "Digest of" not in browser.get("/").content.decode()


def test_the_next_digest_begins_where_the_last_one_ended():
    site = make_site()
    nurse, colleague = make_user("case_manager", site), make_user("supervisor", site)
    patient, now = make_patient(site, name="Okafor, Grace"), timezone.now()
    make_case(site, nurse, patient=patient, at=now)
    add_task(
        patient_id=patient.id,
        task=TaskIn(patient_id=patient.id, title="Ring", owner_id=nurse.id),
        by=as_actor(nurse, at=now),
        at=now,
    )

    def wrote(text, at):
        write_note(patient_id=patient.id, text=text, by=as_actor(colleague, at=at), at=at)

    wrote("Before the first", now - timedelta(hours=3))
    browser = Client()
    browser.force_login(nurse)
    assert "Before the first" in browser.get("/digest/").content.decode()
    assert "Before the first" in browser.get("/digest/").content.decode()
    nurse.refresh_from_db()
    kept = nurse.preferences["digest_read"]
    # As if that had been two days ago: a time picked has come since.
    back = timedelta(days=2)
    for name in ("since", "until"):
        kept[name] = (datetime.fromisoformat(kept[name]) - back).isoformat()
    nurse.preferences = nurse.preferences | {"digest_read": kept, "digest": ["00:00"]}
    nurse.save()
    wrote("A day later", now - timedelta(days=1))
    wrote("Long before", now - timedelta(days=3))
    page = browser.get("/digest/").content.decode()
    assert "A day later" in page
    assert "Before the first" in page  # within the window that was moved back
    assert "Long before" not in page
    assert "since your digest before" in page
    browser.post("/account/settings/", {"outbox_seconds": "15"})
    nurse.refresh_from_db()
    assert nurse.preferences["digest_read"]["until"] > kept["until"]


def test_who_wants_none_gets_none():
    nurse = make_user("case_manager", make_site())
    nurse.preferences = {"digest": []}
    nurse.save()
    browser = Client()
    browser.force_login(nurse)
    assert "Digest of" not in browser.get("/").content.decode()
