"""Every announced event passes here: by content it starts, meets, pauses, resumes or cancels clocks."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from throughline.foundation.access.prepared import fetch
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.kernel.events import Event
from throughline.record.clocks import actions
from throughline.record.clocks.events import ClockFlipped
from throughline.record.clocks.models import Clock
from throughline.record.clocks.records import ClockRule, Hearing
from throughline.record.clocks.rules import hearing as rules
from throughline.record.clocks.rules import moments


def hear(event: Event, *, by: Actor, at: datetime) -> None:
    """Do to the patient's clocks what their rules say of this event, within the event's own transaction.

    The system acts, named after who caused the event. What raises rolls the whole act back: a deadline that was
    not started because of a swallowed error is a missed deadline.
    """
    if event.patient_id is None or (event.kind.startswith("clocks.") and event.kind != ClockFlipped.kind):
        return  # of its own news only a lapse may start another clock: nothing here can go in a circle
    listening = rules.hearings(event.kind)
    if not listening:
        return
    payload = {one.name: getattr(event, one.name) for one in dataclasses.fields(event)}
    concerned = [(rule, one) for rule, one in listening if rules.concerns(one, payload)]
    author = system(f"clocks, after {by.name}")
    open_ones = _open_ones(event, concerned)
    for rule, one in concerned:
        if one.does == "start":
            open_ones.add(rule.key)
        elif rule.key not in open_ones:
            continue
        DOES[one.does](rule, one, event, payload, author, at)


def _open_ones(event: Event, concerned: Sequence[tuple[ClockRule, Hearing]]) -> set[str]:
    """Return the keys of those rules of which a clock of the patient is open; asked once an event, not once a rule."""
    keys = sorted({rule.key for rule, one in concerned if one.does != "start"})
    if not keys:
        return set()
    return {row["rule_key"] for row in fetch(_OPEN, [event.patient_id, keys])}


_OPEN = """
select distinct rule_key from clocks_clock where patient_id = %s and ended_at is null and rule_key = any(%s)
"""


def _start(rule: ClockRule, one: Hearing, event: Event, payload: Mapping[str, Any], by: Actor, at: datetime) -> None:
    assert event.patient_id is not None
    clock = actions.ClockIn(
        key=rule.key,
        start=rules.moment_in(one, payload, at),
        facts=rules.facts_in(one, payload),
        part=one.part,
        subject=f"after:{payload['clock_id']}" if "clock_id" in payload else "",
        case_id=event.case_id,
        by_event=event.kind,
        reason=one.words,
    )
    actions.start_clock(patient_id=event.patient_id, clock=clock, by=by, at=at)


def _each(act: Callable[..., None]) -> Callable[..., None]:
    def do(rule: ClockRule, one: Hearing, event: Event, payload: Mapping[str, Any], by: Actor, at: datetime) -> None:
        found = Clock.objects.filter(patient_id=event.patient_id, rule_key=rule.key, ended_at=None)
        for clock in found.order_by("created_at"):
            when = moments.read(rules.moment_in(one, payload, at), moments.zone_named(clock.zone), "time")
            instant = moments.first_instant(when, moments.zone_named(clock.zone))
            act(clock, one, payload, instant, by, at)

    return do


def _meet(clock: Clock, one: Hearing, payload: Mapping[str, Any], when: datetime, by: Actor, at: datetime) -> None:
    actions.meet_clock(clock_id=clock.id, met_at=min(when, at), reason=one.words, by=by, at=at)


def _attempt(clock: Clock, one: Hearing, payload: Mapping[str, Any], when: datetime, by: Actor, at: datetime) -> None:
    channel = str(rules.facts_in(one, payload).get("channel", ""))
    actions.note_attempt(clock_id=clock.id, attempted_at=when, channel=channel, reason=one.words, by=by, at=at)


def _pause(clock: Clock, one: Hearing, payload: Mapping[str, Any], when: datetime, by: Actor, at: datetime) -> None:
    if not any(not pause.get("until") for pause in clock.pauses):
        actions.pause_clock(clock_id=clock.id, since=when, reason=one.words or one.event, by=by, at=at)


def _resume(clock: Clock, one: Hearing, payload: Mapping[str, Any], when: datetime, by: Actor, at: datetime) -> None:
    if any(not pause.get("until") for pause in clock.pauses):
        actions.resume_clock(clock_id=clock.id, until=when, reason=one.words, by=by, at=at)


def _cancel(clock: Clock, one: Hearing, payload: Mapping[str, Any], when: datetime, by: Actor, at: datetime) -> None:
    actions.cancel_clock(clock_id=clock.id, reason=one.words or one.event, by=by, at=at)


DOES: Mapping[str, Callable[..., None]] = {
    "start": _start,
    "meet": _each(_meet),
    "attempt": _each(_attempt),
    "pause": _each(_pause),
    "resume": _each(_resume),
    "cancel": _each(_cancel),
}
