"""Dates counted from today, in the hospital's own time."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.edge.site.seeding import moments

TODAY = date(2026, 3, 9)  # the Monday after the clocks went forward


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("today", "2026-03-09"),
        ("-12d", "2026-02-25"),
        ("-1d 07:10", "2026-03-08T07:10:00-04:00"),
        ("-2d 07:10", "2026-03-07T07:10:00-05:00"),
        ("+2d 10:30", "2026-03-11T10:30:00-04:00"),
        ("-1b", "2026-03-06"),
        ("-6b", "2026-02-27"),
        ("+1b", "2026-03-10"),
        ("-1m", "2026-02-09"),
        ("-2w", "2026-02-23"),
        ("-1y", "2025-03-09"),
        ("2024-05-01", "2024-05-01"),
    ],
)
def test_moments_are_counted_from_today(written: str, expected: str) -> None:
    assert moments.written_fhir(moments.moment(written, TODAY)) == expected


@pytest.mark.parametrize("written", ["", "yesterday", "-12", "12d", "-12d 7:10", "-12d 25:00", "-1x"])
def test_what_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"moment|hour"):
        moments.moment(written, TODAY)


@given(
    today=st.dates(date(2000, 3, 1), date(2099, 12, 31)),
    age=st.integers(0, 99),
    month=st.integers(1, 12),
    born_on=st.integers(1, 28),
)
def test_a_written_age_is_the_age_on_the_day(today: date, age: int, month: int, born_on: int) -> None:
    born = moments.birth_date(f"{age}y {month:02}-{born_on:02}", today)
    assert (born.month, born.day) == (month, born_on)
    assert born <= today
    assert today.year - born.year - ((today.month, today.day) < (born.month, born.day)) == age


@given(today=st.dates(date(2000, 1, 1), date(2099, 1, 1)), count=st.integers(1, 60))
def test_counted_weekdays_are_weekdays_and_that_many(today: date, count: int) -> None:
    reached = moments.day(f"-{count}b", today)
    assert reached.weekday() < 5
    between = sum((today - timedelta(days=n)).weekday() < 5 for n in range(1, (today - reached).days + 1))
    assert between == count


def test_an_instant_without_a_time_of_day_is_nine_in_the_morning() -> None:
    assert moments.instant("-1d", TODAY) == datetime(2026, 3, 8, 9, 0, tzinfo=moments.ZONE)


DAWN = datetime(2026, 3, 9, tzinfo=moments.ZONE)
MINUTES = st.integers(-2 * 24 * 60, 2 * 24 * 60).map(lambda minutes: DAWN + timedelta(minutes=minutes))


@given(st.integers(0, 11 * 60 - 1), MINUTES, MINUTES)
def test_what_happened_this_morning_has_happened_by_now_in_the_same_order(minute, one, other):
    now = DAWN + timedelta(minutes=minute)
    told = moments.passed(one, now)
    if DAWN < one <= DAWN + timedelta(hours=11):
        assert told <= min(one, now - timedelta(minutes=15))
        if one <= other <= DAWN + timedelta(hours=11):
            assert told <= moments.passed(other, now)
    else:
        assert told == one


def test_from_eleven_on_and_without_a_moment_the_stories_are_told_at_their_word():
    at = datetime(2026, 3, 9, 7, 20, tzinfo=moments.ZONE)
    assert moments.passed(at, DAWN + timedelta(hours=11)) == at
    assert moments.passed(at, None) == at
    assert moments.instant("today 07:20", TODAY, DAWN + timedelta(hours=5)) == DAWN + timedelta(hours=3, minutes=10)
