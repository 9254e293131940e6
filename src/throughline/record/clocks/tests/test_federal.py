"""The federal holidays, written out, against a library of them: every day and every name, year by year."""

from datetime import date

import holidays
import pytest

from throughline.foundation.kernel.federal import observed_only, statutory


@pytest.mark.parametrize("year", range(1971, 2100))
def test_each_year_has_the_days_of_the_law(year: int) -> None:
    known = holidays.country_holidays("US", years=year, observed=False)
    assert statutory(year) == {day: str(known[day]) for day in sorted(known)}
    assert list(statutory(year)) == sorted(known)


@pytest.mark.parametrize("year", range(1971, 2100))
def test_a_holiday_on_a_weekend_is_observed_beside_it(year: int) -> None:
    every = set(holidays.country_holidays("US", years=year))
    assert {day for day in observed_only(year) if day not in statutory(year)} == every - set(statutory(year))


def test_years_before_the_monday_holidays_keep_their_dates() -> None:
    assert statutory(1970) == {day: str(name) for day, name in _library(1970).items()}


def _library(year: int) -> dict[date, str]:
    return dict(sorted(holidays.country_holidays("US", years=year, observed=False).items()))
