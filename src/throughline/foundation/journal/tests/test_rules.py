"""When a failed message is tried again, and where a story goes on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.journal import rules
from throughline.foundation.journal.records import BadCursor, Cursor

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (500, 360)])
def test_the_wait_doubles_up_to_six_hours(attempts, minutes):
    assert rules.next_try(NOON, attempts) == NOON + timedelta(minutes=minutes)


@given(st.integers(min_value=1, max_value=10_000))
def test_a_later_failure_never_waits_less(attempts):
    assert NOON < rules.next_try(NOON, attempts) <= rules.next_try(NOON, attempts + 1)


def test_five_failures_call_a_person():
    assert [rules.is_stuck(n) for n in (4, 5)] == [False, True]


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_place_in_a_story_survives_an_address(when, which):
    assert Cursor.parse(str(Cursor(when, which))) == Cursor(when, which)


@pytest.mark.parametrize(
    "text", ["", "~", "yesterday~x", "2026-03-04T12:00:00~" + str(UUID(int=1)), "2026-03-04T12:00:00+00:00~"]
)
def test_other_text_is_no_place(text):
    with pytest.raises(BadCursor):
        Cursor.parse(text)
