"""The foundation's background work is known to the worker and does its work behind an opened wall."""

import pytest
from procrastinate.contrib.django import app

from throughline.foundation.access import jobs, wall
from throughline.foundation.access.tests.factories import NOON, make_site
from throughline.foundation.journal import publishing
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.publishing import enqueue
from throughline.foundation.kernel.actor import system


def test_the_worker_knows_them_and_when():
    assert {"journal.deliver-due", "audit.keep-months-ahead"} <= set(app.tasks)
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["journal.deliver-due"] == "* * * * *"
    assert crons["audit.keep-months-ahead"] == "17 3 * * *"


@pytest.mark.django_db
def test_the_outbox_is_carried_out_for_every_site_from_a_closed_process(monkeypatch):
    site = make_site()
    seen = []
    monkeypatch.setitem(publishing.handlers, "letter", lambda payload, by, at: seen.append(wall.standing().open))
    enqueue("letter", {}, by=system("test"), at=NOON, site_id=site.id)
    with wall.closed():
        jobs.deliver_outbox(timestamp=0)
    assert seen == [True]
    assert OutboxMessage.objects.get().done_at is not None
