"""Which step may follow which, and on which business day silence asks for the next."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.practice.coordination.rules import referring, roles, sharing

FRIDAY = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # 3 PM in New York
NEW_YORK = "America/New_York"


def look(state, since=FRIDAY, scheduled_at=None, urgent=False):
    return referring.look_on(state, since=since, scheduled_at=scheduled_at, urgent=urgent, zone=NEW_YORK)


def test_the_whole_way_and_the_ways_out():
    state = "drafted"
    for act in ("send", "accept", "schedule", "miss", "schedule", "attend", "report", "close"):
        state = referring.apply(state, act)
    assert state == "closed"
    assert referring.apply(referring.apply("sent", "decline"), "close") == "closed"
    with pytest.raises(referring.UnableToMoveReferral, match="closed"):
        referring.apply("closed", "cancel")
    with pytest.raises(referring.UnableToMoveReferral):
        referring.apply("drafted", "accept")


def test_every_state_that_is_open_has_a_wait_and_a_way_out_and_the_ended_have_neither():
    for state in referring.WORDS:
        assert (look(state) is not None) == (state in referring.OPEN)
        assert bool(referring.acts_from(state)) == (state in referring.OPEN)


@given(st.lists(st.sampled_from(sorted(referring.TRANSITIONS)), max_size=30))
def test_whatever_is_tried_the_state_is_known_and_the_end_is_the_end(acts):
    state = "drafted"
    for act in acts:
        try:
            after = referring.apply(state, act)
        except referring.UnableToMoveReferral:
            continue
        assert state in referring.OPEN
        state = after
        assert state in referring.WORDS


def test_silence_is_counted_in_business_days_over_weekend_and_holiday():
    assert look("sent") == date(2026, 3, 11)
    assert look("sent", urgent=True) == date(2026, 3, 9)
    before_labor_day = datetime(2026, 9, 4, 16, 0, tzinfo=UTC)
    assert look("sent", since=before_labor_day) == date(2026, 9, 10)


def test_the_day_is_the_patients_own_and_a_visit_counts_from_its_day():
    late_evening = datetime(2026, 3, 7, 3, 0, tzinfo=UTC)  # still Friday in New York
    assert look("sent", since=late_evening) == date(2026, 3, 11)
    visit = datetime(2026, 4, 10, 14, 0, tzinfo=UTC)
    assert look("scheduled", scheduled_at=visit) == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("text", "omaha", "kind"),
    [
        ("Low mood since the infarction", None, "behavioural"),
        ("Two falls this month", None, "rehabilitation"),
        ("Needs a shower chair", None, "equipment"),
        ("No food in the house", None, "community"),
        ("Wound on the left heel", None, "home_health"),
        ("Something else", 11, "behavioural"),
        ("Chest pain", 27, "clinical"),
    ],
)
def test_a_need_asks_for_a_kind_of_referral(text, omaha, kind):
    assert referring.kind_of_need(text, omaha) == kind


def test_steps_say_what_they_lack():
    at = FRIDAY
    for act in referring.NEEDS_NOTE:
        with pytest.raises(referring.UnableToMoveReferral, match="Write"):
            referring.check_step(act, note=" ", scheduled_at=None, at=at)
    with pytest.raises(referring.UnableToMoveReferral, match="day and time"):
        referring.check_step("schedule", note="", scheduled_at=None, at=at)
    with pytest.raises(referring.UnableToMoveReferral, match="after now"):
        referring.check_step("schedule", note="", scheduled_at=at, at=at)


def test_kinds_name_roles_and_categories_that_exist_and_no_protected_one_unasked():
    for kind in referring.KINDS:
        assert set(kind.roles) <= set(roles.ROLES)
        assert all(not sharing.BY_KEY[key].sensitive for key in kind.categories)
    assert {state for _, (froms, to) in referring.TRANSITIONS.items() for state in (*froms, to)} <= set(referring.WORDS)
