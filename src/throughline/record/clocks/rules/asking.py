"""From words to a running clock: what the command line, a form and the worked examples have in common."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from throughline.record.clocks.records import ClockError, ClockRule, Moment, RunningClock
from throughline.record.clocks.rules import catalogue, inputs, moments


def clock_asked(
    key: str, start: str, *, zone: tzinfo | None, otherwise: tzinfo, given: Mapping[str, Any]
) -> RunningClock:
    """The running clock of a key or id (`C-80`, or `C-80/irf-therapy`), a start and facts in words.

    `zone` holds for every local time; without it the offset of the start, and for a mere date `otherwise`.
    The rule is the one in force on the day of the start, for the state, payer and line among the facts.
    Raises ClockError for an unknown key, part or fact, a missing one, and a time that is naive or impossible.
    """
    name, _, part = key.partition("/")
    catalogue.rule(name)  # an unknown key is refused before the start is looked at
    at = moments.read(start, zone, "start")
    where = zone or moments.offset_of(start) or otherwise
    rule = catalogue.rule(name, on=moments.day_of(at, where), facts=scope(given))
    return running(rule, at, where, given, part)


def running(rule: ClockRule, start: Moment, zone: tzinfo, given: Mapping[str, Any], part: str = "") -> RunningClock:
    """A running clock of a rule and facts in words. Raises ClockError for a fact it cannot use."""
    facts = inputs.read(rule, given, zone, start)
    if part and facts.get("part"):
        raise ClockError(f"{rule.id}: the part is given twice.")
    chosen = part or str(facts.get("part") or "")
    if chosen:
        rule.part(chosen)
    return RunningClock(rule=rule, start=start, zone=zone, given=facts, part=chosen)


def scope(given: Mapping[str, Any]) -> dict[str, Any]:
    """The facts an overlay may ask for: state, payer and line of business, under any of their names."""
    names = {
        "state": "state", "jurisdiction": "state", "payer": "payer", "plan_name": "payer", "line": "line",
        "lob": "line", "line_of_business": "line", "coverage": "line",
    }  # fmt: skip
    plain = {word.strip().lower().replace("-", "_"): value for word, value in given.items()}
    return {names[word]: value for word, value in plain.items() if word in names}
