"""A clock's row and the dates that follow from its facts: the one place that writes the counted columns."""

from datetime import datetime, tzinfo
from typing import Any

from throughline.record.clocks.models import Clock, ClockRuling
from throughline.record.clocks.records import ClockRule, Moment, RunningClock
from throughline.record.clocks.rules import definitions, engine, keeping, moments

COUNTED = (
    "state", "due_at", "due_is_day", "safe_at", "opens_at", "next_look_at", "ended_at", "trouble", "trouble_at",
)  # fmt: skip
SETTLED = ("met", "met-late", "cancelled")


def running(clock: Clock) -> RunningClock:
    """The running clock of a row whose ruling is loaded. Raises ClockError when it cannot be counted."""
    return keeping.running(
        keeping.Kept(
            digest=clock.ruling_id,
            body=clock.ruling.body,
            part=clock.part,
            start=clock.start,
            zone=clock.zone,
            facts=clock.facts,
            pauses=clock.pauses,
            attempts=clock.attempts,
            met_at=clock.met_at,
            cancelled_at=clock.cancelled_at,
        )
    )


def recount(clock: Clock, *, at: datetime) -> None:
    """Set the counted columns from the facts, as they stand at an instant; saves nothing. Raises ClockError."""
    found = running(clock)
    reckoning = engine.reckon(found)
    part = found.rule.part(reckoning.part) if reckoning.part else None
    clock.state, clock.next_look_at = engine.state_and_next(found, at=at)
    clock.part = reckoning.part
    clock.title = found.rule.title if len(found.rule.parts) < 2 else f"{found.rule.title}: {reckoning.title}"
    clock.owed_by = reckoning.owed_by
    clock.due_at = _end(reckoning.due, found.zone)
    clock.due_is_day = reckoning.due is not None and moments.is_day(reckoning.due)
    clock.safe_at = _end(reckoning.safe, found.zone)
    opens = reckoning.earliest if part is not None and part.opens else None
    clock.opens_at = None if opens is None else moments.first_instant(opens, found.zone)
    clock.trouble, clock.trouble_at = "", None
    clock.ended_at = None
    if clock.state in SETTLED:
        # A clock that is settled is never looked at again: closed clocks cost nothing.
        clock.ended_at, clock.next_look_at = at, None


def ruling_of(rule: ClockRule, *, at: datetime) -> ClockRuling:
    """The row that keeps this rule's text, made when it is used for the first time."""
    body = definitions.kept(rule)
    digest = definitions.digest(body)
    found, _ = ClockRuling.objects.get_or_create(
        digest=digest,
        defaults={"key": rule.key, "version": str(rule.version), "body": body, "first_used_at": at},
    )
    return found


def face(clock: Clock) -> dict[str, Any]:
    """What history keeps of a clock on either side of an act."""
    return {
        "state": clock.state,
        "start": clock.start,
        "facts": clock.facts,
        "due_at": clock.due_at.isoformat() if clock.due_at else "",
        "safe_at": clock.safe_at.isoformat() if clock.safe_at else "",
    }


def due_words(clock: Clock) -> str:
    """When the clock falls due, in words and in its own zone; empty when it has no date."""
    if clock.due_at is None:
        return ""
    zone = moments.zone_named(clock.zone)
    local = clock.due_at.astimezone(zone)
    return moments.say_day(local.date()) if clock.due_is_day else moments.say(local, zone)


def _end(moment: Moment | None, zone: tzinfo) -> datetime | None:
    return None if moment is None else moments.last_instant(moment, zone)
