"""Worked examples of content as clocks, and what each of them promises."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from throughline.record.clocks.records import ClockRule, Moment
from throughline.record.clocks.rules import catalogue, moments


def examples() -> Iterator[tuple[str, ClockRule, Mapping[str, Any]]]:
    """Every example of every clock, with a name for the test."""
    for rule in catalogue.rules().values():
        for number, example in enumerate(rule.examples, 1):
            yield f"{rule.id}-{number}", rule, example


def promised(text: str, zone: ZoneInfo) -> Moment:
    """A moment as an example writes it: a day, a local time, or an instant with offset."""
    if len(text) == 10:
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else moments.local(at, zone)
