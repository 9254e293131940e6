"""One line says a whole task: "Order a shower chair fri @rosa" is a title, a day and an owner. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line said. `due` is None and `owner` empty where it said nothing of them."""

    title: str
    due: date | None
    owner: str


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


def read(line: str, today: date) -> Entry:
    """Return the entry a line makes. Only words at its end are read as day or owner, so that titles stay whole."""
    words = line.split()
    due: date | None = None
    owner = ""
    while len(words) > 1:
        last = words[-1]
        if last.startswith("@") and len(last) > 1 and not owner:
            owner = last[1:]
        elif due is None and (day := read_day(last, today)) is not None:
            due = day
        else:
            break
        words.pop()
    return Entry(" ".join(words), due, owner)


def owner_of(owner: str, colleagues: list[tuple[object, str]]) -> object | None:
    """Return the id of the one colleague with a name beginning so, or None when none or several have."""
    wanted = owner.lower()
    found = [key for key, name in colleagues if any(part.lower().startswith(wanted) for part in name.split())]
    return found[0] if len(found) == 1 else None
