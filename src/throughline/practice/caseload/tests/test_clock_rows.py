"""Clocks on Today: near ones of her cases, ranked by law, in one statement whatever their number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access.queries import viewer_for
from throughline.foundation.access.tests.factories import make_user, open_record
from throughline.practice.caseload import ranking
from throughline.practice.caseload.queries import worklist
from throughline.record.clocks import actions
from throughline.record.clocks.tests.factories import NOW, Ward

pytestmark = pytest.mark.django_db


def titles(ward: Ward) -> list[tuple[int, str]]:
    work = worklist(viewer_for(ward.nurse, at=NOW))
    return [(due.tier, due.title) for row in work.rows for due in (row.first, *row.extras) if due.kind == "clock"]


def test_a_clock_that_breaks_within_hours_leads_the_list_and_a_far_one_waits() -> None:
    ward = Ward()
    ward.start()
    ward.start("C-40", "2026-03-09")
    ward.start("C-25", "2026-02-10")  # a period that ends tomorrow is nobody's work
    assert titles(ward) == [(ranking.LEGAL, "Plan must answer the appeal (Medicare Advantage): Expedited appeal")]
    [row] = worklist(viewer_for(ward.nurse, at=NOW)).rows
    assert (row.first.left, row.first.instant) == ("3 h 50 m", "today, 3:10 PM")


def test_only_open_clocks_of_her_own_cases_come_in() -> None:
    ward = Ward()
    clock_id = ward.start()
    colleague = make_user("case_manager", ward.site)
    open_record(ward.patient_id, ward.site, user=colleague)
    assert worklist(viewer_for(colleague, at=NOW)).rows == ()
    assert titles(ward) != []
    actions.cancel_clock(clock_id=clock_id, reason="withdrawn", by=ward.by, at=NOW)
    assert titles(ward) == []


def test_the_number_of_statements_does_not_grow_with_clocks() -> None:
    ward = Ward()

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            worklist(viewer_for(ward.nurse, at=NOW))
        return len(seen)

    ward.start()
    few = statements()
    for minute in range(20):
        ward.start(start=f"2026-03-06T15:{minute:02d}")
    for number in range(20):
        old = ward.start("C-41", (NOW - timedelta(days=60 + number)).date().isoformat())
        actions.cancel_clock(clock_id=old, reason="done", by=ward.by, at=NOW)
    assert statements() == few
    assert len(titles(ward)) == 21
