"""States, doubts, reminders and times of appointments, without a database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules.moments import UnreadableWhen, read_when

EAST = "America/New_York"
ZONES = st.sampled_from([EAST, "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu"])
MINUTES = st.integers(0, 2 * 365 * 24 * 60).map(lambda m: datetime(2026, 1, 1) + timedelta(minutes=m))
NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)
TODAY = date(2026, 3, 4)  # a Wednesday


def doubts(starts_at, *, minutes=30, busy=(), closed=None, kind="visit"):
    ends_at = starts_at + timedelta(minutes=minutes)
    return rules.doubts(starts_at=starts_at, ends_at=ends_at, zone=EAST, kind=kind, busy=busy, closed=closed, at=NOW)


@pytest.mark.parametrize("state", [rules.KEPT, rules.MISSED, rules.CANCELLED])
@pytest.mark.parametrize("act", rules.TRANSITIONS)
def test_what_ended_is_not_changed_any_more(state, act):
    with pytest.raises(rules.UnableToMoveAppointment, match="cannot be changed"):
        rules.apply(state, act)


def test_a_proposal_that_moves_stays_a_proposal_and_a_booking_becomes_moved():
    assert rules.apply(rules.PROPOSED, "propose-again") == rules.PROPOSED
    assert rules.apply(rules.BOOKED, "move") == rules.MOVED
    assert rules.apply(rules.MOVED, "keep") == rules.KEPT


def test_each_doubt_is_a_sentence_that_names_the_day():
    taken = rules.Busy("patient", "Dialysis", NOW + timedelta(days=1), NOW + timedelta(days=1, hours=4))
    hers = rules.Busy(
        "Theo Marchetti, LPN", "another appointment", NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1)
    )
    assert [d.kind for d in doubts(NOW - timedelta(hours=1))] == ["past"]
    said = doubts(NOW + timedelta(days=1, minutes=30), busy=[taken, hers])
    assert said[0].sentence == "The patient has “Dialysis” from 12:00 PM to 4:00 PM that day."
    assert said[1].sentence.startswith("Theo Marchetti, LPN has “another appointment”")
    assert doubts(NOW + timedelta(days=3), closed="weekend")[0].sentence == (
        "Saturday, March 7 is a Saturday; most offices are closed."
    )
    assert doubts(NOW + timedelta(days=3), closed="weekend", kind="home") == ()


def test_one_that_ends_when_the_next_begins_does_not_clash():
    start = NOW + timedelta(days=1)
    before = rules.Busy("patient", "Visit", start - timedelta(hours=1), start)
    assert doubts(start, busy=[before]) == ()
    assert rules.free_for([before], start, start + timedelta(minutes=5))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    MINUTES,
    ZONES,
    st.sets(st.integers(1, 5)),
)
def test_a_reminder_comes_on_the_last_open_day_before_at_ten_in_her_zone(naive, zone, shut):
    starts_at = naive.replace(tzinfo=ZoneInfo(zone))
    day = starts_at.date()
    closed = {day - timedelta(days=n): n in shut for n in range(1, 15)}
    when = rules.remind_at(starts_at, zone, at=starts_at - timedelta(days=60), closed=closed)
    local = when.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute) == (10, 0)
    assert local.date() < day
    assert not closed[local.date()]
    assert all(closed[day - timedelta(days=n)] for n in range(1, (day - local.date()).days))


def test_there_is_no_reminder_once_its_hour_has_passed():
    starts_at = datetime(2026, 3, 5, 9, tzinfo=ZoneInfo(EAST))
    assert rules.remind_at(starts_at, EAST, at=NOW, closed={}) is None


@pytest.mark.parametrize(
    ("said", "hour", "minute", "day"),
    [
        ("fri 10:30", 10, 30, date(2026, 3, 6)),
        ("fri at 2", 14, 0, date(2026, 3, 6)),
        ("3/14 2 pm", 14, 0, date(2026, 3, 14)),
        ("+3d 9", 9, 0, date(2026, 3, 7)),
        ("tomorrow noon", 12, 0, date(2026, 3, 5)),
        ("2026-03-14T08:15", 8, 15, date(2026, 3, 14)),
        ("2026-03-14 12:05 am", 0, 5, date(2026, 3, 14)),
    ],
)
def test_a_time_is_read_as_it_is_said(said, hour, minute, day):
    assert read_when(said, today=TODAY, zone=EAST) == datetime(
        day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(EAST)
    )


@pytest.mark.parametrize("said", ["", "fri", "10:30", "fri 25:00", "fri 13 pm", "someday 10"])
def test_words_that_name_no_time_are_sent_back(said):
    with pytest.raises(UnreadableWhen, match="day and a time"):
        read_when(said, today=TODAY, zone=EAST)


def test_the_hour_the_clocks_skip_is_refused_where_they_skip_it():
    with pytest.raises(UnreadableWhen, match="clocks go forward"):
        read_when("2026-03-08 2:30 am", today=TODAY, zone=EAST)
    assert read_when("2026-03-08 2:30 am", today=TODAY, zone="America/Phoenix").hour == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MINUTES, ZONES)
def test_a_written_time_reads_back_as_the_same_local_time(naive, zone):
    try:
        read = read_when(f"{naive:%Y-%m-%dT%H:%M}", today=TODAY, zone=zone)
    except UnreadableWhen:
        local = naive.replace(tzinfo=ZoneInfo(zone))
        assert local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive
    else:
        assert read.replace(tzinfo=None) == naive
