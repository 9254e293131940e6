"""The order of Today, as one pure function (design: tier, then time left, then acuity, then days since contact).

Nothing here knows a database or a clock: items and the instant come in, rows in their order come out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

SAFETY, LEGAL, TODAY, OVERDUE, GAP, SOON = range(6)

TIER_WORDS = {
    SAFETY: ("Safety", "answer before anything else"),
    LEGAL: ("Clock running", "less than 4 hours, or already past"),
    TODAY: ("Due today", ""),
    OVERDUE: ("Overdue", ""),
    GAP: ("Gaps", "nobody owns it, or nobody has called"),
    SOON: ("Soon", ""),
}

LEGAL_WINDOW = timedelta(hours=4)
FAR = datetime.max.replace(tzinfo=ZoneInfo("UTC"))


class Item(NamedTuple):  # a list ranks hundreds, and a frozen dataclass takes three times as long to make
    """One thing due for a patient: a task, a clock, or a gap found by looking.

    `due_at` is when it is due, `legal` whether a law or contract says so; `safety` and `gap` say what it is whatever
    its date. `has_time` is False for what is due by the end of a day.
    """

    id: str
    patient_id: UUID
    due_at: datetime | None = None
    has_time: bool = False
    legal: bool = False
    safety: bool = False
    gap: bool = False
    time_zone: str = "America/New_York"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rank looks at besides the items: acuity 1 to 4 and whole days since the last contact."""

    acuity: int = 2
    days_since_contact: int = 0


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a row stands, with every input of the formula. Sorts by itself, best first."""

    tier: int
    due_at: datetime
    acuity: int
    days_since_contact: int
    patient_id: UUID

    def key(self) -> tuple[int, datetime, int, int, UUID]:
        """Return the sort key: tier, time left, higher acuity, longer silence; the patient's id breaks what is left."""
        return (self.tier, self.due_at, -self.acuity, -self.days_since_contact, self.patient_id)


def tier(item: Item, *, at: datetime) -> int:
    """Return an item's tier, 0 (safety) to 5 (soon).

    A legal deadline past or less than 4 hours away is tier 1. Otherwise the local day decides: today 2, before today
    or an hour already past 3; a gap is 4 unless it is overdue; what is later or has no date is 5.
    """
    if item.safety:
        return SAFETY
    if item.legal and item.due_at is not None and item.due_at - at < LEGAL_WINDOW:
        return LEGAL
    if item.due_at is not None:
        zone, today = _here(item.time_zone, at)
        due = item.due_at.astimezone(zone).date()
        if due < today or (item.has_time and item.due_at < at):
            return OVERDUE
        if due == today:
            return TODAY
    return GAP if item.gap else SOON


@lru_cache(maxsize=64)
def _here(time_zone: str, at: datetime) -> tuple[ZoneInfo, date]:
    """Return the zone of a name and which day it is there: asked for every item of a list, the same for most."""
    zone = ZoneInfo(time_zone)
    return zone, at.astimezone(zone).date()


def item_key(item: Item, *, at: datetime) -> tuple[int, datetime, str]:
    """Return the order of a patient's own items: tier, due, then the identifier."""
    return (tier(item, at=at), item.due_at or FAR, item.id)


def rank(items: Sequence[Item], standing: Standing, *, at: datetime) -> Rank:
    """Return the rank of one patient from all that is due for her. Raises ValueError for no items."""
    if not items:
        raise ValueError("A patient without anything due has no rank.")
    first = min(items, key=lambda item: item_key(item, at=at))
    return Rank(
        tier=tier(first, at=at),
        due_at=first.due_at or FAR,
        acuity=standing.acuity,
        days_since_contact=standing.days_since_contact,
        patient_id=first.patient_id,
    )


def order(ranks: Iterable[Rank]) -> list[Rank]:
    """Return the ranks, best first: a total order, the same whatever order they came in."""
    return sorted(ranks, key=Rank.key)


def explain(found: Rank, *, at: datetime) -> list[tuple[str, str]]:
    """Return the formula's inputs in words, in the order they count."""
    words, why = TIER_WORDS[found.tier]
    left = "no date" if found.due_at == FAR else _left(found.due_at - at)
    return [
        ("1. Tier", f"{found.tier} {words}" + (f" ({why})" if why else "")),
        ("2. Time left", left),
        ("3. Acuity", f"{found.acuity} of 4"),
        ("4. Days since contact", str(found.days_since_contact)),
    ]


def _left(delta: timedelta) -> str:
    hours = abs(delta) // timedelta(hours=1)
    words = f"{hours} h" if hours < 48 else f"{hours // 24} d"
    return f"{words} past" if delta < timedelta(0) else f"{words} left"
