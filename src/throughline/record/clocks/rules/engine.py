"""The four questions of the deadline engine: `due_at`, `state`, `next_look_at`, `explain`; all pure.

The state of a clock is constant from any `at` until `next_look_at(clock, at=at)`, and differs at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from throughline.foundation.kernel.time import zone_words
from throughline.record.clocks.records import (
    Attempt,
    ClockError,
    Explanation,
    Moment,
    Part,
    Pause,
    Reckoning,
    RunningClock,
    State,
    Step,
)  # fmt: skip
from throughline.record.clocks.rules import conditions, moments, pausing, steps

SECOND = timedelta(seconds=1)
WARN_HOURS = 4  # of a clock counted to the minute: Today's first tier (ux.md)
WARN_HOURS_OF_A_DAY = 24  # of a clock counted in days: its last day


def due_at(clock: RunningClock) -> datetime | None:
    """The last instant allowed; None when there is no deadline, nothing is owed, or it stands still for now.

    Raises ClockError when a fact the rule needs is missing.
    """
    due = reckon(clock).due
    return None if due is None else moments.last_instant(due, clock.zone)


def state(clock: RunningClock, *, at: datetime) -> State:
    """The state of the clock at an instant. Raises ClockError when a fact the rule needs is missing."""
    return _state(_course(clock), at)


def next_look_at(clock: RunningClock, *, at: datetime) -> datetime | None:
    """The first instant after `at` at which the state differs; None when it never will by itself."""
    course = _course(clock)
    now = _state(course, at)
    for boundary in course.boundaries:
        if boundary > at.astimezone(UTC) and _state(course, boundary) != now:
            return boundary.astimezone(clock.zone)
    return None


def state_and_next(clock: RunningClock, *, at: datetime) -> tuple[State, datetime | None]:
    """Both of the above, counted once, as the sweeper needs them."""
    course = _course(clock)
    now = _state(course, at)
    later = (one for one in course.boundaries if one > at.astimezone(UTC) and _state(course, one) != now)
    return now, next(later, None)


def explain(clock: RunningClock) -> Explanation:
    """The arithmetic step by step, with what was overridden and what holds besides."""
    reckoning = reckon(clock)
    ends = [None if one is None else moments.last_instant(one, clock.zone) for one in (reckoning.due, reckoning.safe)]
    earliest = None if reckoning.earliest is None else moments.first_instant(reckoning.earliest, clock.zone)
    return Explanation(
        rule=clock.rule,
        reckoning=reckoning,
        due=ends[0],
        safe=ends[1],
        earliest=earliest,
        sentences=tuple(_sentences(clock, reckoning)),
        others=tuple(other for other in reckon_all(clock) if other.part != reckoning.part),
    )


def reckon_all(clock: RunningClock) -> tuple[Reckoning, ...]:
    """Every part of the clock that the facts suffice for and whose conditions hold."""
    found: list[Reckoning] = []
    for part in clock.rule.parts:
        if conditions.holds(part.when, facts_of(clock), clock.zone):
            try:
                found.append(reckon(clock, part.name))
            except ClockError:
                continue  # a part that needs a fact nobody gave is no part of this case
    return tuple(found)


def reckon(clock: RunningClock, part_name: str = "") -> Reckoning:
    """How one part comes out; the part the rule and the facts choose when none is named."""
    rule = clock.rule
    if not rule.parts:
        step = Step(rule.no_deadline, "no-deadline", clock.start, None, None)
        return Reckoning(
            "",
            rule.title,
            "no-deadline",
            None,
            None,
            None,
            (step,),
            rule.owed_by,
            rule.citation,
            rule.confidence,
        )
    facts = facts_of(clock)
    part = rule.part(part_name) if part_name else chosen_part(clock, facts)
    counting = steps.Counting(rule, facts, clock.zone)
    for exempt in part.not_required:
        if conditions.holds(exempt["when"], facts, clock.zone):
            step = Step(exempt["words"], "not-required", clock.start, None, None)
            return _reckoning(clock, part, "not-required", None, None, None, [step], ())
    plain, taken = steps.run(counting, part.steps, clock.start)
    due, more = _extended(counting, part, plain, clock)
    stopped = pausing.pauses_of(clock, part, facts)
    moved, pause_steps, counted = pausing.tolled(due, stopped, part, clock)
    taken = [*taken, *more, *pause_steps]
    if moved is None:
        return _reckoning(clock, part, "paused", None, None, None, taken, counted)
    safe = _safe(counting, part, clock, plain, stopped, moved)
    earliest = steps.run(counting, part.earliest, clock.start)[0] if part.earliest else None
    return _reckoning(clock, part, "runs", moved, safe, earliest, taken, counted)


def facts_of(clock: RunningClock) -> dict[str, Any]:
    """The facts a rule may look at: those given, and the start."""
    return {**clock.given, "start": clock.start}


def chosen_part(clock: RunningClock, facts: Mapping[str, Any]) -> Part:
    """The part that is asked for, or that the facts choose, or the first one that holds."""
    wanted = clock.part or facts.get("part")
    if wanted:
        return clock.rule.part(str(wanted))
    by_facts = facts.get(clock.rule.chooser)
    holding = [part for part in clock.rule.parts if conditions.holds(part.when, facts, clock.zone)]
    for part in holding:
        if part.name == by_facts:
            return part
    if not holding:
        raise ClockError(f"{clock.rule.id}: none of its parts applies to these facts.")
    return holding[0]


def _reckoning(
    clock: RunningClock,
    part: Part,
    status: Any,
    due: Moment | None,
    safe: Moment | None,
    earliest: Moment | None,
    taken: list[Step],
    counted: tuple[Pause, ...],
) -> Reckoning:
    rule = clock.rule
    return Reckoning(
        part=part.name,
        title=part.title,
        status=status,
        due=due,
        safe=safe,
        earliest=earliest,
        steps=tuple(taken),
        owed_by=part.owed_by or rule.owed_by,
        citation=part.citation or rule.citation,
        confidence=part.confidence or rule.confidence,
        pauses=counted,
    )


def _extended(counting: steps.Counting, part: Part, due: Moment, clock: RunningClock) -> tuple[Moment, list[Step]]:
    """One extension, if it was taken and not noticed too late; a late notice makes it void."""
    rule, facts = part.extension, counting.facts
    noticed = _noticed(rule, facts, clock)
    if not rule or not (facts.get("extended") or noticed is not None):
        return due, []
    if "refused" in rule:
        return due, [Step(rule["refused"], "extension-refused", due, 0, due)]
    stopped = pausing.pauses_of(clock, part, facts)
    before = pausing.tolled(due, stopped, part, clock)[0]
    if noticed is not None and before is not None and _utc(noticed, clock) > _utc(before, clock):
        words = f"The extension was noticed {moments.say(noticed, clock.zone)}, too late: it is void."
        return due, [Step(words, "extension-void", due, 0, due)]
    days = int(counting.value(rule["days"]))
    after = pausing.by_days(due, days, clock.zone)
    words = f"One extension of {days} days: {moments.say(after, clock.zone)}."
    return after, [Step(words, "extension", due, days, after)]


def _noticed(rule: Mapping[str, Any], facts: Mapping[str, Any], clock: RunningClock) -> Moment | None:
    """When the extension was noticed: by a notice, or by what the rule says serves as one; the earliest."""
    names = ("extension_noticed", *rule.get("noticed_by", ()))
    given = [facts[name] for name in names if facts.get(name) is not None]
    return min(given, key=lambda one: _utc(one, clock), default=None)


def _safe(
    counting: steps.Counting, part: Part, clock: RunningClock, plain: Moment, stopped: tuple[Pause, ...],
    due: Moment,
) -> Moment | None:  # fmt: skip
    found: Moment | None = None
    if part.safe:
        found = steps.run(counting, part.safe, clock.start)[0]
    elif part.extension.get("safe_without"):
        found = plain
    if found is None:
        return None
    found = pausing.tolled(found, stopped, part, clock)[0]
    return found if found is not None and _utc(found, clock) < _utc(due, clock) else None


def _utc(moment: Moment, clock: RunningClock) -> datetime:
    return moments.last_instant(moment, clock.zone).astimezone(UTC)


@dataclass(frozen=True)
class _Course:
    """Where on the line of time the state of a clock can change; all in UTC."""

    status: str
    opens: datetime | None
    warns: datetime | None
    safe_lapses: datetime | None
    lapses: datetime | None
    pauses: tuple[tuple[datetime, datetime | None], ...]
    met: datetime | None
    met_late: bool
    cancelled: datetime | None
    boundaries: tuple[datetime, ...]


def _course(clock: RunningClock) -> _Course:
    reckoning = reckon(clock)
    part = clock.rule.part(reckoning.part) if reckoning.part else None
    opens = warns = safe_lapses = lapses = None
    if reckoning.due is not None:
        lapses = _utc(reckoning.due, clock) + SECOND
        safe_lapses = None if reckoning.safe is None else _utc(reckoning.safe, clock) + SECOND
        warns = (safe_lapses or lapses) - timedelta(hours=_warn_hours(clock, reckoning.due))
        warns = max(warns, moments.first_instant(clock.start, clock.zone).astimezone(UTC))
    if reckoning.earliest is not None and part is not None and part.opens:
        opens = moments.first_instant(reckoning.earliest, clock.zone).astimezone(UTC)
    stopped = pausing.spans(reckoning.pauses, clock.zone)
    met, late = _met(clock, reckoning)
    cancelled = clock.cancelled_at or clock.given.get("cancelled")
    cancelled_at = None if cancelled is None else moments.first_instant(cancelled, clock.zone).astimezone(UTC)
    edges = [
        opens,
        warns,
        safe_lapses,
        lapses,
        met,
        cancelled_at,
        *(edge for span in stopped for edge in span),
    ]
    boundaries = tuple(sorted({edge for edge in edges if edge is not None}))
    return _Course(reckoning.status, opens, warns, safe_lapses, lapses, stopped, met, late, cancelled_at, boundaries)


def _warn_hours(clock: RunningClock, due: Moment) -> int:
    if clock.rule.warn_hours is not None:
        return clock.rule.warn_hours
    return WARN_HOURS_OF_A_DAY if moments.is_day(due) else WARN_HOURS


def _met(clock: RunningClock, reckoning: Reckoning) -> tuple[datetime | None, bool]:
    """When the clock was met, by the deed or by attempts enough, and whether that was too late."""
    done = clock.met_at or clock.given.get("met")
    due = None if reckoning.due is None else _utc(reckoning.due, clock)
    by_attempts = enough_attempts(clock, due)
    if by_attempts is not None and (
        done is None or by_attempts < moments.first_instant(done, clock.zone).astimezone(UTC)
    ):
        return by_attempts, False
    if done is None:
        return None, False
    at = moments.first_instant(done, clock.zone).astimezone(UTC)
    return at, due is not None and at > due


def enough_attempts(clock: RunningClock, due: datetime | None) -> datetime | None:
    """When the attempts the rule asks for were all made in time, in UTC; None when they were not."""
    rule = clock.rule.attempts
    given: tuple[Attempt, ...] = clock.given.get("attempts", ())
    made = sorted({*clock.attempts, *given}, key=lambda one: one.at.astimezone(UTC))
    if not rule or due is None:
        return None
    timely = [one for one in made if one.at.astimezone(UTC) <= due]
    for number in range(int(rule["count"]), len(timely) + 1):
        if _suffice(timely[:number], rule):
            return timely[number - 1].at.astimezone(UTC)
    return None


def _suffice(made: list[Attempt], rule: Mapping[str, Any]) -> bool:
    separate = {one.at.astimezone(UTC) for one in made}
    channels = {one.channel for one in made if one.channel}
    return len(separate) >= int(rule["count"]) and len(channels) >= int(rule.get("channels", 0))


def _state(course: _Course, at: datetime) -> State:
    now = at.astimezone(UTC)
    for moment, named in (
        (course.cancelled, "cancelled"),
        (course.met, "met-late" if course.met_late else "met"),
    ):
        if moment is not None and now >= moment:
            return named  # type: ignore[return-value]
    if course.status in ("no-deadline", "not-required"):
        return course.status  # type: ignore[return-value]
    if any(since <= now and (until is None or now < until) for since, until in course.pauses):
        return "paused"
    return _running_state(course, now)


def _running_state(course: _Course, now: datetime) -> State:
    if course.lapses is not None and now >= course.lapses:
        return "overdue"
    if course.safe_lapses is not None and now >= course.safe_lapses:
        return "past-safe"
    if course.opens is not None and now < course.opens:
        return "not-open"
    if course.warns is not None and now >= course.warns:
        return "due-soon"
    return "running"


def _sentences(clock: RunningClock, reckoning: Reckoning) -> list[str]:
    rule, zone = clock.rule, clock.zone
    told = [f"{rule.start_label}: {moments.say(clock.start, zone)}. Times are those of {zone_words(str(zone))}."]
    told += [step.words for step in reckoning.steps]
    if reckoning.earliest is not None:
        told.append(f"Not before {moments.say(reckoning.earliest, zone)}.")
    if reckoning.due is not None:
        until = moments.last_instant(reckoning.due, zone)
        told.append(f"Last instant allowed: {moments.say(until, zone)}.")
    if reckoning.safe is not None:
        word = "Safe date" if reckoning.owed_by == "patient" else "Work to"
        told.append(f"{word}: {moments.say(moments.last_instant(reckoning.safe, zone), zone)}.")
    if enough_attempts(clock, None if reckoning.due is None else _utc(reckoning.due, clock)) is not None:
        told.append(rule.attempts["words"])
    if rule.say:
        told.append(rule.say)
    told += [f"Overridden: {one}" for one in rule.overridden]
    if "M" in reckoning.confidence.split("/"):
        told.append("Unreviewed: this number, or a part of it, rests on memory and waits for a reviewer.")
    return told


def on_day(clock: RunningClock, day: date) -> datetime:
    """The instant a day begins in the clock's zone: the moment a state `on` a day is asked for."""
    return moments.first_instant(day, clock.zone)


def with_part(clock: RunningClock, part: str) -> RunningClock:
    """The same facts, asked for another part."""
    return replace(clock, part=part)
