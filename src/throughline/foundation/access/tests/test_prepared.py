"""Reads that share a statement: each part gets its own rows, and a plan once kept still stands behind the wall."""

import pytest

from throughline.foundation.access import pending, wall
from throughline.foundation.access.models import PatientAccess
from throughline.foundation.access.runtime import DatabaseRuntime
from throughline.foundation.access.tests.factories import LONG_AGO, NOON, make_site, make_user, open_record
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actor import system
from throughline.foundation.kernel.identity import new_id
from throughline.foundation.kernel.reading import Part, alone, instant, key, together

pytestmark = pytest.mark.django_db

NUMBERS = "select n, n * %(times)s as more from generate_series(1, %(most)s::int) n order by n desc"


def numbers(most, times=2):
    return Part((NUMBERS,), {"most": most, "times": times}, lambda rows: [(row["n"], row["more"]) for row in rows])


def test_parts_share_one_statement_and_keep_their_rows_apart_and_in_order(django_assert_num_queries):
    names = Part(("select 'Ana' as name", "select 1 where false"), {}, lambda some, none: (some, none))
    with django_assert_num_queries(1) as sent:
        found = together(numbers(3), names)
    assert found == [[(3, 6), (2, 4), (1, 2)], ([{"name": "Ana"}], [])]
    assert "generate_series" in sent.captured_queries[0]["sql"]


def test_one_parameter_means_one_thing_in_a_statement():
    assert together(numbers(1), numbers(1)) == [[(1, 2)], [(1, 2)]]
    with pytest.raises(ValueError, match="most"):
        together(numbers(1), numbers(2))


def test_a_percent_sign_and_what_json_writes_as_text_come_back():
    text = "select 5 %% 3 as rest, '2026-03-02 10:00-05'::timestamptz as at, null::uuid as nobody"
    (row,) = alone(Part((text,), {}, list))
    assert (row["rest"], instant(row["at"]).isoformat(), key(row["nobody"])) == (2, "2026-03-02T15:00:00+00:00", None)


def test_a_plan_that_is_kept_sees_only_the_sites_named_each_time():
    here, there = make_site(), make_site()
    nurse = make_user("case_manager", here)
    for site in (here, there):
        open_record(new_id(), site, user=nurse, since=LONG_AGO)
    table = PatientAccess._meta.db_table
    sites = Part(
        (f"select site_id from {table} where user_id = %(user)s",),
        {"user": nurse.id},
        lambda rows: {key(row["site_id"]) for row in rows},
    )
    for _ in range(8):  # by then the session has kept its plan
        for site in (here, there):
            with wall.narrowed_to([site.id]):
                assert alone(sites) == {site.id}
        assert alone(sites) == {here.id, there.id}


def test_parts_read_within_an_act_see_what_still_waits_to_be_written():
    site = make_site()
    lines = Part(("select count(*) as n from journal_entry where kind = 'test.told'",), {}, lambda rows: rows[0]["n"])
    with DatabaseRuntime().transaction(name="test", by=system("test"), at=NOON):
        told = {"kind": "test.told", "sentence": "A line", "actor_name": "R. Vance"}
        pending.write(JournalEntry(site_id=site.id, recorded_at=NOON, occurred_at=NOON, payload={}, **told))
        assert alone(lines) == 1
