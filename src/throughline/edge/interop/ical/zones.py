"""A zone as a VTIMEZONE of its own (RFC 5545 3.6.5): a calendar that does not know the name still tells the time.

Each change of the clocks is a rule ("second Sunday of March"), read off the zone's own changes around the days in
question; where no such rule fits, the changes are listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # loaded where a calendar is written: pages have no need of it
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
AFTER = 3  # further years looked at, to tell a rule from a coincidence


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the clocks: the local time just before it, the offsets on both sides, and what comes in."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool


def changes(zone: ZoneInfo, first: int, last: int) -> list[Change]:
    """Return the changes of a zone's clocks from the year `first` to the year `last`, in their order."""
    found = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    while at < end:
        ahead = min(at + timedelta(days=1), end)
        if at.astimezone(zone).utcoffset() != ahead.astimezone(zone).utcoffset():
            found.append(_exactly(zone, at, ahead))
        at = ahead
    return found


def _exactly(zone: ZoneInfo, low: datetime, high: datetime) -> Change:
    before = low.astimezone(zone).utcoffset() or timedelta()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if (middle.astimezone(zone).utcoffset() or timedelta()) == before:
            low = middle
        else:
            high = middle
    there = high.astimezone(zone)
    after = there.utcoffset() or timedelta()
    local = (high + before).replace(tzinfo=None)
    return Change(local, before, after, there.tzname() or "", bool(there.dst()))


def vtimezone(name: str, first: date, last: date) -> Timezone:
    """Return the VTIMEZONE of an IANA zone, right for every day from `first` to `last` and, by its rules, after."""
    from icalendar import Timezone

    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    start = first.year - 1
    found = changes(zone, start, last.year + AFTER)
    if not found:
        component.add_component(_fixed(zone, start))
        return component
    kinds: dict[tuple[bool, timedelta, timedelta, str], list[Change]] = {}
    for change in found:
        kinds.setdefault((change.is_daylight, change.before, change.after, change.name), []).append(change)
    for several in kinds.values():
        component.add_component(_observance(several, start, last.year + AFTER))
    return component


def _fixed(zone: ZoneInfo, year: int) -> TimezoneStandard:
    from icalendar import TimezoneStandard

    there = datetime(year, 1, 1, tzinfo=zone)
    offset = there.utcoffset()
    part = TimezoneStandard()
    part.add("dtstart", datetime(year, 1, 1))  # noqa: DTZ001 - local by definition
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", offset)
    part.add("tzname", there.tzname())
    return part


def _observance(several: list[Change], first: int, last: int) -> TimezoneStandard | TimezoneDaylight:
    from icalendar import TimezoneDaylight, TimezoneStandard, vRecur

    one = several[0]
    part = TimezoneDaylight() if one.is_daylight else TimezoneStandard()
    part.add("dtstart", one.local)
    part.add("tzoffsetfrom", one.before)
    part.add("tzoffsetto", one.after)
    part.add("tzname", one.name)
    rule = _rule(several, first, last)
    if rule is not None:
        part.add("rrule", vRecur(rule))
    else:
        for change in several[1:]:
            part.add("rdate", [change.local])
    return part


def _rule(several: list[Change], first: int, last: int) -> dict[str, str | int] | None:
    """The yearly rule all these changes follow, or None: one a year, same weekday of the month, same hour."""
    one = several[0]
    if [change.local.year for change in several] != list(range(first, last + 1)):
        return None
    months = {change.local.month for change in several}
    times = {change.local.time() for change in several}
    days = {change.local.weekday() for change in several}
    if len(months) != 1 or len(times) != 1 or len(days) != 1:
        return None
    weeks = {(change.local.day - 1) // 7 + 1 for change in several}
    is_last = all((change.local + timedelta(days=7)).month != change.local.month for change in several)
    if len(weeks) != 1 and not is_last:
        return None
    week = -1 if is_last else weeks.pop()
    return {"FREQ": "YEARLY", "BYMONTH": one.local.month, "BYDAY": f"{week}{DAYS[one.local.weekday()]}"}
