"""The background work is done by its command, and ends with the process that started it."""

import argparse
import os

import pytest

from throughline.edge.site.commands import work
from throughline.foundation.access import jobs
from throughline.foundation.access.tests.factories import NOON
from throughline.foundation.journal import publishing
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.publishing import enqueue
from throughline.foundation.kernel.actor import system


@pytest.mark.django_db(transaction=True)
def test_what_is_due_is_done_once_and_then_it_ends(monkeypatch):
    seen = []
    monkeypatch.setitem(publishing.handlers, "letter", lambda payload, by, at: seen.append(payload))
    enqueue("letter", {"n": 1}, by=system("test"), at=NOON)
    jobs.deliver_outbox.defer(timestamp=0)
    assert work.run(argparse.Namespace(concurrency=1, once=True, with_parent=0, rest=0.0)) == 0
    assert seen == [{"n": 1}]
    assert OutboxMessage.objects.get().done_at is not None


def test_it_does_not_begin_when_who_started_it_is_gone(monkeypatch):
    # Asking the system to stop this process with its parent would outlive the test.
    monkeypatch.setattr(work.ctypes, "CDLL", lambda name: argparse.Namespace(prctl=lambda *what: 0))
    assert work.run(argparse.Namespace(concurrency=1, once=True, with_parent=os.getppid() + 1, rest=0.0)) == 0
