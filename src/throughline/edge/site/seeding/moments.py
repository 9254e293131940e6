"""Dates as the stories write them: counted from the day the seeds are loaded for.

The stories are told at eleven in the morning. Loaded earlier in the day, what they tell of the morning has happened
all the same, in the same order, within the part of it that has passed: nothing that happened lies ahead.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

ZONE = ZoneInfo("America/New_York")

_WRITTEN = re.compile(r"^(?:(?P<sign>[+-])(?P<count>\d+)(?P<unit>[dbwmy])|(?P<today>today))(?: (?P<clock>\d\d:\d\d))?$")
_ISO = re.compile(r"^(?P<day>\d{4}-\d\d-\d\d)(?: (?P<clock>\d\d:\d\d))?$")
_AGE = re.compile(r"^(?P<years>\d+)y (?P<month>\d\d)-(?P<day>\d\d)$")
_WEEKEND = 5
_TOLD = timedelta(hours=11)  # the time of day at which the stories are told
_LASTS = timedelta(minutes=15)  # what happened lasts at most as long: a call has ended by now


class UnreadableMoment(ValueError):
    """A story says a time in no form this reader knows."""


def moment(written: str, today: date) -> date | datetime:
    """Return the day, or the instant in the hospital's zone when a time of day is written.

    Forms: "today", "-12d", "+2d 10:30", "-3b" (weekdays), "-6w", "-4m" (calendar months), "-2y", "2024-05-01".
    Raises UnreadableMoment for anything else.
    """
    text = str(written).strip()
    if found := _ISO.match(text):
        day = date.fromisoformat(found["day"])
    elif found := _WRITTEN.match(text):
        day = today if found["today"] else _shift(today, found["unit"], int(found["sign"] + found["count"]))
    else:
        raise UnreadableMoment(
            f"'{written}' is no moment; write it like -12d, -12d 07:10, +2d 10:30, -3b or 2024-05-01."
        )
    if not found["clock"]:
        return day
    return datetime.combine(day, time.fromisoformat(found["clock"]), tzinfo=ZONE)


def instant(written: str, today: date, now: datetime | None = None) -> datetime:
    """Return the instant, nine in the morning when the story gives only the day; `now` as `passed` takes it."""
    found = moment(written, today)
    return passed(found if isinstance(found, datetime) else datetime.combine(found, time(9), tzinfo=ZONE), now)


def passed(at: datetime, now: datetime | None) -> datetime:
    """Return an instant of this morning, told at eleven, as it is told at `now`: earlier, never after `now`.

    Every other instant, and each one once eleven has come, stays. `now` is aware; None leaves all as it is written.
    """
    if now is None:
        return at
    dawn = datetime.combine(now.astimezone(ZONE).date(), time(0), tzinfo=ZONE)
    told = dawn + _TOLD
    if now >= told or not dawn < at <= told:
        return at
    end = now - _LASTS
    start = min(dawn, end - _LASTS)
    return (start + (end - start) * ((at - dawn) / _TOLD)).astimezone(ZONE).replace(microsecond=0)


def day(written: str, today: date) -> date:
    """Return the calendar day in the hospital's zone, whatever time of day is written."""
    found = moment(written, today)
    return found.date() if isinstance(found, datetime) else found


def birth_date(written: str, today: date) -> date:
    """Return a date of birth: an ISO date, or "9y 03-14" for who must be 9 on `today`, born on March 14.

    Also takes the counted forms ("-11w"), for infants and the unborn.
    """
    found = _AGE.match(str(written).strip())
    if not found:
        return day(str(written), today)
    month, on = int(found["month"]), int(found["day"])
    passed = (month, on) <= (today.month, today.day)
    return date(today.year - int(found["years"]) - (0 if passed else 1), month, on)


def written_fhir(when: date | datetime) -> str:
    """Return a FHIR date or dateTime; an instant carries the offset that held in the hospital's zone that day."""
    return when.isoformat()


def step(written: str) -> timedelta:
    """Return the spacing of a series: "1d", "12h" or "2w". Raises UnreadableMoment for anything else."""
    found = re.match(r"^(\d+)([hdw])$", str(written).strip())
    if not found:
        raise UnreadableMoment(f"'{written}' is no spacing; write it like 1d, 12h or 2w.")
    return int(found[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[found[2]]


def _shift(today: date, unit: str, count: int) -> date:
    if unit == "b":
        return _weekdays(today, count)
    if unit in "my":
        return today + relativedelta(months=count if unit == "m" else 12 * count)
    return today + timedelta(days=count * (7 if unit == "w" else 1))


def _weekdays(today: date, count: int) -> date:
    one = timedelta(days=1 if count > 0 else -1)
    reached, left = today, abs(count)
    while left:
        reached += one
        left -= reached.weekday() < _WEEKEND
    return reached
