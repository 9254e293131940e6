"""Turns rows and reckonings into the words of the screens; reads no table."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.record.clocks import counting
from throughline.record.clocks.models import Clock
from throughline.record.clocks.records import ClockError, Explanation, RunningClock, Step
from throughline.record.clocks.rules import engine, moments
from throughline.record.clocks.shown import Chip, Told, Used

WORDS = {
    "no-deadline": "No date",
    "not-required": "Not required",
    "not-open": "Not yet open",
    "running": "Running",
    "due-soon": "Due soon",
    "past-safe": "Safe date passed",
    "overdue": "Overdue",
    "paused": "Paused",
    "met": "Met",
    "met-late": "Met late",
    "cancelled": "Cancelled",
}
OWERS = {
    "us": "us", "plan": "the plan", "hospital": "the hospital", "provider": "the provider", "qio": "the QIO",
    "patient": "the patient's right", "agency": "the agency", "state": "the state", "reviewer": "the reviewer",
    "nurse": "the nurse", "nobody": "nobody",
}  # fmt: skip
TONES = {"due-soon": "warning", "past-safe": "warning", "overdue": "critical", "met": "ok", "met-late": "warning",
         "not-required": "ok", "paused": "waiting", "running": "info"}  # fmt: skip


def chip(clock: Clock, viewer: Viewer) -> Chip:
    """The clock in one line as it stands at the viewer's instant, whether or not the sweeper has been there."""
    state = _state_now(clock, viewer.at)
    return Chip(
        id=clock.id,
        rule_id=clock.rule_id,
        title=clock.title,
        patient_id=clock.patient_id,
        patient_name=clock.patient.display_name,
        site_id=clock.site_id,
        case_id=clock.case_id,
        owner_id=clock.case.owner_id if clock.case else None,
        state=state,
        state_words=WORDS[state],
        tone=TONES.get(state, ""),
        left=left(clock, state, viewer.at),
        due_words=when(clock.due_at, clock.due_is_day, clock.zone, viewer.at),
        due_at=clock.due_at,
        due_is_day=clock.due_is_day,
        safe_words=when(clock.safe_at, clock.due_is_day, clock.zone, viewer.at),
        owed_by=OWERS.get(clock.owed_by, clock.owed_by),
        owed_by_patient=clock.owed_by == "patient",
        notice=clock.notice,
        zone=clock.zone,
    )


def left(clock: Clock, state: str, at: datetime) -> str:
    """How long is left, or how late it is: "3 h 50 m left", "2 d late"; empty when the state needs no number."""
    if clock.due_at is None or clock.ended_at is not None or state in ("no-deadline", "not-required"):
        return ""
    if state == "overdue":
        return f"{formats.span(at - clock.due_at)} late"
    return f"{formats.span(clock.due_at - at)} left"


def when(moment: datetime | None, is_day: bool, zone: str, at: datetime) -> str:
    """A deadline in a few words: "today, 3:10 PM EDT", "Fri, end of day"; empty when there is none."""
    if moment is None:
        return ""
    where = moments.zone_named(zone)
    today, local = at.astimezone(where).date(), moment.astimezone(where)
    if is_day:
        return f"{formats.short_day(local.date(), today)}, end of day"
    return f"{formats.moment(moment, zone, today)} {local.tzname()}"


def told(running: RunningClock, explained: Explanation, clock: Clock) -> Told:
    """The arithmetic of a clock for its page."""
    rule, reckoning = explained.rule, explained.reckoning
    part = rule.part(reckoning.part) if reckoning.part else None
    hours = hours_counted(running, reckoning.steps)
    return Told(
        start_words=moments.say(running.start, running.zone),
        rule_words=(reckoning.title, rule.trigger),
        steps=tuple(step.words for step in reckoning.steps),
        hours=hours,
        hours_total=_total(running, reckoning.steps) if hours else "",
        opens_words="" if reckoning.earliest is None else moments.say(reckoning.earliest, running.zone),
        due_words=""
        if explained.due is None
        else counting.due_words(clock) or moments.say(explained.due, running.zone),
        safe_words="" if reckoning.safe is None else moments.say(reckoning.safe, running.zone),
        safe_label="Safe date" if reckoning.owed_by == "patient" else "Work to",
        say=rule.say,
        overridden=rule.overridden,
        unreviewed="M" in reckoning.confidence.split("/"),
        may_extend=_extension(part.extension if part else {}),
        may_pause="Stands still while: " + str(part.tolling.get("reason", "paused")) if part and part.tolling else "",
        paused_now=any(not pause.get("until") for pause in clock.pauses),
    )


def hours_counted(running: RunningClock, taken: tuple[Step, ...]) -> tuple[tuple[str, str, str], ...]:
    """The elapsed hours day by day, when the clock was counted by one stretch of hours; empty otherwise."""
    stretch = _stretch(taken)
    if stretch is None:
        return ()
    rows = []
    for day, counted, length in moments.hours_by_day(*stretch, running.zone):
        note = ""
        if length != timedelta(hours=24):
            way = "forward" if length < timedelta(hours=24) else "back"
            note = f"the clocks went {way}, the day has {length // timedelta(hours=1)} h"
        rows.append((f"{day:%a}, {day:%b} {day.day}", _hm(counted), note))
    return tuple(rows) if len(rows) <= 15 else ()


def _stretch(taken: tuple[Step, ...]) -> tuple[datetime, datetime] | None:
    for step in taken:
        if step.operation == "hours" and isinstance(step.before, datetime) and isinstance(step.result, datetime):
            return (step.before, step.result) if step.result > step.before else (step.result, step.before)
    return None


def _total(running: RunningClock, taken: tuple[Step, ...]) -> str:
    stretch = _stretch(taken)
    return "" if stretch is None else _hm(moments.elapsed(*stretch))


def _hm(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02d} m"


def used(clock: Clock, running: RunningClock, at: datetime) -> Used | None:
    """How much of the time from start to deadline is gone; None without a deadline ahead of the start."""
    if clock.due_at is None:
        return None
    begin = moments.first_instant(running.start, running.zone)
    whole, gone = moments.elapsed(begin, clock.due_at), moments.elapsed(begin, at)
    if whole <= timedelta(0):
        return None
    percent = max(0, min(100, round(100 * gone / whole)))
    spell = _hm if whole <= timedelta(days=7) else formats.span
    return Used(percent, f"{spell(max(gone, timedelta(0)))} of {spell(whole)} used")


def differs(clock: Clock, running: RunningClock, today: RunningClock | None) -> str:
    """How the rule as it reads today would come out, when that differs from the clock; else empty."""
    if today is None:
        return "The content library no longer holds this rule; the clock keeps the one it was started by."
    try:
        kept, now = engine.due_at(running), engine.due_at(today)
    except ClockError as error:
        return f"The rule as it reads today cannot be counted from these facts: {error}"
    if kept == now or (kept and now and moments.elapsed(kept, now) == timedelta(0)):
        return ""
    words = "no date" if now is None else moments.say(now, running.zone)
    return (
        f"The rule changed since this clock was started (version {today.rule.version}, {today.rule.citation}): by "
        f"it the clock would fall due {words}. The clock keeps its own rule; cancel and start it anew to change over."
    )


def _extension(rule: Mapping[str, Any]) -> str:
    if not rule or "refused" in rule:
        return ""
    return f"One extension of up to {rule['days']} days, void if noticed after the deadline."


def _state_now(clock: Clock, at: datetime) -> str:
    if clock.next_look_at is None or clock.next_look_at > at:
        return clock.state
    try:
        return engine.state(counting.running(clock), at=at)
    except ClockError:
        return clock.state  # the sweeper shows why on the operator's page


def local_day(at: datetime, zone: str) -> str:
    """The day of an instant in a zone, in words."""
    return formats.day(at.astimezone(ZoneInfo(zone)).date())
