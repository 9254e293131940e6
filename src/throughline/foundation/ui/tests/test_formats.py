"""Formats as the UX page writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.ui import formats

TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=3, minutes=50), "3 h 50 m"),
        (timedelta(hours=41), "41 h"),
        (timedelta(days=2), "2 d"),
        (-timedelta(days=3, hours=2), "3 d"),
    ],
)
def test_spans(delta, text):
    assert formats.span(delta) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 3, 9), "today"),
        (date(2026, 3, 10), "tomorrow"),
        (date(2026, 3, 8), "yesterday"),
        (date(2026, 3, 13), "Fri"),
        (date(2026, 3, 16), "Mar 16"),
        (date(2025, 3, 14), "Mar 14, 2025"),
    ],
)
def test_short_days(value, text):
    assert formats.short_day(value, TODAY) == text


def test_times_of_day():
    assert formats.clock(datetime(2026, 3, 9, 18, 30, tzinfo=UTC), "America/New_York") == "2:30 PM"
    assert formats.clock(datetime(2026, 3, 9, 16, 0, tzinfo=UTC), "America/New_York") == "12:00 noon"
    assert formats.clock(datetime(2026, 3, 9, 4, 5, tzinfo=UTC), "America/New_York") == "12:05 AM"


def test_birth_dates_and_ages():
    assert formats.birth_date(date(1943, 3, 14), TODAY) == "03/14/1943 (82 y)"
    assert formats.birth_date(date(1943, 3, 9), TODAY) == "03/09/1943 (83 y)"
    assert formats.birth_date(None, TODAY) == "Not recorded"
    assert formats.age_words(date(2025, 8, 10), TODAY) == "6 mo"
    assert formats.age_words(date(2026, 3, 1), TODAY) == "8 d"
    for nobodys in (date(1, 1, 1), date(9999, 12, 31), date(2026, 3, 10)):
        assert formats.age_words(nobodys, TODAY) == "age not known"


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 4000))
def test_nobody_grows_younger(born, days):
    later = TODAY + timedelta(days=days)
    assert 0 <= formats.age(born, TODAY) <= formats.age(born, later)


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("937.555.0187", "+19375550187", "(937) 555-0187"),
        (" +52 55 1234 5678", "+525512345678", "+52 55 1234 5678"),
        ("937-555-0187 ext. 5", "937-555-0187 ext. 5", "(937) 555-0187 ext. 5"),
        ("937-555-0187, ask for Ann", "937-555-0187, ask for Ann", "937-555-0187, ask for Ann"),
        ("1-800-FLOWERS", "1-800-FLOWERS", "1-800-FLOWERS"),
        ("12", "12", "12"),
        ("", "", ""),
    ],
)
def test_a_phone_is_kept_as_a_number_where_it_is_nothing_else(typed, kept, shown):
    assert formats.read_phone(typed) == kept
    assert formats.phone(kept) == shown
    assert formats.read_phone(formats.phone(kept)) in (kept, shown)


def test_phones_money_numbers_and_weights():
    assert formats.phone("+19375550187") == "(937) 555-0187"
    assert formats.phone("+525512345678").startswith("+52")
    assert formats.money(Decimal("1234.5")) == "$1,234.50"
    assert formats.money(Decimal("-3")) == "-$3.00"
    assert (formats.number(0.50), formats.number(7.0), formats.number(168.2)) == ("0.5", "7", "168.2")
    assert formats.weight(76.3) == "168.2 lb (76.3 kg)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(TODAY, "today"), (date(2026, 2, 28), "9 d old"), (date(2025, 3, 9), "12 mo old"), (None, "date not recorded"),
     (date(2026, 3, 12), "in 3 d"), (date(2031, 5, 1), "in 5 y")],
)  # fmt: skip
def test_the_age_of_a_fact(value, text):
    assert formats.ago(value, TODAY) == text
