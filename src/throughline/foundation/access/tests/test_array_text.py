"""Columns as arrays: what PostgreSQL reads is what was written."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection

from throughline.foundation.access.array_text import array, json_array
from throughline.foundation.kernel.identity import new_id

pytestmark = pytest.mark.django_db

AWKWARD = ["", " ", "NULL", "null", 'say "ah"', "back\\slash", '\\"', "{a,b}", "tab\tline\nend\r", "é ß 👩‍⚕️", "%s", "'"]
EAST = timezone(timedelta(hours=5, minutes=30))


def _read(kind: str, text: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"select v from unnest(%s::{kind}[]) with ordinality as r(v, n) order by n", [text])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", AWKWARD),
        ("text", ["plain", "words"]),
        ("text", ["one", None, 'say "ah"', None]),
        ("text", []),
        ("uuid", [new_id(), None, new_id()]),
        ("boolean", [True, False, None]),
        ("integer", [0, -5, 2**31 - 1]),
        ("double precision", [0.1, -1e300, 5e-324, None, 82.4]),
        ("date", [date(1, 1, 1), date(2026, 11, 22)]),
        ("timestamptz", [datetime(2026, 3, 2, 15, 4, 5, 678901, UTC), datetime(1950, 1, 1, tzinfo=EAST), None]),
        ("bytea", [b"", b'\x00\\"\xff']),
    ],
)
def test_every_value_comes_back(kind, values):
    found = [bytes(one) if isinstance(one, memoryview) else one for one in _read(kind, array(values))]
    assert found == values


def test_a_zero_below_zero_has_no_sign():
    assert array([-0.0, 1.0]) == "{0.0,1.0}"


def test_json_comes_back_and_nothing_is_no_value():
    values = [{"a": AWKWARD}, [], None, [{"id": 1.5}], "text"]
    assert _read("text", json_array(values))[2] is None
    with connection.cursor() as cursor:
        statement = "select jsonb_agg(v order by n) from unnest(%s::jsonb[]) with ordinality as r(v, n)"
        cursor.execute(statement, [json_array(values)])
        found = cursor.fetchone()[0]
    assert (json.loads(found) if isinstance(found, str) else found) == values


def test_a_type_nobody_thought_of_is_refused():
    with pytest.raises(TypeError, match="object"):
        array([object()])
