"""What leaves the house waits, is taken back with what it was sent from, fails visibly, and is tried again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from throughline.foundation.access.tests.factories import NOON, as_actor, as_viewer, make_site, make_user
from throughline.foundation.journal import leaving, publishing
from throughline.foundation.journal.leaving import (
    DELIVERY,
    Parcel,
    UnableToRecall,
    UnableToRetry,
    carries,
    is_waiting,
    leave,
    recall_message,
    retry_message,
    takes_back,
)
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.outbox import deliver_due
from throughline.foundation.journal.queries import leaving_of, waiting_count
from throughline.foundation.journal.records import Delivery
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.actor import system

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
LETTER = Parcel(what="Appeal letter", to="Northern Plan, fax (937) 555-0100", back="/p/x/documents/")


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site)


@pytest.fixture(autouse=True)
def line(monkeypatch):
    """What was sent and what was taken back; {"busy": True} makes the line refuse."""
    monkeypatch.setattr(leaving, "_taken_back", {})
    monkeypatch.setattr(leaving, "_ask_seconds", [])
    seen = {"sent": [], "back": []}

    @carries("test.fax")
    def fax(payload, by, at):
        if payload.get("busy"):
            raise ConnectionError("fax line busy")
        seen["sent"].append(payload["n"])

    @takes_back("test.fax")
    def unsend(payload, by, at):
        seen["back"].append((payload["n"], by.name))

    yield seen
    publishing.handlers.pop("test.fax")


def send(site, user, n=1, parcel=LETTER, **payload):
    by = as_actor(user) if user else system("test")
    return leave("test.fax", {"n": n, **payload}, parcel, by=by, at=NOON, site_id=site.id)


def test_it_waits_fifteen_seconds_and_the_worker_is_woken_for_it(site, nurse, line):
    message_id = send(site, nurse)
    assert is_waiting(message_id)
    assert deliver_due(at=NOON + 14 * SECOND) == Delivery()
    assert ProcrastinateJob.objects.get(task_name=DELIVERY).scheduled_at == NOON + 15 * SECOND
    assert deliver_due(at=NOON + 15 * SECOND) == Delivery(done=1)
    assert line["sent"] == [1]
    assert not is_waiting(message_id)


@pytest.mark.parametrize(("chosen", "seconds"), [(0, 0), (30, 30), (60, 60), (600, 60), (-3, 0), (None, 15)])
def test_the_wait_is_the_sender_s_own_up_to_a_minute(site, nurse, chosen, seconds):
    leaving.ask_seconds(lambda user_id: chosen if user_id == nurse.id else 59)
    send(site, nurse)
    assert OutboxMessage.objects.get().not_before == NOON + seconds * SECOND


def test_automatic_work_does_not_wait(site, line):
    send(site, None)
    assert deliver_due(at=NOON) == Delivery(done=1)


def test_what_was_taken_back_never_leaves_and_is_set_back_where_it_came_from(site, nurse, line):
    message_id = send(site, nurse, n=7)
    for _ in range(2):  # a second press changes nothing
        recall_message(outbox_id=message_id, by=as_actor(nurse), at=NOON + SECOND)
    assert line["back"] == [(7, as_actor(nurse).name)]
    assert deliver_due(at=NOON + 60 * SECOND) == Delivery()
    assert line["sent"] == []


def test_a_recall_that_cannot_be_set_back_does_not_happen(site, nurse, monkeypatch):
    def refuses(payload, by, at):
        raise UnableToRecall("The referral was answered already.")

    monkeypatch.setitem(leaving._taken_back, "test.fax", refuses)
    message_id = send(site, nurse)
    with pytest.raises(UnableToRecall, match="answered already"):
        recall_message(outbox_id=message_id, by=as_actor(nurse), at=NOON)
    assert is_waiting(message_id)


def test_a_failed_one_says_why_and_is_tried_again_at_once_when_asked(site, nurse, line):
    message_id = send(site, nurse, busy=True)
    assert deliver_due(at=NOON + 15 * SECOND) == Delivery(failed=1)
    (shown,) = leaving_of(as_viewer(nurse))
    assert shown.failed
    assert shown.last_error == "ConnectionError: fax line busy"
    OutboxMessage.objects.update(payload={"n": 1})
    assert deliver_due(at=NOON + 20 * SECOND) == Delivery()
    retry_message(outbox_id=message_id, by=as_actor(nurse), at=NOON + 20 * SECOND)
    assert deliver_due(at=NOON + 20 * SECOND) == Delivery(done=1)
    with pytest.raises(UnableToRetry):
        retry_message(outbox_id=message_id, by=as_actor(nurse), at=NOON + 30 * SECOND)


def test_asking_again_does_not_shorten_the_wait_of_what_has_not_been_tried(site, nurse):
    message_id = send(site, nurse)
    retry_message(outbox_id=message_id, by=as_actor(nurse), at=NOON + SECOND)
    assert OutboxMessage.objects.get().not_before == NOON + 15 * SECOND


def test_a_colleague_neither_sees_takes_back_nor_tries_again(site, nurse):
    message_id = send(site, nurse)
    other = make_user("supervisor", site)
    assert leaving_of(as_viewer(other)) == []
    for act in (recall_message, retry_message):
        with pytest.raises(NotFound):
            act(outbox_id=message_id, by=as_actor(other), at=NOON)
    with pytest.raises(NotFound):
        recall_message(outbox_id=uuid4(), by=as_actor(nurse), at=NOON)


def test_the_page_shows_what_waits_first_and_what_left_within_a_day(site, nurse):
    send(site, nurse, n=1)
    send(site, nurse, n=2)
    publishing.enqueue("test.reaction", {}, by=as_actor(nurse), at=NOON, site_id=site.id)
    deliver_due(at=NOON + 15 * SECOND)
    send(site, nurse, n=3)
    viewer = as_viewer(nurse)
    shown = leaving_of(viewer)
    assert [one.waits for one in shown] == [True, False, False]
    assert shown[0].seconds_left(NOON + SECOND) == 14
    assert shown[0].seconds_left(NOON + timedelta(minutes=1)) == 0
    assert (shown[0].what, shown[0].recipient, shown[0].back) == (LETTER.what, LETTER.to, LETTER.back)
    assert waiting_count(viewer) == 1
    assert [one.waits for one in leaving_of(viewer, past=-SECOND)] == [True]


def test_a_parcel_says_what_and_to_whom(site, nurse):
    for parcel in (Parcel(what="Letter"), Parcel(to="Northern Plan")):
        with pytest.raises(ValueError, match="what leaves and to whom"):
            send(site, nurse, parcel=parcel)


def test_two_parts_cannot_carry_out_one_kind():
    with pytest.raises(TypeError, match=r"test\.fax"):
        carries("test.fax")(lambda payload, by, at: None)
