"""Reading, exporting and keeping the audit."""

import csv
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from throughline.foundation.access.tests.factories import NOON, as_viewer, make_site, make_user
from throughline.foundation.audit.exporting import as_csv, as_ndjson
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.audit.partitions import keep_months_ahead
from throughline.foundation.audit.queries import all_entries, entries
from throughline.foundation.audit.records import AuditLine, AuditSearch
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.kernel.actor import system

SYSTEM = system("test")


def note(site, *, at=NOON, kind="read", name="people.patient", patient=None):
    write_entry(
        kind=kind, name=name, by=SYSTEM, at=at, site_id=site.id, patient_id=patient, purpose="treatment", detail={}
    )


@pytest.fixture
def site(db):
    return make_site()


@pytest.fixture
def reviewer(site):
    return as_viewer(make_user("auditor", site))


def names(page):
    return [line.name for line in page.lines]


def test_the_review_shows_only_the_sites_asked_for_that_are_the_reviewer_s(site, reviewer):
    other = make_site()
    note(site, name="here")
    note(other, name="there")
    assert names(entries(reviewer, AuditSearch(), sites=[site.id, other.id])) == ["here"]
    assert names(entries(reviewer, AuditSearch(), sites=[other.id])) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"kinds": ("refused",)}, ["b"]),
        ({"name": "c"}, ["c"]),
        ({"patient_id": UUID(int=7)}, ["a"]),
        ({"since": NOON + timedelta(minutes=1)}, ["c", "b"]),
        ({"until": NOON + timedelta(minutes=1)}, ["a"]),
        ({"actor_id": UUID(int=1)}, []),
    ],
)
def test_each_filter_narrows(site, reviewer, search, found):
    note(site, name="a", patient=UUID(int=7))
    note(site, name="b", kind="refused", at=NOON + timedelta(minutes=1))
    note(site, name="c", at=NOON + timedelta(minutes=2))
    assert names(entries(reviewer, AuditSearch(**search), sites=[site.id])) == found


def test_pages_follow_each_other_without_gap_or_repeat(site, reviewer):
    for number in range(5):
        note(site, name=str(number), at=NOON + timedelta(minutes=number // 2))
    seen, place = [], None
    while True:
        page = entries(reviewer, AuditSearch(), sites=[site.id], before=place, limit=2)
        seen += names(page)
        place = page.older
        if place is None:
            break
    assert seen == ["4", "3", "2", "1", "0"]


def test_an_entry_once_written_is_never_changed(site):
    note(site)
    for change in (lambda: AuditEntry.objects.update(name="x"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def line(**changes):
    return AuditLine(
        **{
            "id": UUID(int=1),
            "at": NOON,
            "kind": "read",
            "name": "people.patient",
            "actor_id": None,
            "actor_name": "Ana Flores",
            "actor_kind": "person",
            "site_id": UUID(int=2),
            "patient_id": None,
            "purpose": "treatment",
            "detail": {},
            **changes,
        }
    )


def test_csv_has_a_heading_and_no_cell_a_spreadsheet_would_run():
    text = "".join(as_csv([line(actor_name='=cmd|"x"', detail={"why": "not, hers"})]))
    heading, row = csv.reader(text.splitlines())
    cells = dict(zip(heading, row, strict=True))
    assert cells["actor_name"] == '\'=cmd|"x"'
    assert json.loads(cells["detail"]) == {"why": "not, hers"}
    assert (cells["at"], cells["patient_id"]) == (NOON.isoformat(), "")


def test_ndjson_is_one_object_a_line():
    rows = [json.loads(text) for text in as_ndjson([line(), line(detail={"n": 1})])]
    assert [row["detail"] for row in rows] == [{}, {"n": 1}]
    assert (rows[0]["id"], rows[0]["patient_id"], rows[0]["at"]) == (str(UUID(int=1)), None, NOON.isoformat())


def test_everything_is_exported_oldest_first(site, reviewer):
    for number in range(3):
        note(site, name=str(number), at=NOON + timedelta(minutes=number))
    assert [row.name for row in all_entries(reviewer, AuditSearch(), sites=[site.id])] == ["0", "1", "2"]


def partitions(parent):
    with connection.cursor() as cursor:
        cursor.execute("select inhrelid::regclass::text from pg_inherits where inhparent = %s::regclass", [parent])
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("parent", ["audit_entry", "journal_entry"])
def test_next_year_s_months_are_made_ahead_and_used(site, parent):
    at = datetime(2031, 11, 5, tzinfo=UTC)
    assert f"{parent}_2032_12" not in partitions(parent)
    keep_months_ahead(at=at)
    keep_months_ahead(at=at)
    assert {f"{parent}_2031_11", f"{parent}_2032_12"} <= partitions(parent)


def test_a_row_without_a_month_of_its_own_is_not_lost(site, reviewer):
    note(site, at=datetime(2041, 1, 1, tzinfo=UTC), patient=uuid4())
    assert len(entries(reviewer, AuditSearch(), sites=[site.id]).lines) == 1
