"""One line, one task: days and owners at the end of a line, titles kept whole."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.practice.caseload.entry import DAYS, Entry, owner_of, read, read_day, reason

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
        ("Call Ngozi tomorrow 2pm @ines", Entry("Call Ngozi", date(2026, 3, 10), "ines", time(14))),
        ("Call Ngozi @ines fri at 2:30 pm", Entry("Call Ngozi", date(2026, 3, 13), "ines", time(14, 30))),
        ("Call Ngozi today 09:15", Entry("Call Ngozi", MONDAY, "", time(9, 15))),
        ("Call Ngozi today noon", Entry("Call Ngozi", MONDAY, "", time(12))),
        ("Call Ngozi today 12am", Entry("Call Ngozi", MONDAY, "", time(0))),
        ("Ask who gave the 2pm dose at 2pm", Entry("Ask who gave the 2pm dose at 2pm", None, "")),
        ("Call Ngozi fri 14pm", Entry("Call Ngozi fri 14pm", None, "")),
        ("fri 2pm", Entry("fri 2pm", None, "")),
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


def test_an_owner_is_found_without_the_accents_of_her_name():
    people = [(1, "Inés Quintero, RPh"), (2, "Theo Marchetti, LPN")]
    assert owner_of("ines", people) == owner_of("INÉS", people) == 1
    assert owner_of("...", people) is None


def test_the_reason_of_a_line_follows_why():
    assert reason("Call Ngozi tomorrow 2pm why: meds run out") == ("Call Ngozi tomorrow 2pm", "meds run out")
    assert reason("Ask her why she fell") == ("Ask her why she fell", "")
