"""Reads a time as it is said on the phone: "fri 10:30", "3/14 2 pm", "+3d 9", "2026-03-14T10:30". Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from throughline.practice.caseload.entry import read_day

_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm|a|p)?\.?$", re.IGNORECASE)
FIRST_OFFICE_HOUR = 7  # a bare "2" is the afternoon: nobody books the small hours by one digit


A_MOMENT = timedelta(seconds=15)  # the same words of the same hand within it are one press too many


class UnreadableWhen(ValueError):
    """The words name no time. Says how to write one."""


def read_when(text: str, *, today: date, zone: str) -> datetime:
    """Return the instant the words name, in the zone. A bare hour before 7 is the afternoon.

    Raises UnreadableWhen for words that name no day or no time, and for a time the change of clocks skips.
    """
    said = (
        " ".join(text.replace("T", " ", 1).replace(",", " ").split())
        if "-" in text
        else " ".join(text.replace(",", " ").split())
    )
    head, _, rest = said.partition(" ")
    day = read_day(head, today)
    clock = _time(rest.removeprefix("at ").strip()) if day else None
    if day is None or clock is None:
        raise UnreadableWhen("Write a day and a time, such as fri 10:30, 3/14 2 pm or +3d 9:00.")
    local = datetime.combine(day, clock, tzinfo=ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise UnreadableWhen("The clocks go forward over that time; choose another.")
    return local


def _time(text: str) -> time | None:
    if text.lower() == "noon":
        return time(12)
    found = _CLOCK.match(text)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "")[:1].lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif not half and found["minute"] is None and 1 <= hour < FIRST_OFFICE_HOUR:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 and not (half and int(found["hour"]) > 12) else None
