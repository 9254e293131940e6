"""Rows stored together: few in one message, many by COPY, with or without the wall between."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access import bulk, wall
from throughline.foundation.access.models import PatientAccess, Site
from throughline.foundation.access.tests.factories import NOON, make_site, make_user
from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.kernel.identity import new_id

pytestmark = pytest.mark.django_db


def _line(site: Site, number: int) -> JournalEntry:
    told = {"kind": "test.told", "sentence": f"Line {number}: 100% sure", "actor_name": "R. Vance"}
    return JournalEntry(site_id=site.id, recorded_at=NOON, occurred_at=NOON, payload={"day": [number]}, **told)


def _message(site: Site) -> OutboxMessage:
    said = {"kind": "test", "payload": {}, "created_by_name": "R", "site_id": site.id}
    return OutboxMessage(created_at=NOON, not_before=NOON, **said)


def test_few_rows_of_several_tables_are_one_message_to_the_database():
    site = make_site()
    with CaptureQueriesContext(connection) as sent:
        bulk.insert_rows([_line(site, 1), _line(site, 2), _message(site)])
    assert len(sent) == 1
    assert [one.payload for one in JournalEntry.objects.order_by("id")] == [{"day": [1]}, {"day": [2]}]
    assert OutboxMessage.objects.get().site_id == site.id


@pytest.mark.parametrize("many", [bulk.MANY - 1, bulk.MANY])
def test_rows_and_bare_values_arrive_whole_however_many(many):
    site, nurse = make_site(), make_user("case_manager", make_site("Other"))
    rows = [(new_id(), site.id, new_id(), nurse.id, "assignment", "a test", NOON) for _ in range(many)]
    columns = ("id", "site_id", "patient_id", "user_id", "kind", "source", "since")
    bulk.insert_rows([*(_line(site, n) for n in range(many)), bulk.Values(PatientAccess, columns, rows)])
    assert JournalEntry.objects.count() == many
    assert JournalEntry.objects.filter(payload__day=[many - 1], sentence=f"Line {many - 1}: 100% sure").count() == 1
    assert set(PatientAccess.objects.values_list("id", flat=True)) == {row[0] for row in rows}


def test_many_rows_pass_the_wall_and_no_other_site_s():
    here, there = make_site(), make_site("Other")
    with wall.narrowed_to([here.id]):
        bulk.insert_rows(_line(here, number) for number in range(bulk.MANY))
        assert JournalEntry.objects.count() == bulk.MANY
        with pytest.raises(Exception, match="row-level security"):
            bulk.insert_rows(_line(there, number) for number in range(bulk.MANY))
