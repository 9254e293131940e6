"""The background work beside the web server: who waits costs little, who works ends, and both end as told."""

import argparse
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from throughline.edge.site import background
from throughline.edge.site.commands import work
from throughline.foundation.access import jobs
from throughline.foundation.access.tests.factories import NOON
from throughline.foundation.journal import publishing
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.publishing import enqueue
from throughline.foundation.kernel.actor import system


@pytest.fixture(autouse=True)
def no_jobs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Jobs are in no table of Django's, so nobody clears them away before and after a test."""
    if "django_db" not in request.keywords:
        yield
        return
    request.getfixturevalue("transactional_db")
    _forget_jobs()
    yield
    _forget_jobs()


def _forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")


def _within(seconds: float, what: Callable[[], bool]) -> bool:
    late = time.monotonic() + seconds
    while not what() and time.monotonic() < late:
        time.sleep(0.02)
    return what()


@pytest.mark.django_db(transaction=True)
def test_who_works_ends_by_itself_once_nothing_is_left(monkeypatch):
    seen = []
    monkeypatch.setitem(publishing.handlers, "letter", lambda payload, by, at: seen.append(payload))
    enqueue("letter", {"n": 1}, by=system("test"), at=NOON)
    jobs.deliver_outbox.defer(timestamp=0)
    assert work.run(argparse.Namespace(concurrency=1, once=False, with_parent=0, rest=0.5)) == 0
    assert seen == [{"n": 1}]
    assert OutboxMessage.objects.get().done_at is not None


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_told_of_a_job_and_sees_one_whose_time_has_come(monkeypatch):
    with contextlib.closing(background.Jobs()) as waiting:
        monkeypatch.setattr(background.select, "select", lambda *how: pytest.fail("it waited although a job is there"))
        jobs.deliver_outbox.defer(timestamp=0)
        waiting.wait()  # told of it
        waiting.wait()  # not told again, but it is still there


@pytest.mark.django_db(transaction=True)
def test_who_waits_goes_on_waiting_while_nothing_is_due(monkeypatch):
    looks = []
    clock = iter([120.0, 121.0, 125.0, 126.0, 131.0, 181.0])

    def select(read, write, wrong, seconds):
        looks.append(seconds)

    monkeypatch.setattr(background.select, "select", select)
    monkeypatch.setattr(background, "time", argparse.Namespace(time=lambda: next(clock)))
    with contextlib.closing(background.Jobs()) as waiting:
        waiting.wait()
    assert looks == [background.LOOKS_EVERY, background.LOOKS_EVERY], "until the next minute begins"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_apart_from_a_fault(monkeypatch):
    with contextlib.closing(background.Jobs()) as waiting, pytest.raises(ConnectionError):
        waiting._ask("select no_such_column")


def test_told_to_end_it_lets_the_job_in_hand_finish(tmp_path):
    begun, done = tmp_path / "begun", tmp_path / "done"

    def job(waiting: int) -> int:
        told = []
        signal.signal(signal.SIGTERM, lambda *what: told.append(True))
        begun.touch()
        if _within(20, lambda: bool(told)):
            done.touch()
        return 0

    def wait_for_work() -> int:
        signal.signal(signal.SIGTERM, background._told)
        background._work_once(job)
        return 1  # not reached: who was told to end does

    child = os.fork() or background._leave(wait_for_work)
    assert _within(20, begun.exists)
    background.end(child)
    assert done.exists()


@pytest.mark.parametrize(("code", "well"), [(0, True), (3, False)])
def test_it_says_whether_the_work_went_well(code, well):
    assert background._work_once(lambda waiting: code) is well
