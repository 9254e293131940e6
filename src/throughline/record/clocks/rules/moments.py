"""Days and instants: read from text, moved by calendar or by elapsed time, and said in words."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from throughline.record.clocks.records import ClockError, Moment

END_OF_DAY = time(23, 59, 59)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)


def is_day(moment: Moment) -> bool:
    """True for a calendar day, False for an instant."""
    return not isinstance(moment, datetime)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ClockError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ClockError(f"'{name}' is not a time zone; give a name such as America/Chicago.") from error


def read(text: str, zone: tzinfo | None, label: str = "time") -> Moment:
    """A day or an aware instant from ISO 8601 text; a time without offset is local time of `zone`.

    Raises ClockError for a text that is neither, a time with no zone, and a local time that the change of
    clocks skips or repeats.
    """
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        read_at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClockError(f"The {label} '{text}' is not an ISO 8601 date or time that exists ({error}).") from error
    if len(text) <= 10:
        raise ClockError(f"The {label} '{text}' is not an ISO 8601 date or time; write it as 2027-03-13T16:00.")
    if read_at.tzinfo is not None:
        return _in_zone(read_at, zone, label)
    if zone is None:
        raise ClockError(f"The {label} '{text}' has no time zone; give --zone, or an offset as in {text}-05:00.")
    return local(read_at, zone, label)


def _in_zone(at: datetime, zone: tzinfo | None, label: str) -> datetime:
    try:
        return at if zone is None else at.astimezone(UTC).astimezone(zone)
    except OverflowError as error:
        raise ClockError(f"The {label} lies outside the years that can be counted.") from error


def offset_of(text: str) -> timezone | None:
    """The fixed offset an ISO 8601 time carries, or None."""
    if not _OFFSET.search(text.strip()) or _DAY.fullmatch(text.strip()):
        return None
    try:
        read_at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    given = read_at.utcoffset()
    return None if given is None else timezone(given)


def local(naive: datetime, zone: tzinfo, label: str = "time") -> datetime:
    """The instant of a local time. Raises ClockError when the clocks skip it or show it twice."""
    first, second = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back != naive:
        raise ClockError(f"The {label} {naive:%Y-%m-%d %H:%M} does not exist in {zone}: the clocks go forward.")
    raise ClockError(
        f"The {label} {naive:%Y-%m-%d %H:%M} happens twice in {zone}: the clocks go back. Give its offset, "
        f"as in {first.isoformat(timespec='minutes')}."
    )


def day_of(moment: Moment, zone: tzinfo) -> date:
    """The local calendar day of a moment."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def at_local(day: date, clock_time: time, zone: tzinfo) -> datetime:
    """The instant of a local time on a day; a time the clocks skip becomes the first one after it."""
    return datetime.combine(day, clock_time, zone).astimezone(UTC).astimezone(zone)


def last_instant(moment: Moment, zone: tzinfo) -> datetime:
    """The last instant a moment allows: 23:59:59 local time of a day, the instant itself otherwise."""
    if isinstance(moment, datetime):
        return moment.astimezone(zone)
    return at_local(moment, END_OF_DAY, zone)


def first_instant(moment: Moment, zone: tzinfo) -> datetime:
    """The first instant of a moment: midnight that begins a day, the instant itself otherwise."""
    return moment.astimezone(zone) if isinstance(moment, datetime) else at_local(moment, time(0), zone)


def add_hours(at: datetime, hours: float, zone: tzinfo) -> datetime:
    """The instant so many elapsed hours later (earlier if negative), whatever the clocks on the wall do."""
    try:
        return (at.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)
    except OverflowError as error:
        raise ClockError("The date found lies outside the years that can be counted.") from error


def elapsed(since: datetime, until: datetime) -> timedelta:
    """The time that passed between two instants, whatever the clocks on the wall did."""
    return until.astimezone(UTC) - since.astimezone(UTC)


def add_days(day: date, days: int) -> date:
    """The day so many calendar days later. Raises ClockError past the last year there is."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ClockError("The date found lies outside the years that can be counted.") from error


def add_months(day: date, months: int, *, end: str) -> date:
    """The same day of a later (or earlier) month.

    Where that month has no such day: `end="clamp"` takes the month's last day, `end="first-of-next"` the
    first day of the month after (45 CFR 147.136(d)(2)(i)).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9998:
        raise ClockError("The date found lies outside the years that can be counted.")
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = first_of_next - timedelta(days=1)
    if day.day <= last.day:
        return date(year, month, day.day)
    return first_of_next if end == "first-of-next" else last


def say_day(day: date) -> str:
    """A day in words: Wednesday, November 25, 2026."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def say(moment: Moment, zone: tzinfo) -> str:
    """A day, or an instant with its minute and the zone's own label, in words."""
    if not isinstance(moment, datetime):
        return say_day(moment)
    at = moment.astimezone(zone)
    hour = at.hour % 12 or 12
    seconds = f":{at.second:02d}" if at.second else ""
    half = "PM" if at.hour >= 12 else "AM"
    return f"{say_day(at.date())}, {hour}:{at.minute:02d}{seconds} {half} {at.tzname() or ''}".rstrip()


def hours_by_day(start: datetime, end: datetime, zone: tzinfo) -> tuple[tuple[date, timedelta, timedelta], ...]:
    """For each local day between two instants: the day, the time that counts, and how long the day is."""
    rows: list[tuple[date, timedelta, timedelta]] = []
    day, last = day_of(start, zone), day_of(end, zone)
    while day <= last:
        opens, closes = first_instant(day, zone), first_instant(day + timedelta(days=1), zone)
        counted = min(end.astimezone(UTC), closes.astimezone(UTC)) - max(start.astimezone(UTC), opens.astimezone(UTC))
        rows.append((day, counted, closes.astimezone(UTC) - opens.astimezone(UTC)))
        day += timedelta(days=1)
    return tuple(rows)
