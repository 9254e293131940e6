"""How dates, spans, numbers and phones are written on every page. Pure; row texts are made with these, in Python."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers

# A word that is no mark of an extension: "ask for Ann", "1-800-FLOWERS".
_WORDS = re.compile(r"(?!(?:ext|x|extension)\b)\b[a-z]+", re.IGNORECASE)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def day(value: date) -> str:
    """Return "Mar 14, 2025"."""
    return f"{value:%b} {value.day}, {value.year}"


def short_day(value: date, today: date) -> str:
    """Return today, tomorrow, yesterday, a weekday up to six days ahead, else "Mar 14" with the year if another."""
    ahead = (value - today).days
    if ahead in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[ahead]
    if 1 < ahead < 7:
        return f"{value:%a}"
    text = f"{value:%b} {value.day}"
    return text if value.year == today.year else f"{text}, {value.year}"


def clock(value: datetime, time_zone: str, *, noon: bool = True) -> str:
    """Return "2:30 PM" in the zone; noon is "12:00 noon"."""
    local = value.astimezone(ZoneInfo(time_zone))
    if noon and (local.hour, local.minute) == (12, 0):
        return "12:00 noon"
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def time_of_day(text: str) -> str:
    """Return "2:30 PM" for "14:30"; what is no time stays as it is."""
    try:
        at = time.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


def moment(value: datetime, time_zone: str, today: date) -> str:
    """Return "today, 2:30 PM" or "Mar 14, 2:30 PM" in the zone."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{short_day(local.date(), today)}, {clock(value, time_zone)}"


def span(delta: timedelta) -> str:
    """Return a span in its two largest units: "3 h 50 m", "2 d", "40 min"; under a minute is "now"."""
    delta = abs(delta)
    if delta < MINUTE:
        return "now"
    if delta < HOUR:
        return f"{delta // MINUTE} min"
    if delta < 2 * DAY:
        hours, minutes = delta // HOUR, (delta % HOUR) // MINUTE
        return f"{hours} h {minutes} m" if minutes else f"{hours} h"
    return f"{delta // DAY} d"


OLDEST = 130


def age(born: date, today: date) -> int:
    """Return the age in completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def age_words(born: date | None, today: date) -> str:
    """Return "82 y", for a child under two "7 mo", under a month "12 d"; unknown is "age not recorded".

    A birth date nobody has, as systems send for want of one (01/01/0001, 12/31/9999), gives no age.
    """
    if born is None:
        return "age not recorded"
    years = age(born, today)
    if not 0 <= years <= OLDEST:
        return "age not known"
    if years >= 2:
        return f"{years} y"
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{months} mo" if months >= 1 else f"{(today - born).days} d"


def birth_date(born: date | None, today: date) -> str:
    """Return "03/14/1943 (82 y)", or "Not recorded"."""
    if born is None:
        return "Not recorded"
    return f"{born:%m/%d/%Y} ({age_words(born, today)})"


@lru_cache(maxsize=10_000)
def phone(value: str) -> str:
    """Return "(937) 555-0187" for a US number, other countries internationally; what has other words stays as it is."""
    if not value or _WORDS.search(value):
        return value
    try:
        parsed = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return value
    national = parsed.country_code == 1
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if national else form.INTERNATIONAL)


def read_phone(text: str) -> str:
    """Return what is kept of a phone as typed: E.164 where it is a number and nothing else, otherwise the text."""
    text = text.strip()
    if _WORDS.search(text):
        return text
    try:
        parsed = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return text
    if parsed.extension or not phonenumbers.is_possible_number(parsed):
        return text
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def money(value: Decimal) -> str:
    """Return "$1,234.50", a debt as "-$1,234.50"."""
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def number(value: float) -> str:
    """Return a number with a leading zero and no trailing one: 0.5, 168.2, 7."""
    return f"{value:.10g}"


def weight(kilograms: float) -> str:
    """Return "168.2 lb (76.3 kg)". One pound is 0.45359237 kg exactly."""
    return f"{kilograms / 0.45359237:.1f} lb ({kilograms:.1f} kg)"


def ago(value: date | datetime | None, today: date) -> str:
    """Return how old a fact is: "today", "9 d old", "14 mo old", "3 y old"; unknown is "date not recorded"."""
    if value is None:
        return "date not recorded"
    then = value.date() if isinstance(value, datetime) else value
    days = (today - then).days
    if days < 1:
        return "today" if days == 0 else f"in {_long(-days)}"
    return f"{_long(days)} old"


def _long(days: int) -> str:
    if days < 60:
        return f"{days} d"
    return f"{days // 30} mo" if days < 730 else f"{days // 365} y"
