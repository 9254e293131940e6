"""What an act writes waits until it ends or is looked at; nothing of a refused act is ever sent."""

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access import pending, prepared, wall
from throughline.foundation.access.bulk import Statement
from throughline.foundation.access.models import Site
from throughline.foundation.access.runtime import DatabaseRuntime
from throughline.foundation.access.tests.factories import NOON, make_site
from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.actor import system

pytestmark = pytest.mark.django_db


def _line(site, number=1):
    told = {"kind": "test.told", "sentence": f"Line {number}: 100% sure", "actor_name": "R. Vance"}
    return JournalEntry(site_id=site.id, recorded_at=NOON, occurred_at=NOON, payload={"day": [number]}, **told)


def _message(site):
    said = {"kind": "test", "payload": {"n": 1}, "created_by_name": "R", "site_id": site.id}
    return OutboxMessage(created_at=NOON, not_before=NOON, **said)


def _rename(site, name):
    return Statement("access_site", "update access_site set name = %s where id = %s", (name, site.id))


def act():
    return DatabaseRuntime().transaction(name="test", by=system("test"), at=NOON)


def _changes(sent):
    return [one["sql"] for one in sent if "insert into" in one["sql"] or "update access_site" in one["sql"]]


def test_rows_and_statements_of_an_act_are_one_message_at_its_end():
    site = make_site()
    with CaptureQueriesContext(connection) as sent, act():
        pending.write(_line(site), _message(site))
        pending.write(_rename(site, "100% Harbor"))
    assert len(_changes(sent)) == 1
    assert JournalEntry.objects.get(kind="test.told").sentence == "Line 1: 100% sure"
    assert OutboxMessage.objects.get(kind="test").payload == {"n": 1}
    assert Site.objects.get(pk=site.pk).name == "100% Harbor"


def test_whatever_reads_the_table_finds_what_waits_and_what_reads_another_does_not_disturb_it():
    site = make_site()
    with CaptureQueriesContext(connection) as sent, act():
        pending.write(_line(site))
        assert OutboxMessage.objects.count() == 0
        assert not _changes(sent)
        assert JournalEntry.objects.filter(kind="test.told").count() == 1
        pending.write(_line(site, 2))
        found = prepared.fetch("select count(*) as lines from journal_entry where kind = %s", ["test.told"])
        assert found == [{"lines": 2}]
    assert len(_changes(sent)) == 2


def test_a_change_made_at_once_comes_after_what_waits():
    site = make_site()
    with act():
        pending.write(_rename(site, "First"))
        Site.objects.filter(pk=site.pk).update(name="Second")
    assert Site.objects.get(pk=site.pk).name == "Second"


def _written_and_refused(site, number):
    with act():
        pending.write(_line(site, number))
        raise ValueError("no")


def _told():
    return {line.payload["day"][0] for line in JournalEntry.objects.filter(kind="test.told")}


def test_what_raises_takes_back_what_it_wrote_and_nothing_else():
    site = make_site()
    with act():
        pending.write(_line(site, 1))
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            _written_and_refused(site, 2)
        pending.write(_line(site, 3))
    assert _told() == {1, 3}
    with pytest.raises(ValueError, match="no"):
        _written_and_refused(site, 4)
    assert _told() == {1, 3}


def _refused_inside():
    with act():
        raise Refusal("not so")


def _passes_over(site):
    with act():
        pending.write(_line(site))
        with suppress(Refusal):
            _refused_inside()


def test_a_refusal_passed_over_without_a_savepoint_is_said_and_loses_nothing_silently():
    site = make_site()
    with pytest.raises(RuntimeError, match="passed over a refusal"):
        _passes_over(site)
    assert _told() == set()
    with act():
        pending.write(_line(site))
        with suppress(Refusal), transaction.atomic():
            _refused_inside()
    assert len(_told()) == 1


def _written_and_rolled_back(site, number):
    with transaction.atomic():
        pending.write(_line(site, number))
        raise ValueError("no")


def test_a_savepoint_rolled_back_takes_what_waited_since_with_it():
    site = make_site()
    with act():
        pending.write(_line(site, 1))
        with pytest.raises(ValueError, match="no"):
            _written_and_rolled_back(site, 2)
        pending.write(_line(site, 3))
    assert _told() == {1, 3}


def test_a_statement_said_twice_waits_once():
    site = make_site()
    with CaptureQueriesContext(connection) as sent, act():
        pending.write_once(_rename(site, "Once"))
        pending.write_once(_rename(site, "Once"))
    assert "; ".join(_changes(sent)).count("update access_site") == 1


def test_outside_an_act_and_in_great_numbers_everything_arrives():
    site = make_site()
    pending.write(_message(site))
    assert OutboxMessage.objects.filter(kind="test").count() == 1
    with act():
        pending.write(*(_line(site, number) for number in range(250)))
    assert JournalEntry.objects.filter(kind="test.told").count() == 250


def _written(site):
    with act():
        pending.write(_line(site))


def test_what_waits_and_what_is_prepared_stands_behind_the_wall():
    here, there = make_site(), make_site("Other")
    ask = "select id from journal_entry where kind = 'test.told'"
    for _ in range(prepared.AFTER + 3):  # prepared by then, with a plan for any parameters
        prepared.fetch(ask, [])
    pending.write(_line(here), _line(there))
    assert len(prepared.fetch(ask, [])) == 2
    with wall.narrowed_to([here.id]):
        assert len(prepared.fetch(ask, [])) == 1
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            _written(there)
    with wall.closed():
        assert prepared.fetch(ask, []) == []
