"""Conditions of a rule as data: `{extended = true}`, `{released = {within_hours = 24}}`, `{asked = "given"}`.

Conditions side by side must all hold; `{any = [{…}, {…}]}` holds when one of its tables does.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from throughline.record.clocks.records import ClockError, Moment
from throughline.record.clocks.rules import moments


def holds(when: Mapping[str, Any], facts: Mapping[str, Any], zone: tzinfo) -> bool:
    """True when every condition holds. A fact that was not given holds no condition but "missing"."""
    return all(
        any(holds(one, facts, zone) for one in wanted) if name == "any" else _one(name, wanted, facts, zone)
        for name, wanted in when.items()
    )


def check(when: Mapping[str, Any], names: frozenset[str]) -> None:
    """Raises ClockError for a condition on an input that does not exist or of a kind that does not exist."""
    for name, wanted in when.items():
        if name == "any":
            for one in wanted:
                check(one, names)
            continue
        if name not in names:
            raise ClockError(f"a condition asks for '{name}', which is no input of the clock")
        if isinstance(wanted, Mapping) and (strange := set(wanted) - set(COMPARISONS)):
            raise ClockError(f"a condition on '{name}' compares by {sorted(strange)}, which is unknown")


def _one(name: str, wanted: Any, facts: Mapping[str, Any], zone: tzinfo) -> bool:
    value = facts.get(name)
    if wanted == "missing":
        return value is None
    if value is None:
        return False
    if wanted == "given":
        return True
    if isinstance(wanted, Mapping):
        return all(COMPARISONS[how](value, limit, facts, zone) for how, limit in wanted.items())
    allowed = wanted if isinstance(wanted, tuple | list) else (wanted,)
    return _plain(value) in [_plain(one) for one in allowed]


def _plain(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _day(value: Moment, zone: tzinfo) -> date:
    return moments.day_of(value, zone)


def _before(value: Any, limit: Any, facts: Mapping[str, Any], zone: tzinfo) -> bool:
    return _day(value, zone) < _limit(limit, facts, zone)


def _from(value: Any, limit: Any, facts: Mapping[str, Any], zone: tzinfo) -> bool:
    return _day(value, zone) >= _limit(limit, facts, zone)


def _limit(limit: Any, facts: Mapping[str, Any], zone: tzinfo) -> date:
    other = facts.get(limit, limit) if isinstance(limit, str) else limit
    if isinstance(other, str):  # a date that went through JSON
        return date.fromisoformat(other)
    return _day(other, zone)


def _within_hours(value: Any, limit: Any, facts: Mapping[str, Any], zone: tzinfo) -> bool:
    """At most so many elapsed hours after the start, both being instants."""
    start = facts["start"]
    if not (isinstance(value, datetime) and isinstance(start, datetime)):
        return False
    return value.astimezone(UTC) - start.astimezone(UTC) <= timedelta(hours=limit)


def _days_before_start(value: Any, limit: Any, facts: Mapping[str, Any], zone: tzinfo) -> bool:
    """At most so many calendar days before the start, and not after it."""
    days: int = (_day(facts["start"], zone) - _day(value, zone)).days
    return 0 <= days <= int(limit)


def _fewer_days_after(value: Any, limit: Any, facts: Mapping[str, Any], zone: tzinfo) -> bool:
    """Fewer than so many calendar days after another fact: `{fewer_days_after = [3, "admitted"]}`."""
    days, other = limit
    since = facts.get(other)
    return since is not None and bool((_day(value, zone) - _day(since, zone)).days < days)


COMPARISONS: Mapping[str, Callable[[Any, Any, Mapping[str, Any], tzinfo], bool]] = {
    "before": _before,
    "from": _from,
    "within_hours": _within_hours,
    "within_days_before_start": _days_before_start,
    "fewer_days_after": _fewer_days_after,
    "at_least": lambda value, limit, facts, zone: bool(value >= limit),
    "less_than": lambda value, limit, facts, zone: bool(value < limit),
}
