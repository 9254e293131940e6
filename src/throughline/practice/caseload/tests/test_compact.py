"""The compact on the days it begins to hold, on either side."""

from datetime import date, timedelta

import pytest

from throughline.practice.caseload import compact

DAY = timedelta(days=1)


def holds(home, state, on, *, name="RN", multistate=True):
    return compact.holds_in(name=name, home=home, multistate=multistate, state=state, on=on)


@pytest.mark.parametrize(
    ("home", "state", "first"),
    [
        ("KY", "OH", date(2023, 1, 1)),  # both give and honor from one day
        ("OH", "KY", date(2023, 1, 1)),
        ("KY", "WA", date(2023, 7, 24)),  # honored there half a year before it was given there
        ("WA", "KY", date(2024, 1, 31)),
        ("PA", "OH", date(2025, 7, 7)),
        ("OH", "CT", date(2025, 10, 1)),
    ],
)
def test_a_multistate_licence_holds_from_the_day_both_states_say(home, state, first):
    assert not holds(home, state, first - DAY)
    assert holds(home, state, first)


def test_a_jurisdiction_that_honors_without_giving_gives_no_privilege_elsewhere():
    assert holds("OH", "GU", date(2026, 3, 9))
    assert not holds("GU", "OH", date(2026, 3, 9))


def test_every_licence_holds_at_home_whatever_the_compact_says():
    for home in ("OH", "CA", "GU", "NY"):
        assert holds(home, home, date(2010, 1, 1), multistate=False)
        assert holds(home, home, date(2010, 1, 1), name="NP", multistate=False)


def test_single_state_and_advanced_practice_stay_at_home():
    assert not holds("KY", "OH", date(2026, 3, 9), multistate=False)
    assert not holds("KY", "OH", date(2026, 3, 9), name="APRN")


def test_what_cannot_be_multistate_is_said_in_a_sentence():
    on = date(2026, 3, 9)
    assert compact.refusal(name="RN", home="OH", on=on) == ""
    assert "not in the Nurse Licensure Compact" in compact.refusal(name="RN", home="CA", on=on)
    assert "yet" in compact.refusal(name="RN", home="MA", on=on)
    assert "before January 1, 2023" in compact.refusal(name="RN", home="OH", on=date(2022, 12, 31))
    assert "RN and LPN/LVN" in compact.refusal(name="NP", home="OH", on=on)


def test_nobody_gives_what_she_does_not_honor_and_each_entry_has_its_source():
    assert len(compact.parties()) == 43
    for one in compact.parties().values():
        assert one.citation
        assert one.gives_from is None or (one.honors_from is not None and one.honors_from <= one.gives_from)
