"""One line, one task: days and owners at the end of a line, titles kept whole."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.practice.caseload.entry import DAYS, Entry, owner_of, read, read_day

MONDAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("today", MONDAY),
        ("tomorrow", date(2026, 3, 10)),
        ("fri", date(2026, 3, 13)),
        ("Monday", date(2026, 3, 16)),
        ("+3d", date(2026, 3, 12)),
        ("+2w", date(2026, 3, 23)),
        ("3/14", date(2026, 3, 14)),
        ("3/1", date(2027, 3, 1)),
        ("3/1/2026", date(2026, 3, 1)),
        ("2026-04-02", date(2026, 4, 2)),
        ("2/30", None),
        ("chair", None),
    ],
)
def test_words_for_days(word, day):
    assert read_day(word, MONDAY) == day


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Order a shower chair fri @rosa", Entry("Order a shower chair", date(2026, 3, 13), "rosa")),
        ("Order a shower chair @rosa +3d", Entry("Order a shower chair", date(2026, 3, 12), "rosa")),
        ("Ask about the fri clinic", Entry("Ask about the fri clinic", None, "")),
        ("fri", Entry("fri", None, "")),
        ("Call her 3/14", Entry("Call her", date(2026, 3, 14), "")),
    ],
)
def test_lines(line, entry):
    assert read(line, MONDAY) == entry


@given(st.sampled_from(DAYS), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_weekday_is_the_next_one_never_today(word, today):
    day = read_day(word, today)
    assert timedelta(days=1) <= day - today <= timedelta(days=7)
    assert day.weekday() == DAYS.index(word)


@given(st.text(max_size=60))
def test_no_line_breaks_it_and_no_word_is_lost(line):
    entry = read(line, MONDAY)
    assert line.split()[: len(entry.title.split())] == entry.title.split()


def test_an_owner_is_taken_only_when_one_colleague_is_meant():
    people = [(1, "Rosa Castellano, LISW"), (2, "Theo Marchetti, LPN"), (3, "Rosalind Hay, RN")]
    assert owner_of("theo", people) == 2
    assert owner_of("rosa", people) is None
    assert owner_of("castel", people) == 1
