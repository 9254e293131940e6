"""The sweeper: true boundary times, each flip once under workers and crash, poison pushed away, cheap when idle."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access import wall
from throughline.foundation.journal.models import JournalEntry
from throughline.record.clocks import actions, sweeping
from throughline.record.clocks.models import Clock, ClockFlip
from throughline.record.clocks.tests.factories import NOW, Ward, later, row

DUE = datetime(2026, 3, 9, 19, 10, tzinfo=UTC)
LAPSE = DUE + timedelta(seconds=1)


@pytest.mark.django_db
def test_a_boundary_is_stamped_with_its_own_time_whenever_it_is_noticed() -> None:
    ward = Ward()
    clock_id = ward.start()
    assert sweeping.sweep(at=DUE).looked == 0
    swept = sweeping.sweep(at=LAPSE + timedelta(hours=7))
    assert swept == sweeping.Swept(looked=1, flipped=1)
    flip = ClockFlip.objects.get()
    assert (flip.before, flip.after, flip.boundary_at) == ("due-soon", "overdue", LAPSE)
    assert (row(clock_id).state, row(clock_id).next_look_at) == ("overdue", None)
    told = JournalEntry.objects.get(kind="clocks.clock-flipped")
    assert told.occurred_at == LAPSE
    assert "deadline missed" in told.sentence
    sweeping.sweep(at=LAPSE + timedelta(days=9))
    assert ClockFlip.objects.filter(clock_id=clock_id).count() == 1


@pytest.mark.django_db
def test_after_an_outage_every_boundary_is_flipped_in_order() -> None:
    clock_id = Ward().start("C-54", "2026-03-09")
    sweeping.sweep(at=later(days=200))
    flips = list(ClockFlip.objects.filter(clock_id=clock_id).order_by("boundary_at").values_list("before", "after"))
    assert flips == [("running", "due-soon"), ("due-soon", "past-safe"), ("past-safe", "overdue")]


@pytest.mark.django_db
def test_a_row_that_raises_is_pushed_away_an_hour_and_stops_nobody() -> None:
    ward = Ward()
    bad, good = ward.start(), ward.start(start="2026-03-06T14:11")
    Clock.objects.filter(pk=bad).update(facts={"kind": "poison"})
    at = LAPSE + timedelta(hours=1)
    swept = sweeping.sweep(at=at)
    assert (swept.flipped, swept.troubled) == (1, 1)
    assert row(good).state == "overdue"
    assert row(bad).next_look_at == at + timedelta(hours=1)
    assert "poison" in row(bad).trouble
    Clock.objects.filter(pk=bad).update(facts={"kind": "expedited"})
    sweeping.sweep(at=at + timedelta(hours=1))
    assert (row(bad).state, row(bad).trouble, row(bad).trouble_at) == ("overdue", "", None)


@pytest.mark.django_db
def test_a_reaction_that_raises_troubles_only_its_own_row(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward()
    bad, good = ward.start(), ward.start(start="2026-03-06T14:11")
    publish_many = sweeping.publish_many

    def fails_for_one(events: Any, **when: Any) -> object:
        if any(event.clock_id == bad for event in events):
            raise RuntimeError("a reaction failed")
        return publish_many(events, **when)

    monkeypatch.setattr(sweeping, "publish_many", fails_for_one)
    swept = sweeping.sweep(at=LAPSE + timedelta(minutes=5))
    assert (swept.flipped, swept.troubled) == (1, 1)
    assert row(good).state == "overdue"
    assert not ClockFlip.objects.filter(clock_id=bad).exists()
    assert row(bad).state == "due-soon"


@pytest.mark.django_db
def test_correcting_a_date_lets_the_same_boundary_be_passed_again() -> None:
    ward = Ward()
    clock_id = ward.start()
    sweeping.sweep(at=LAPSE)
    for start in ("2026-03-07T14:10", "2026-03-06T14:10"):
        actions.correct_clock(clock_id=clock_id, start=start, facts={}, reason="misread", by=ward.by, at=NOW)
    sweeping.sweep(at=LAPSE)
    assert ClockFlip.objects.filter(clock_id=clock_id, boundary_at=LAPSE).count() == 2


@pytest.mark.django_db
def test_an_idle_sweep_is_one_look_by_the_partial_index() -> None:
    ward = Ward()
    for minute in range(30):
        ward.start(start=f"2026-03-06T15:{minute:02d}")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert sweeping.sweep(at=NOW).looked == 0
    statements = [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 1
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select id from clocks_clock where next_look_at <= %s order by next_look_at", [NOW])
        assert "clocks_next_look" in " ".join(line[0] for line in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_four_workers_one_of_them_killed_flip_each_boundary_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward()
    first = row(ward.start())
    many = []
    for number in range(240):
        copy = Clock(**{f.attname: getattr(first, f.attname) for f in Clock._meta.concrete_fields if f.name != "id"})
        copy.subject = str(number)
        many.append(copy)
    Clock.objects.bulk_create(many)
    monkeypatch.setattr(sweeping, "BATCH", 20)
    killed = threading.Event()
    failures: list[BaseException] = []

    def work(dies: bool) -> None:
        try:
            with wall.opened():
                if dies:
                    # A killed worker: its session ends in the middle of a batch, nothing of it is committed.
                    with transaction.atomic():
                        sweeping._batch(LAPSE, 20)
                        connection.connection.close()
                        killed.set()
                else:
                    killed.wait(20)
                    sweeping.sweep(at=LAPSE)
        except BaseException as failure:
            if not dies:
                failures.append(failure)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number == 0,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert failures == []
    sweeping.sweep(at=LAPSE)  # what the killed one held is left to whoever comes next
    assert ClockFlip.objects.count() == 241
    assert Clock.objects.filter(rule_id="C-56").count() == 241  # and each lapse started the clock that follows it
    assert ClockFlip.objects.values("clock_id").distinct().count() == 241
    assert not Clock.objects.filter(rule_id="C-55").exclude(state="overdue").exists()
    assert JournalEntry.objects.filter(kind="clocks.clock-flipped").count() == 241
