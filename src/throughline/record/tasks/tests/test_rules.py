"""Tasks: the transition table, holds that never pass a legal deadline, repetition across daylight saving."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.record.tasks import rules

NOW = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)


@pytest.mark.parametrize("state", rules.WORDS)
@pytest.mark.parametrize("act", rules.TRANSITIONS)
def test_each_act_from_each_state(state, act):
    allowed, after = rules.TRANSITIONS[act]
    if state in allowed:
        assert rules.apply(state, act) == after
    else:
        with pytest.raises(rules.UnableToMoveTask, match="cannot be changed"):
            rules.apply(state, act)


def test_what_is_ended_can_only_be_reopened():
    for state in (rules.DONE, rules.CANCELLED):
        assert [act for act, (allowed, _) in rules.TRANSITIONS.items() if state in allowed] == ["reopen"]


def test_every_live_state_can_end():
    for state in rules.LIVE:
        assert rules.apply(state, "do") == rules.DONE
        assert rules.apply(state, "cancel") == rules.CANCELLED


def test_a_hold_never_passes_a_legal_deadline():
    deadline = NOW + timedelta(hours=2)
    rules.check_hold(until=deadline, at=NOW, latest=deadline)
    with pytest.raises(rules.UnableToMoveTask, match="legal deadline"):
        rules.check_hold(until=deadline + timedelta(minutes=1), at=NOW, latest=deadline)


@pytest.mark.parametrize("delta", [timedelta(0), timedelta(seconds=-1), timedelta(days=90, seconds=1)])
def test_a_hold_ends_in_the_future_and_within_90_days(delta):
    with pytest.raises(rules.UnableToMoveTask):
        rules.check_hold(until=NOW + delta, at=NOW, latest=None)


def test_nine_in_the_morning_stays_nine_across_daylight_saving():
    zone = ZoneInfo("America/New_York")
    due = datetime(2026, 3, 7, 9, tzinfo=zone)
    following = rules.next_due(due_at=due, recurrence="FREQ=DAILY", time_zone="America/New_York", after=due)
    assert following == datetime(2026, 3, 8, 9, tzinfo=zone)
    assert following - due == timedelta(hours=24)  # wall clocks agree ...
    assert following.astimezone(UTC) - due.astimezone(UTC) == timedelta(hours=23)  # ... the elapsed hours do not


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY", "FREQ=DAILY;INTERVAL=3"]),
    st.timedeltas(timedelta(0), timedelta(days=40)),
)
def test_the_next_occurrence_lies_after_now_and_after_the_last(due, rule, late):
    after = due + late
    following = rules.next_due(due_at=due, recurrence=rule, time_zone="America/Chicago", after=after)
    assert following is not None
    assert following > due
    # Seconds of the last due time are kept; within the repeated hour of autumn the wall clock decides.
    assert following >= after - timedelta(hours=1)


def test_a_repetition_that_cannot_be_read_is_refused():
    with pytest.raises(rules.UnableToMoveTask, match="repetition"):
        rules.next_due(due_at=NOW, recurrence="every blue moon", time_zone="UTC", after=NOW)


def test_digits_pick_the_reasons_of_the_list():
    assert rules.hold_reason("4").key == "pharmacy"
    assert rules.hold_reason("pharmacy").digit == "4"
    with pytest.raises(rules.UnableToMoveTask, match="list"):
        rules.hold_reason("0")
