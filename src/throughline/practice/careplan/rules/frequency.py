"""How often, as pathways and nurses write it, turned into dates: "2 d, then weekly x4, then every 2 wk to 90 d".

What names an event instead of a time ("each cycle", "per order") gives no further date: the action is due once and the
nurse says when again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "mo": 30, "month": 30, "months": 30, "y": 365}
NAMED = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "yearly": 365, "annually": 365}
_SPLIT = re.compile(r",\s*(?:then\s+)?|;\s*|\s+then\s+|\s+\+\s+")
_NAMED = re.compile(rf"^({'|'.join(NAMED)})\b")
_EVERY = re.compile(r"^every (?:(\d+)-)?(\d+)? ?(d|day|days|wk|week|weeks|mo|month|months|y)\b")
_RATE = re.compile(r"^(\d+)(?:-\d+)?(?: d)?/(d|wk)\b")
_AT = re.compile(r"^(?:recheck |repeat at |at )?(?:\d+-)?(\d+) (d|wk|mo|y)$")
_TIMES = re.compile(r"\bx ?(\d+)")
_UNTIL = re.compile(r"\bto (\d+) (d|wk|mo)\b")
MOST = 400  # dates looked at before an open rhythm is given up on


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a rhythm: a single day counted from the start, or every so many days, so often or until a day."""

    at: int | None = None
    every: int | None = None
    times: int | None = None
    until: int | None = None


def pieces(text: str) -> tuple[Piece, ...]:
    """Return the parts of a frequency that name a time, in order; those that name an event are left out."""
    found = (_piece(part.strip()) for part in _SPLIT.split(text.strip().lower()))
    return tuple(piece for piece in found if piece is not None)


def _piece(part: str) -> Piece | None:
    times, until = _TIMES.search(part), _UNTIL.search(part)
    count = int(times[1]) if times else None
    end = int(until[1]) * DAYS[until[2]] if until else None
    if named := _NAMED.match(part):
        return Piece(every=NAMED[named[1]], times=count, until=end)
    if every := _EVERY.match(part):
        return Piece(every=int(every[2] or 1) * DAYS[every[3]], times=count, until=end)
    if rate := _RATE.match(part):
        apart = 1 if rate[2] == "d" else max(1, 7 // max(1, int(rate[1])))
        return Piece(every=apart, times=None if count is None else count * int(rate[1]), until=end)
    if single := _AT.match(part):
        return Piece(at=int(single[1]) * DAYS[single[2]])
    return None


def offsets(text: str, first: int) -> Iterator[int]:
    """Yield the days after the start at which something is due, the first as given, in order, without end if open."""
    last = first
    yield first
    for piece in pieces(text):
        if piece.at is not None and piece.at > last:
            last = piece.at
            yield last
        done = 0
        while piece.every and (piece.times is None or done < piece.times):
            if piece.until is not None and last + piece.every > piece.until:
                break
            last, done = last + piece.every, done + 1
            yield last


def repeats(text: str) -> bool:
    """Whether a frequency names more than one time."""
    return len(list(islice(offsets(text, 0), 2))) > 1


def next_due(text: str, *, started: date, first_due: date, after: date) -> date | None:
    """Return the first due day after a day; None when the rhythm has ended, or never repeats.

    `started` is the day the action was adopted, `first_due` the first due day.
    """
    for offset in islice(offsets(text, (first_due - started).days), MOST * 10):
        due = started + timedelta(days=offset)
        if due > after:
            return due
    return None
