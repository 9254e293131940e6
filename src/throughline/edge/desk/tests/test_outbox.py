"""The outbox page: what waits, taking back and correcting, trying again; the counter asks only after a sending."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from throughline.foundation.access.tests.factories import as_actor, make_site, make_user
from throughline.foundation.journal import publishing
from throughline.foundation.journal.leaving import Parcel, carries, leave
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.outbox import deliver_due

pytestmark = pytest.mark.django_db
BACK = "/patients/"


@pytest.fixture(autouse=True)
def line():
    @carries("test.page")
    def fax(payload, by, at):
        if payload.get("busy"):
            raise ConnectionError("fax line busy")

    yield
    publishing.handlers.pop("test.page")


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


@pytest.fixture
def browser(nurse):
    client = Client()
    client.force_login(nurse)
    return client


def send(nurse, **payload):
    parcel = Parcel(what="Appeal letter", to="Northern Plan, fax (937) 555-0100", back=BACK)
    site_id = nurse.grants.get().site_id
    return leave("test.page", payload, parcel, by=as_actor(nurse), at=timezone.now(), site_id=site_id)


def test_it_says_what_goes_to_whom_and_when_and_takes_it_back(browser, nurse):
    message_id = send(nurse)
    page = browser.get("/outbox/").content.decode()
    assert "Appeal letter" in page
    assert "Northern Plan, fax (937) 555-0100" in page
    assert "data-countdown" in page
    assert browser.post(f"/outbox/{message_id}/recall/")["Location"] == "/outbox/"
    page = browser.get("/outbox/").content.decode()
    assert "taken back" in page
    assert "Nothing waits" in page
    deliver_due(at=timezone.now() + timedelta(hours=1))
    assert OutboxMessage.objects.get().done_at is None


def test_taking_back_to_correct_leads_where_it_came_from_and_nowhere_else(browser, nurse):
    message_id = send(nurse)
    assert browser.post(f"/outbox/{message_id}/recall/", {"then": "correct"})["Location"] == BACK
    other = send(nurse)
    OutboxMessage.objects.filter(id=other).update(back="//evil.example/")
    assert browser.post(f"/outbox/{other}/recall/", {"then": "correct"})["Location"] == "/outbox/"


def test_what_left_cannot_be_taken_back_and_the_page_says_what_to_do(browser, nurse):
    message_id = send(nurse)
    deliver_due(at=timezone.now() + timedelta(minutes=1))
    answer = browser.post(f"/outbox/{message_id}/recall/")
    assert answer.status_code == 422
    assert "Send a correction" in answer.content.decode()


def test_a_failure_shows_why_and_is_tried_again(browser, nurse):
    message_id = send(nurse, busy=True)
    later = timezone.now() + timedelta(minutes=1)
    deliver_due(at=later)
    page = browser.get("/outbox/").content.decode()
    assert "Not sent" in page
    assert "fax line busy" in page
    assert browser.post(f"/outbox/{message_id}/retry/").status_code == 302
    assert OutboxMessage.objects.get().not_before < later


def test_a_colleague_s_message_is_not_there(browser, nurse):
    other = make_user("case_manager", make_site())
    message_id = send(other)
    assert "Appeal letter" not in browser.get("/outbox/").content.decode()
    for act in ("recall", "retry"):
        assert browser.post(f"/outbox/{message_id}/{act}/").status_code == 404


def test_the_top_bar_asks_only_while_something_waits(browser, nurse):
    assert "every 4s" not in browser.get("/patients/").content.decode()
    message_id = send(nurse)
    answer = browser.get("/outbox/count/").content.decode()
    assert "<b>1</b>" in answer
    assert "every 4s" in answer
    assert "every 4s" in browser.get("/patients/").content.decode()
    browser.post(f"/outbox/{message_id}/recall/")
    assert "every 4s" not in browser.get("/outbox/count/").content.decode()
    assert "every 4s" not in browser.get("/patients/").content.decode()
