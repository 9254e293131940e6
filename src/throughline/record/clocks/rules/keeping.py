"""A clock as a table row keeps it, in plain words, and the running clock it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from throughline.record.clocks.records import Attempt, ClockRule, Moment, Pause, RunningClock
from throughline.record.clocks.rules import catalogue, definitions, inputs, moments


@dataclass(frozen=True)
class Kept:
    """The facts of one row. Moments are ISO 8601: a day, or an instant with offset."""

    digest: str
    body: Mapping[str, Any]
    part: str
    start: str
    zone: str
    facts: Mapping[str, Any]
    pauses: Sequence[Mapping[str, str]] = ()
    attempts: Sequence[Mapping[str, str]] = field(default_factory=list)
    met_at: datetime | None = None
    cancelled_at: datetime | None = None


_rules: dict[str, ClockRule] = {}


def rule_kept(digest: str, body: Mapping[str, Any]) -> ClockRule:
    """The rule a clock keeps, made once per digest. Its calendars are those of the library today."""
    found = _rules.get(digest)
    if found is None or found.calendars is not catalogue.calendars():
        found = _rules[digest] = definitions.rule_of(body, catalogue.calendars())
    return found


def running(kept: Kept) -> RunningClock:
    """The running clock of a row. Raises ClockError when the row cannot be counted."""
    rule = rule_kept(kept.digest, kept.body)
    zone = _zone(kept.zone)
    start = moments.read(kept.start, zone, "start")
    return RunningClock(
        rule=rule,
        start=start,
        zone=zone,
        given=inputs.read(rule, kept.facts, zone, start),
        part=kept.part,
        pauses=tuple(_pause(one, zone) for one in kept.pauses),
        attempts=tuple(Attempt(_instant(one["at"], zone), one.get("channel", "")) for one in kept.attempts),
        met_at=kept.met_at,
        cancelled_at=kept.cancelled_at,
    )


def words(moment: Moment) -> str:
    """A moment as a row keeps it."""
    return moment.isoformat()


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    return moments.zone_named(name)


def _pause(one: Mapping[str, str], zone: tzinfo) -> Pause:
    until = one.get("until") or ""
    return Pause(
        moments.read(one["since"], zone, "pause"),
        moments.read(until, zone, "end of the pause") if until else None,
        one.get("reason", ""),
    )


def _instant(text: str, zone: tzinfo) -> datetime:
    return moments.first_instant(moments.read(text, zone, "attempt"), zone)
