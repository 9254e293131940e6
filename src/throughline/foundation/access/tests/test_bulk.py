"""Rows stored together: few in one message, many by COPY, with or without the wall between."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access import bulk, copy_text, wall
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


AWKWARD: list[tuple[str, Any]] = [
    ("text", "a\tb\\c\nd\re\\N"),
    ("text", "\\N"),
    ("text", ""),
    ("text", None),
    ("text", "Joaquín \u00a0 \u2028 \U0001f9d1 “quoted”"),
    ("text[]", ["plain", 'say "so"', "back\\slash", "a,b", "NULL", "", " led\tby {braces}", None]),
    ("text[]", []),
    ("text[]", ("Ncastellanos amina", "P3125550143")),
    ("jsonb", {"a": ["\t", 'b"c', "\\"], "n": 1.5, "none": None}),
    ("uuid", UUID(int=7)),
    ("boolean", True),
    ("boolean", False),
    ("bigint", -9_007_199_254_740_993),
    ("double precision", 0.1 + 0.2),
    ("numeric", Decimal("42.360100")),
    ("date", date(1943, 3, 14)),
    ("timestamptz", datetime(2026, 3, 2, 15, 0, 7, 120, tzinfo=UTC)),
    ("bytea", b"\x00\\\xff"),
]


@pytest.mark.parametrize(("kind", "value"), AWKWARD)
def test_a_value_comes_out_of_copy_as_it_went_in(kind, value):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"create temporary table awkward (number int, value {kind}) on commit drop")
        with cursor.copy("copy awkward from stdin") as copy:
            copy.write(copy_text.lines([(1, value), (2, None), (3, value)]) + copy_text.lines([(4, value), (5, value)]))
        cursor.execute("select value from awkward order by number")
        found = [row[0] for row in cursor.fetchall()]
    if isinstance(value, dict):  # Django leaves JSON to its own fields
        found = [json.loads(one) if one else one for one in found]
    one = list(value) if isinstance(value, tuple) else value
    assert found == [one, None, one, one, one]
