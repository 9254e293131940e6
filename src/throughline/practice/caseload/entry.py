"""One line says a whole task: "Order a shower chair fri 2pm @rosa" is a title, a day, a time and an owner. Pure."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from throughline.record.people.rules.names import fold

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line said. `due` and `clock` are None and `owner` empty where it said nothing of them."""

    title: str
    due: date | None
    owner: str
    clock: time | None = None


def read_day(word: str, today: date) -> date | None:
    """Return the day a word names, or None: today, tomorrow, fri (the next one), +3d, +2w, 3/14, 3/14/2027, ISO."""
    word = word.lower().rstrip(".,")
    if word in ("today", "tomorrow"):
        return today + timedelta(days=int(word == "tomorrow"))
    for names in (DAYS, FULL):
        if word in names:
            return today + timedelta(days=(names.index(word) - today.weekday() - 1) % 7 + 1)
    if found := re.fullmatch(r"\+(\d{1,3})([dw])", word):
        return today + timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))
    return _calendar_day(word, today)


def _calendar_day(word: str, today: date) -> date | None:
    try:
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", word):
            day = date(int(found[3] or today.year), int(found[1]), int(found[2]))
            return day if found[3] or day >= today else day.replace(year=today.year + 1)
        return date.fromisoformat(word) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word) else None
    except ValueError:
        return None


_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))? ?(am|pm)|(\d{1,2}):(\d{2})|noon")


def _read_clock(word: str) -> time | None:
    """Return the time "2pm", "2:30 pm", "14:30" or "noon" names, or None."""
    found = _CLOCK.fullmatch(word.lower())
    if found is None:
        return None
    hour, minute = int(found[1] or found[4] or 12), int(found[2] or found[5] or 0)
    if found[3] and not 1 <= hour <= 12:
        return None
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _moment(words: list[str], today: date) -> tuple[int, date, time | None] | None:
    """Return the day, and time, at the end of the words and how many of them say it; a time counts only after a day."""
    if (day := read_day(words[-1], today)) is not None:
        return 1, day, None
    for size in (1, 2):
        clock = _read_clock(" ".join(words[-size:]))
        before = words[:-size]
        taken = size + (1 if before[-1:] == ["at"] else 0)
        if clock is not None and len(words) > taken and (day := read_day(words[-taken - 1], today)) is not None:
            return taken + 1, day, clock
    return None


def read(line: str, today: date) -> Entry:
    """Return the entry a line makes. Only words at its end are read as day or owner, so that titles stay whole."""
    words = line.split()
    due: date | None = None
    clock: time | None = None
    owner = ""
    while len(words) > 1:
        last = words[-1]
        if last.startswith("@") and len(last) > 1 and not owner:
            owner, taken = last[1:], 1
        elif due is None and (found := _moment(words, today)) and found[0] < len(words):
            taken, due, clock = found
        else:
            break
        del words[-taken:]
    return Entry(" ".join(words), due, owner, clock)


def reason(line: str) -> tuple[str, str]:
    """Return a line without its reason, and the reason: "Order a chair fri why: she fell twice"."""
    found = re.search(r"\swhy:\s*", line, re.IGNORECASE)
    return (line[: found.start()], line[found.end() :].strip()) if found else (line, "")


def owner_of(owner: str, colleagues: list[tuple[object, str]]) -> object | None:
    """Return the id of the one colleague with a name beginning so, or None when none or several have."""
    wanted = fold(owner)
    found = [key for key, name in colleagues if any(fold(part).startswith(wanted) for part in name.split())]
    return found[0] if wanted and len(found) == 1 else None
