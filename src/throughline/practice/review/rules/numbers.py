"""Numbers the checks ask for that are counted, not read: the age, how many medicines, how many organizations."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from throughline.practice.review.records import CaseFacts, Fact


class Looking(Protocol):
    """The part of a Look that counting needs."""

    at: datetime

    def boundary(self, at: datetime) -> None:
        """Note an instant at which something changes by itself."""


Counted = tuple[float | None, tuple[Fact, ...]]
Count = Callable[[CaseFacts, Looking], Counted]
NINETY_DAYS = timedelta(days=90)


def _age(case: CaseFacts, look: Looking) -> Counted:
    if case.born is None:
        return None, ()
    zone = ZoneInfo(case.time_zone)
    today = look.at.astimezone(zone).date()
    years = today.year - case.born.year - ((today.month, today.day) < (case.born.month, case.born.day))
    look.boundary(datetime.combine(_birthday(case.born, case.born.year + years + 1), time(), zone).astimezone(UTC))
    return float(years), ()


def _birthday(born: date, year: int) -> date:
    """The day on which she is a year older; born on February 29, that is March 1 in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _active_medicines(case: CaseFacts, look: Looking) -> Counted:
    taken: dict[str, Fact] = {}
    for fact in case.of("any-medicine"):
        if fact.at > look.at:
            look.boundary(fact.at)
        elif fact.held and (fact.until is None or fact.until > look.at):
            taken.setdefault(fact.words.casefold() or fact.id, fact)
        if fact.until is not None:
            look.boundary(fact.until)
    return float(len(taken)), tuple(taken.values())


def _organizations(case: CaseFacts, look: Looking) -> Counted:
    seen: dict[str, Fact] = {}
    for fact in case.of("visit"):
        look.boundary(fact.at if fact.at > look.at else fact.at + NINETY_DAYS)
        if fact.place and fact.at <= look.at < fact.at + NINETY_DAYS:
            seen.setdefault(fact.place.casefold(), fact)
    return float(len(seen)), tuple(seen.values())


def _dependent(case: CaseFacts, look: Looking) -> Counted:
    """How many of the six daily living skills need help, by the latest count of those done alone."""
    for fact in case.of("function-count"):
        if fact.value is not None and fact.at <= look.at:
            return 6 - fact.value, (fact,)
    return None, ()


def _given(name: str) -> Count:
    def count(case: CaseFacts, look: Looking) -> Counted:
        return case.numbers.get(name), ()

    return count


GIVEN = ("female", "acuity", "other_language", "language_known", "opioid_mme", "authorization_days_left")
NUMBERS: Mapping[str, Count] = {
    "age": _age,
    "active_medicines": _active_medicines,
    "organizations_90_days": _organizations,
    "adl_dependent": _dependent,
} | {name: _given(name) for name in GIVEN}
