"""The story and the outbox on a real database."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction

from throughline.foundation.access.tests.factories import NOON, as_actor, as_viewer, make_site, make_user, open_record
from throughline.foundation.journal import publishing
from throughline.foundation.journal.leaving import UnableToRecall, recall_message
from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.journal.outbox import deliver_due
from throughline.foundation.journal.publishing import enqueue, publish
from throughline.foundation.journal.queries import outbox_of, stuck_messages, timeline
from throughline.foundation.journal.records import Delivery
from throughline.foundation.kernel import actions as kernel
from throughline.foundation.kernel.actions import NotFound, Place
from throughline.foundation.kernel.actor import system
from throughline.foundation.kernel.events import Event

SYSTEM = system("test")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Event):
    kind: ClassVar[str] = "test.weighed"
    pounds: int

    def sentence(self):
        return f"Weighed {self.pounds} lb."


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Event):
    kind: ClassVar[str] = "other.called"

    def sentence(self):
        return "Called."


@pytest.fixture
def site(db):
    return make_site()


@pytest.fixture
def patient(site, monkeypatch):
    there = uuid4()
    monkeypatch.setitem(kernel._locators, "patient_id", lambda value: Place(site.id, value))
    return there


@pytest.fixture
def nurse(site, patient):
    nurse = make_user("case_manager", site)
    open_record(patient, site, user=nurse)
    return nurse


def tell(site, patient, pounds, at=NOON):
    return publish(Weighed(site_id=site.id, patient_id=patient, pounds=pounds), by=SYSTEM, at=at)


def sentences(story):
    return [line.sentence for line in story.lines]


def test_the_story_is_told_newest_first_page_by_page_without_gap_or_repeat(site, patient, nurse):
    for pounds in range(7):
        tell(site, patient, pounds, at=NOON + (pounds // 3) * MINUTE)  # several at the same instant
    tell(site, uuid4(), 99)
    told, place = [], None
    while True:
        story = timeline(as_viewer(nurse), patient, before=place, limit=2)
        told += sentences(story)
        place = story.older
        if place is None:
            break
    assert told == [f"Weighed {pounds} lb." for pounds in (6, 5, 4, 3, 2, 1, 0)]


def test_the_story_is_narrowed_to_kinds_and_to_a_case(site, patient, nurse):
    case = uuid4()
    tell(site, patient, 170)
    publish(Called(site_id=site.id, patient_id=patient, case_id=case), by=SYSTEM, at=NOON)
    viewer = as_viewer(nurse)
    assert sentences(timeline(viewer, patient, kinds=["test"])) == ["Weighed 170 lb."]
    assert sentences(timeline(viewer, patient, kinds=["other.called"])) == ["Called."]
    assert sentences(timeline(viewer, patient, kinds=["tes"])) == []
    assert sentences(timeline(viewer, patient, case_id=case)) == ["Called."]


def test_the_story_of_a_patient_not_hers_is_not_found(site, patient):
    with pytest.raises(NotFound):
        timeline(as_viewer(make_user("case_manager", site)), patient)
    with pytest.raises(NotFound):
        timeline(as_viewer(make_user("supervisor", make_site())), patient)


def test_a_page_of_a_long_story_costs_a_fixed_number_of_queries(site, patient, nurse, django_assert_num_queries):
    viewer = as_viewer(nurse)
    for pounds in range(5):
        tell(site, patient, pounds)
    with django_assert_num_queries(2):  # the place, the lines
        timeline(viewer, patient, limit=2)
    for pounds in range(200):
        tell(site, patient, pounds)
    with django_assert_num_queries(2):  # the place, the lines
        timeline(viewer, patient, limit=50)


def test_a_line_once_written_is_never_changed(site, patient):
    tell(site, patient, 170)
    for change in (lambda: JournalEntry.objects.update(sentence="x"), lambda: JournalEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_reaction_that_fails_takes_the_line_with_it(site, patient, monkeypatch):
    def fails(event, *, by, at):
        raise ValueError("no")

    monkeypatch.setitem(publishing._same_transaction, Weighed, [fails])
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        tell(site, patient, 170)
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="outside a transaction"):
        tell(make_site(), uuid4(), 170)


@pytest.fixture
def carried(monkeypatch):
    """What the handler of "letter" was given, in order; payload {"fail": True} makes it raise."""
    seen = []

    def letter(payload, by, at):
        if payload.get("fail"):
            JournalEntry.objects.create(
                recorded_at=at, occurred_at=at, kind="x", sentence="half done", site_id=uuid4(), actor_name=""
            )
            raise ConnectionError("fax line busy")
        seen.append((payload, by.name, at))

    monkeypatch.setitem(publishing.handlers, "letter", letter)
    return seen


def test_what_is_due_is_carried_out_once_and_in_order(site, nurse, carried):
    actor = as_actor(nurse)
    enqueue("letter", {"n": 2}, by=actor, at=NOON, not_before=NOON + 2 * MINUTE)
    enqueue("letter", {"n": 1}, by=actor, at=NOON, not_before=NOON + MINUTE)
    enqueue("letter", {"n": 3}, by=actor, at=NOON, not_before=NOON + 3 * MINUTE)
    assert deliver_due(at=NOON) == Delivery()
    assert deliver_due(at=NOON + 2 * MINUTE) == Delivery(done=2)
    assert [payload["n"] for payload, _, _ in carried] == [1, 2]
    assert carried[0][1] == f"automatic, after {nurse.full_name}"
    assert deliver_due(at=NOON + 2 * MINUTE) == Delivery()


def test_a_failure_keeps_its_error_leaves_nothing_half_done_and_waits_longer_each_time(site, nurse, carried):
    enqueue("letter", {"fail": True}, by=as_actor(nurse), at=NOON, site_id=site.id)
    enqueue("letter", {"n": 1}, by=as_actor(nurse), at=NOON, site_id=site.id)
    assert deliver_due(at=NOON) == Delivery(done=1, failed=1)
    assert not JournalEntry.objects.filter(sentence="half done").exists()
    message = OutboxMessage.objects.get(done_at__isnull=True)
    assert (message.attempts, message.last_error) == (1, "ConnectionError: fax line busy")
    assert message.not_before == NOON + MINUTE
    assert deliver_due(at=NOON) == Delivery()
    at = NOON
    for _ in range(4):
        at = OutboxMessage.objects.get(done_at__isnull=True).not_before
        assert deliver_due(at=at) == Delivery(failed=1)
    assert [stuck.attempts for stuck in stuck_messages(as_viewer(nurse))] == [5]


def test_a_message_nobody_carries_out_says_so(site, nurse):
    enqueue("pigeon", {}, by=as_actor(nurse), at=NOON)
    assert deliver_due(at=NOON) == Delivery(failed=1)
    assert "No part of the product carries out pigeon." in OutboxMessage.objects.get().last_error


def test_its_author_takes_a_message_back_until_it_has_left(site, nurse, carried):
    ids = [enqueue("letter", {"n": n}, by=as_actor(nurse), at=NOON) for n in (1, 2)]
    assert [waiting.id for waiting in outbox_of(as_viewer(nurse))] == ids
    recall_message(outbox_id=ids[0], by=as_actor(nurse), at=NOON)
    assert [waiting.id for waiting in outbox_of(as_viewer(nurse))] == ids[1:]
    assert deliver_due(at=NOON) == Delivery(done=1)
    assert [payload["n"] for payload, _, _ in carried] == [2]
    with pytest.raises(UnableToRecall, match="has left already"):
        recall_message(outbox_id=ids[1], by=as_actor(nurse), at=NOON)


def test_nobody_else_takes_it_back(site, nurse, carried):
    message_id = enqueue("letter", {}, by=as_actor(nurse), at=NOON)
    for other in (as_actor(make_user("supervisor", site)), SYSTEM):
        with pytest.raises(NotFound):
            recall_message(outbox_id=message_id, by=other, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_message_in_another_worker_s_hands_is_skipped(carried):
    enqueue("letter", {"n": 1}, by=SYSTEM, at=NOON)
    enqueue("letter", {"n": 2}, by=SYSTEM, at=NOON + MINUTE)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("begin; select id from journal_outboxmessage where payload->>'n' = '1' for update")
        assert deliver_due(at=NOON + MINUTE) == Delivery(done=1)
        assert [payload["n"] for payload, _, _ in carried] == [2]
        with other.cursor() as cursor:
            cursor.execute("rollback")  # closing alone lets go of the row a moment later
    finally:
        other.close()
    assert connection.in_atomic_block is False
    assert deliver_due(at=NOON + MINUTE) == Delivery(done=1)
