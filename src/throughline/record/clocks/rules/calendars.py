"""Which days are business days: a weekend, the federal holidays of 5 U.S.C. 6103, a calendar's own days."""

from datetime import date, timedelta

from throughline.foundation.kernel.federal import observed_only, statutory
from throughline.record.clocks.records import ClockError, Holidays

LONGEST = 4000  # days looked at before a calendar that never opens is refused


def closed_because(day: date, calendar: Holidays, *, observed: bool = False) -> str | None:
    """Why a day is closed, or None when it is open. `observed`: the observed-only days are closed as well."""
    if day in calendar.closed:
        return calendar.closed[day]
    if calendar.federal:
        name = statutory(day.year).get(day)
        if name is None and observed:
            name = observed_only(day.year).get(day)
        if name is not None:
            return name
    return "weekend" if day.isoweekday() in calendar.weekend else None


def count_open_days(
    day: date, count: int, calendar: Holidays, *, observed: bool = False
) -> tuple[date, tuple[tuple[date, str], ...]]:
    """The day that is open day number `count` after `day` (before it if negative), day itself being day 0.

    Also returns every day passed with its number or the reason it does not count. Raises ClockError for a
    calendar that never opens.
    """
    passed: list[tuple[date, str]] = []
    forward = timedelta(days=1 if count >= 0 else -1)
    number = 0
    while number < abs(count):
        try:
            day += forward
        except OverflowError as error:
            raise ClockError("The date found lies outside the years that can be counted.") from error
        why = closed_because(day, calendar, observed=observed)
        number += why is None
        passed.append((day, why if why is not None else str(number)))
        if len(passed) > LONGEST + 8 * abs(count):
            raise ClockError(f"The calendar '{calendar.key}' has no open day.")
    return day, tuple(passed)


def roll(day: date, calendar: Holidays, *, forward: bool, observed: bool = False) -> tuple[date, tuple[str, ...]]:
    """The day itself if open, else the next (or the last) open one, and why the days between do not count."""
    reasons: list[str] = []
    step = timedelta(days=1 if forward else -1)
    while (why := closed_because(day, calendar, observed=observed)) is not None:
        reasons.append(f"{day:%a} {day.day} {day:%b}: {why}")
        day += step
        if len(reasons) > LONGEST:
            raise ClockError(f"The calendar '{calendar.key}' has no open day.")
    return day, tuple(reasons)
