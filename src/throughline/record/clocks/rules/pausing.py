"""Pauses: which of them a rule lets count, and how far they push a deadline; never nearer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from throughline.record.clocks.records import Moment, Part, Pause, RunningClock, Step
from throughline.record.clocks.rules import moments


def pauses_of(clock: RunningClock, part: Part, facts: Mapping[str, Any]) -> tuple[Pause, ...]:
    """The pauses that count for a part: none unless its rule tolls; each at most as long as the rule allows.

    Pauses that touch or overlap count once.
    """
    rule = part.tolling
    if not rule:
        return ()
    made = list(clock.pauses)
    for since_name, until_name in (
        (rule.get("paused_by", ""), rule.get("resumed_by", "")),
        ("paused", "resumed"),
    ):
        since = facts.get(since_name)
        if since is not None:
            made.append(Pause(since, facts.get(until_name), rule.get("reason", "")))
    return _merged([_limited(pause, rule, clock.zone) for pause in made], clock.zone)


def tolled(
    due: Moment, stopped: tuple[Pause, ...], part: Part, clock: RunningClock
) -> tuple[Moment | None, list[Step], tuple[Pause, ...]]:
    """The deadline after the pauses (None while one is open), the steps taken, and the pauses that count.

    A pause that begins after the deadline changes nothing.
    """
    taken: list[Step] = []
    counted: list[Pause] = []
    for pause in stopped:
        since = moments.say(pause.since, clock.zone)
        if _begin(pause, clock.zone) > moments.last_instant(due, clock.zone).astimezone(UTC):
            words = f"A pause from {since} came after the deadline and does not count."
            taken.append(Step(words, "pause-after", due, 0, due))
            continue
        counted.append(pause)
        if pause.until is None:
            words = f"Paused since {since}; the date is known when it goes on."
            return None, [*taken, Step(words, "paused", due, None, None)], tuple(counted)
        after, length = _pushed(due, pause, part, clock.zone)
        words = (
            f"Stood still from {since} to {moments.say(pause.until, clock.zone)}, {length}: "
            f"{moments.say(after, clock.zone)}."
        )
        taken.append(Step(words, "tolled", due, length, after))
        due = after
    return due, taken, tuple(counted)


def spans(pauses: tuple[Pause, ...], zone: tzinfo) -> tuple[tuple[datetime, datetime | None], ...]:
    """Pauses as stretches of time in UTC; the end is None while one is open."""
    return tuple(
        (_begin(pause, zone), None if pause.until is None else _instant(pause.until, zone)) for pause in pauses
    )


def by_days(moment: Moment, days: int, zone: tzinfo) -> Moment:
    """The moment so many days on: another day, or the same local time of another day."""
    day = moments.add_days(moments.day_of(moment, zone), days)
    if isinstance(moment, datetime):
        return moments.at_local(day, moment.astimezone(zone).time(), zone)
    return day


def _pushed(due: Moment, pause: Pause, part: Part, zone: tzinfo) -> tuple[Moment, str]:
    assert pause.until is not None
    if part.tolling.get("counts", "days") == "elapsed" and isinstance(due, datetime):
        still = _instant(pause.until, zone) - _begin(pause, zone)
        hours = max(still, timedelta(0)).total_seconds() / 3600
        return moments.add_hours(due, hours, zone), f"{hours:g} hours"
    days = (moments.day_of(pause.until, zone) - moments.day_of(pause.since, zone)).days
    return by_days(due, max(days, 0), zone), f"{max(days, 0)} days"


def _limited(pause: Pause, rule: Mapping[str, Any], zone: tzinfo) -> Pause:
    most = rule.get("at_most_days")
    if most is None:
        return pause
    last = by_days(pause.since, int(most), zone)
    if pause.until is None or _instant(pause.until, zone) > _instant(last, zone):
        return Pause(pause.since, last, pause.reason)
    return pause


def _merged(pauses: list[Pause], zone: tzinfo) -> tuple[Pause, ...]:
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: _begin(one, zone)):
        if merged and _reaches(merged[-1], pause, zone):
            if _longer(pause, merged[-1], zone):
                merged[-1] = Pause(merged[-1].since, pause.until, merged[-1].reason)
        else:
            merged.append(pause)
    return tuple(merged)


def _reaches(earlier: Pause, later: Pause, zone: tzinfo) -> bool:
    return earlier.until is None or _begin(later, zone) <= _instant(earlier.until, zone)


def _longer(one: Pause, other: Pause, zone: tzinfo) -> bool:
    if other.until is None:
        return False
    return one.until is None or _instant(one.until, zone) > _instant(other.until, zone)


def _begin(pause: Pause, zone: tzinfo) -> datetime:
    return _instant(pause.since, zone)


def _instant(moment: Moment, zone: tzinfo) -> datetime:
    return moments.first_instant(moment, zone).astimezone(UTC)
