"""Rounds: the four prompts, by when a thing is to be done, whose turn is next, and what is unfinished. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.content import library
from throughline.foundation.kernel.actions import Refusal

SOFT_SECONDS = 60
CLOSE_OF_DAY = time(17)


class UnableToRound(Refusal):
    """The answer lacks what would make it somebody's work."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """What may stand in the way, and the letter that picks it."""

    key: str
    letter: str
    title: str


def barriers() -> tuple[Barrier, ...]:
    """Return the barriers of the content library in their order."""
    items = library.load("rounds").values()
    return tuple(Barrier(item.key, str(item.data["letter"]), str(item.data["title"])) for item in items)


BY_WHEN = ("soon", "today", "tomorrow", "later")  # two hours; the close of the day; tomorrow noon; three days


def by_when(key: str, *, at: datetime, zone: str) -> datetime:
    """Return until when the answer says it shall be done. After 3 PM "today" is two hours from now.

    Raises UnableToRound for a key there is not.
    """
    local = at.astimezone(ZoneInfo(zone))
    if key not in BY_WHEN:
        raise UnableToRound("Choose by when it shall be done.")
    soon = at + timedelta(hours=2)
    if key == "soon":
        return soon
    days = {"today": 0, "tomorrow": 1, "later": 3}[key]
    clock = time(12) if key == "tomorrow" else CLOSE_OF_DAY
    due = datetime.combine(local.date() + timedelta(days=days), clock, tzinfo=local.tzinfo)
    return max(due, soon) if key == "today" else due


def check(*, ready: bool | None, barrier: str) -> None:
    """Raise UnableToRound unless the answer says either that she is ready or what stands in the way."""
    if ready is None:
        raise UnableToRound("Say whether the patient is ready.")
    if not ready and not barrier.strip():
        raise UnableToRound("Say what stands in the way: choose a barrier or write it.")


def next_of(entries: Iterable[tuple[UUID, bool]], after: UUID | None = None) -> UUID | None:
    """Return the next patient's line not yet answered: behind `after` first, then from the top; None when all are."""
    listed = list(entries)
    places = [key for key, _done in listed]
    start = places.index(after) + 1 if after in places else 0
    return next((key for key, done in [*listed[start:], *listed[:start]] if not done), None)


def unit_and_bed(location: str) -> tuple[str, str]:
    """Return the unit and the bed of a place such as "4 West 12": the bed is its last word when that has a digit."""
    head, _, last = location.strip().rpartition(" ")
    return (head, last) if head and any(c.isdigit() for c in last) else (location.strip(), "")


def bed_order(bed: str) -> tuple[int, str]:
    """Return the key that sorts beds as one walks past them: 2 before 12, 12A before 12B."""
    digits = "".join(c for c in bed if c.isdigit())
    return int(digits) if digits else 10_000, bed


def present_of(text: str) -> list[str]:
    """Return those who took part, one a line or separated by semicolons, each once."""
    names = (name.strip() for part in text.splitlines() for name in part.split(";"))
    return list(dict.fromkeys(name for name in names if name))
