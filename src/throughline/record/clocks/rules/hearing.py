"""Which clocks an announced event concerns, and what of it they take; pure, by content."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from throughline.record.clocks.records import ClockRule, Hearing
from throughline.record.clocks.rules import catalogue


def hearings(kind: str) -> tuple[tuple[ClockRule, Hearing], ...]:
    """Every rule that listens to this kind of event, with what it does."""
    return _index().get(kind, ())


def concerns(one: Hearing, payload: Mapping[str, Any]) -> bool:
    """True when the event's fields meet the hearing's conditions."""
    return all(_fits(payload.get(name), wanted) for name, wanted in one.when.items())


def moment_in(one: Hearing, payload: Mapping[str, Any], occurred_at: datetime) -> str:
    """The moment the event hands on: the field the hearing names, else when it happened."""
    value = payload.get(one.start) if one.start else None
    if value is None:
        return occurred_at.isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def facts_in(one: Hearing, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The facts the event hands on, by the clock's own names; those it does not hold are left out."""
    found = {fact: payload.get(name) for fact, name in one.facts.items()}
    return {fact: value for fact, value in found.items() if value not in (None, "")}


def _fits(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list | tuple) else bool(value == wanted)


_built: dict[str, tuple[tuple[ClockRule, Hearing], ...]] = {}
_built_from: list[Any] = []


def _index() -> dict[str, tuple[tuple[ClockRule, Hearing], ...]]:
    """The hearings by kind of event, built once per loaded library: every act passes here."""
    mark = catalogue.calendars()
    if not _built_from or _built_from[0] is not mark:
        _built.clear()
        for rule in catalogue.rules().values():
            for one in rule.hears:
                _built[one.event] = (*_built.get(one.event, ()), (rule, one))
        _built_from[:] = [mark]
    return _built
