"""Contacts: the next try moves to another part of the day, on a day somebody is there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.record.contacts import rules

HOURS = (time(9, 30), time(14), time(17, 30))
ZONE = "America/New_York"


def next_try(*tried: datetime, closed: frozenset[date] = frozenset()) -> datetime:
    return rules.next_try(tried=tried, try_hours=HOURS, days_between=(1, 1, 3), time_zone=ZONE, closed_days=closed)


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo(ZONE))


def test_after_a_morning_try_comes_an_afternoon_one():
    assert next_try(local(9, 10)) == local(10, 14)


def test_after_morning_and_afternoon_comes_the_evening():
    assert next_try(local(9, 10), local(10, 14)) == local(11, 17).replace(minute=30)


def test_a_friday_try_moves_past_the_weekend_and_a_closed_monday():
    assert next_try(local(13, 10)).date() == date(2026, 3, 16)
    assert next_try(local(13, 10), closed=frozenset({date(2026, 3, 16)})).date() == date(2026, 3, 17)


@given(
    st.lists(
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda d: d.replace(tzinfo=UTC)),
        min_size=1,
        max_size=6,
    )
)
def test_the_next_try_is_later_on_a_weekday_and_in_another_part_of_the_day(tried):
    tried = sorted(tried)
    following = next_try(*tried)
    assert following > tried[-1]
    assert following.weekday() < 5
    assert rules.day_part(following, ZONE) != rules.day_part(tried[-1], ZONE)


@pytest.mark.parametrize("outcome", rules.OUTCOMES)
def test_each_outcome_is_picked_by_its_digit_and_its_key(outcome):
    assert rules.outcome(outcome.digit) is outcome
    assert rules.outcome(outcome.key) is outcome


def test_talking_needs_two_identifiers_and_an_empty_line_does_not():
    with pytest.raises(rules.UnableToLogContact, match="two identifiers"):
        rules.check_identified(rules.outcome("1"), ["name"])
    with pytest.raises(rules.UnableToLogContact, match="two identifiers"):
        rules.check_identified(rules.outcome("5"), ["name", "name"])
    rules.check_identified(rules.outcome("1"), ["name", "birth-date"])
    rules.check_identified(rules.outcome("3"), [])


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_voicemail_says_who_called_and_nothing_of_health(language):
    text = rules.voicemail_text(
        nurse="Dana W.", organization="Great Lakes Clinic", phone="(937) 555-0100", language=language
    )
    assert "(937) 555-0100" in text
    assert not any(word in text.lower() for word in ("diabet", "heart", "insur", "hospital", "corazón"))


@given(st.integers(0, 86_400))
def test_minutes_are_floors(seconds):
    assert timedelta(minutes=rules.minutes(seconds)) <= timedelta(seconds=seconds)
    assert timedelta(minutes=rules.minutes(seconds) + 1) > timedelta(seconds=seconds)
