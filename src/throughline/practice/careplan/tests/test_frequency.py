"""How often, in dates: as pathways write it, and without end where it has none."""

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.frequency import next_due, offsets, repeats

START = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("2 d, then weekly x4, then every 2 wk to 90 d", 2, [2, 9, 16, 23, 30, 44, 58, 72, 86]),
        ("once", 14, [14]),
        ("once, repeat at 30 d", 14, [14, 30]),
        ("baseline + 3 mo", 7, [7, 90]),
        ("2 d, 7 d, 14 d, 30 d", 2, [2, 7, 14, 30]),
        ("daily x7", 1, [1, 2, 3, 4, 5, 6, 7, 8]),
        ("each cycle", 7, [7]),
        ("per order", 7, [7]),
        ("within 7-14 d of discharge", 14, [14]),
        ("", 5, [5]),
        ("2-3/wk x2 then weekly", 3, [3, 6, 9, 12, 15, 22, 29, 36]),
    ],
)
def test_the_days_of_a_rhythm(text, first, expected):
    assert list(islice(offsets(text, first), len(expected) + 1))[: len(expected)] == expected
    if not repeats(text):
        assert list(offsets(text, first)) == expected


def test_a_rhythm_with_an_end_ends():
    whole = list(offsets("2 d, then weekly x4, then every 2 wk to 90 d", 2))
    assert whole[-1] == 86
    first = START + timedelta(days=2)
    assert next_due("2 d, then weekly x4, then every 2 wk to 90 d", started=START, first_due=first,
                    after=START + timedelta(days=86)) is None  # fmt: skip


def test_what_comes_next_is_after_the_day_asked_about():
    first = START + timedelta(days=7)
    assert next_due("weekly", started=START, first_due=first, after=first) == START + timedelta(days=14)
    assert next_due("once", started=START, first_due=first, after=first) is None


@given(st.integers(1, 60), st.sampled_from(["daily", "weekly", "every 2 wk", "monthly", "2-3/wk", "every 3 mo"]))
def test_days_only_grow(first, text):
    days = list(islice(offsets(text, first), 30))
    assert all(a < b for a, b in pairwise(days))


def test_every_frequency_of_the_library_gives_growing_days():
    for pathway in library.pathways().values():
        for action in pathway.actions:
            days = list(islice(offsets(action.frequency, action.first_due_days), 50))
            assert days == sorted(set(days)), f"{pathway.id}: {action.frequency}"
