"""The story in the order things happened, however late they were written down; what is new since one's visit first."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from throughline.edge.desk.web.overview import _by_day
from throughline.foundation.access.tests.factories import as_viewer, make_site, make_user
from throughline.foundation.journal.records import StoryLine

NOON = datetime(2026, 3, 12, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


def line(sentence, occurred, recorded):
    return StoryLine(uuid4(), "cases.note-written", sentence, occurred, recorded, None, "Ada", None, {})


def said(lines, last):
    days = _by_day(lines, as_viewer(make_user("case_manager", make_site()), at=NOON + 9 * HOUR), last)
    return [(one["sentence"], bool(one["mark"])) for day in days for one in day["lines"]], len(days)


def test_a_call_written_down_after_what_followed_it_stands_before_it(db):
    lines = (
        line("Call at 3", NOON + 3 * HOUR, NOON + 5 * HOUR),
        line("Done at 4", NOON + 4 * HOUR, NOON + 4 * HOUR),
        line("Last week", NOON - 150 * HOUR, NOON + 2 * HOUR),
        line("Noon", NOON, NOON),
    )
    order, days = said(lines, None)
    assert [words for words, _mark in order] == ["Done at 4", "Call at 3", "Noon", "Last week"]
    assert days == 2


def test_what_is_new_since_the_last_visit_stays_above_its_mark(db):
    lines = (
        line("Late entry", NOON - HOUR, NOON + 3 * HOUR),
        line("New", NOON + 2 * HOUR, NOON + 2 * HOUR),
        line("Seen", NOON, NOON),
    )
    assert said(lines, NOON + HOUR)[0] == [("New", False), ("Late entry", False), ("Seen", True)]
