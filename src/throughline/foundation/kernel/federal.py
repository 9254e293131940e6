"""The federal holidays of 5 U.S.C. 6103, by year.

Written out, because eleven sentences of law do not need a library of every country's calendar in every process
(sixteen megabytes in each; docs/adr/0011); the tests hold them to such a library, year by year.
"""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1, "New Year's Day"), (7, 4, "Independence Day"), (12, 25, "Christmas Day"))
# Month, weekday (Monday is 0), which one of the month (0 the last) and since when by that rule.
_MOVING = (
    (1, 0, 3, 1986, "Martin Luther King Jr. Day"),
    (2, 0, 3, 1971, "Washington's Birthday"),
    (5, 0, 0, 1971, "Memorial Day"),
    (9, 0, 1, 1894, "Labor Day"),
    (10, 0, 2, 1971, "Columbus Day"),
    (11, 3, 4, 1942, "Thanksgiving Day"),
)
_BEFORE_1971 = ((2, 22, "Washington's Birthday"), (5, 30, "Memorial Day"), (10, 12, "Columbus Day"))


@lru_cache(maxsize=256)
def statutory(year: int) -> dict[date, str]:
    """Return the holidays of a year on the dates 5 U.S.C. 6103(a) names, whatever weekday they fall on, in order.

    Of the years before 1971, when most were moved to Mondays, those kept since.
    """
    days = {date(year, month, day): name for month, day, name in _FIXED}
    for month, weekday, which, since, name in _MOVING:
        if year >= since:
            days[_moving(year, month, weekday, which)] = name
    if year < 1971:
        days |= {date(year, month, day): name for month, day, name in _BEFORE_1971}
    if year >= 2021:
        days[date(year, 6, 19)] = "Juneteenth National Independence Day"
    moved = 1971 <= year <= 1977  # Veterans Day went to Mondays too, and came back
    days[_moving(year, 10, 0, 4) if moved else date(year, 11, 11)] = "Veterans Day"
    return dict(sorted(days.items()))


@lru_cache(maxsize=256)
def observed_only(year: int) -> dict[date, str]:
    """Return the Fridays and Mondays on which 5 U.S.C. 6103(b) observes a holiday that falls on a weekend.

    They serve federal pay and leave; no deadline may rely on them.
    """
    days: dict[date, str] = {}
    for year_of_holiday in (year, year + 1):
        for day, name in statutory(year_of_holiday).items():
            if day.weekday() == 5:
                days[day - timedelta(days=1)] = f"{name} observed"
            elif day.weekday() == 6:
                days[day + timedelta(days=1)] = f"{name} observed"
    return {day: name for day, name in days.items() if day.year == year}


def _moving(year: int, month: int, weekday: int, which: int) -> date:
    """Return the first, second … of a weekday in a month, or with 0 the last (of a month of 31 days)."""
    start = date(year, month, 25 if which == 0 else 7 * which - 6)
    return start + timedelta(days=(weekday - start.weekday()) % 7)
