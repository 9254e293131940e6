"""Writes of clocks: start, meet, pause, resume, extend, correct, note an attempt, cancel, reopen, review a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.cases.models import Case
from throughline.record.clocks import counting, events
from throughline.record.clocks.models import Clock, ClockTransition, RuleReview
from throughline.record.clocks.records import ClockError, ClockRule, RunningClock
from throughline.record.clocks.rules import asking, catalogue, definitions, engine, inputs, keeping, moments
from throughline.record.people.models import Patient


class UnableToStartClock(Refusal):
    """The facts do not suffice to count the clock."""


class UnableToChangeClock(Refusal):
    """The clock's rule or state does not allow the act."""


class UnableToReviewRule(Refusal):
    """There is no such rule, or nothing was said about what was checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockIn:
    """A clock to start, as a form or an event says it. `key` is a content key or id; `start` is ISO 8601."""

    key: str
    start: str
    zone: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    case_id: UUID | None = None
    subject: str = ""
    by_event: str = ""
    reason: str = ""


@locator("clock_id")
def _place_of_clock(clock_id: UUID) -> Place:
    found = Clock.objects.filter(pk=clock_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This clock does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("clocks.start", needs=Permission.WORK_CLOCKS, on="patient_id")
def start_clock(*, patient_id: UUID, clock: ClockIn, by: Actor, at: datetime) -> UUID:
    """Start a clock and return its identifier; the same open clock with the same start is returned, not doubled.

    Local times are those of `zone`, else the patient's. Raises UnableToStartClock saying what to give.
    """
    patient = Patient.objects.select_related("site").get(pk=patient_id)
    rule, running = _asked(clock, clock.zone or patient.time_zone or patient.site.time_zone)
    row = Clock(
        site_id=patient.site_id,
        patient_id=patient_id,
        case_id=clock.case_id or _open_case(patient_id),
        ruling=counting.ruling_of(rule, at=at),
        rule_id=rule.id,
        rule_key=rule.key,
        part=running.part,
        notice=rule.notice,
        subject=clock.subject,
        start=keeping.words(running.start),
        zone=str(running.zone),
        facts={name: inputs.write(value) for name, value in running.given.items()},
        started_by_event=clock.by_event,
        created_at=at,
        created_by_id=by.user_id,
        created_by_name=by.name,
    )
    counting.recount(row, at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _standing(row)
    _note(row, "start", {}, clock.reason, by=by, at=at)
    publish(events.ClockStarted(**_about(row), reason=clock.reason), by=by, at=at)
    return row.id


def _asked(clock: ClockIn, zone_name: str) -> tuple[ClockRule, RunningClock]:
    try:
        zone = moments.zone_named(zone_name)
        key = f"{clock.key}/{clock.part}" if clock.part else clock.key
        running = asking.clock_asked(key, clock.start, zone=zone, otherwise=zone, given=clock.facts)
        engine.reckon(running)
        return running.rule, running
    except ClockError as refusal:
        raise UnableToStartClock(str(refusal)) from refusal


def _standing(row: Clock) -> UUID:
    found = Clock.objects.filter(
        patient_id=row.patient_id,
        rule_key=row.rule_key,
        part=row.part,
        subject=row.subject,
        start=row.start,
        ended_at=None,
    ).values_list("pk", flat=True)
    return found.get()


def _open_case(patient_id: UUID) -> UUID | None:
    return Case.objects.filter(patient_id=patient_id).exclude(state="closed").values_list("pk", flat=True).first()


@action("clocks.meet", needs=Permission.WORK_CLOCKS, on="clock_id")
def meet_clock(
    *, clock_id: UUID, met_at: datetime, how: Mapping[str, Any] | None = None, reason: str = "",
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Record that the duty was done at `met_at`, in time or late; `how` keeps what proves it."""
    row = _open(clock_id, "met")
    if met_at > at:
        raise UnableToChangeClock("Enter a time that lies in the past: it was done then.")
    before = counting.face(row)
    row.met_at, row.met_how = met_at, dict(how or {})
    _changed(row, "meet", before, reason, by=by, at=at)
    publish(events.ClockMet(**_about(row), reason=reason, late=row.state == "met-late"), by=by, at=at)


@action("clocks.pause", needs=Permission.WORK_CLOCKS, on="clock_id")
def pause_clock(*, clock_id: UUID, since: datetime, reason: str, by: Actor, at: datetime) -> None:
    """Let the clock stand still from an instant, where its rule allows it. Raises UnableToChangeClock where not."""
    row = _open(clock_id, "paused")
    _require(reason, "Say why it stands still.")
    running = counting.running(row)
    if not running.rule.part(row.part).tolling:
        raise UnableToChangeClock(f"Nothing pauses this clock ({running.rule.citation}).")
    if any(not pause.get("until") for pause in row.pauses):
        raise UnableToChangeClock("The clock stands still already.")
    before = counting.face(row)
    row.pauses = [*row.pauses, {"since": since.isoformat(), "until": "", "reason": reason}]
    _change(row, "pause", before, reason, by=by, at=at)


@action("clocks.resume", needs=Permission.WORK_CLOCKS, on="clock_id")
def resume_clock(*, clock_id: UUID, until: datetime, reason: str = "", by: Actor, at: datetime) -> None:
    """Let a clock that stands still go on from an instant."""
    row = _open(clock_id, "resumed")
    standing = [pause for pause in row.pauses if not pause.get("until")]
    if not standing:
        raise UnableToChangeClock("The clock does not stand still.")
    if until < datetime.fromisoformat(standing[0]["since"]):
        raise UnableToChangeClock("It cannot go on before it stood still. Enter a later time.")
    before = counting.face(row)
    row.pauses = [pause if pause.get("until") else {**pause, "until": until.isoformat()} for pause in row.pauses]
    _change(row, "resume", before, reason, by=by, at=at)


@action("clocks.extend", needs=Permission.WORK_CLOCKS, on="clock_id")
def extend_clock(*, clock_id: UUID, noticed_at: datetime, reason: str, by: Actor, at: datetime) -> None:
    """Record the one extension the rule allows, noticed at an instant; noticed late, it is void and said to be so."""
    row = _open(clock_id, "extended")
    _require(reason, "Say why it was extended and how the notice was given.")
    rule = counting.running(row).rule
    extension = rule.part(row.part).extension
    if not extension or "refused" in extension:
        raise UnableToChangeClock(extension.get("refused") or f"This clock has no extension ({rule.citation}).")
    if row.facts.get("extension_noticed") or row.facts.get("extended") == "true":
        raise UnableToChangeClock("It was extended once already, and there is only one extension.")
    before = counting.face(row)
    row.facts = {**row.facts, "extension_noticed": noticed_at.isoformat()}
    _change(row, "extend", before, reason, by=by, at=at)


@action("clocks.correct", needs=Permission.WORK_CLOCKS, on="clock_id")
def correct_clock(
    *, clock_id: UUID, start: str, facts: Mapping[str, Any], reason: str, by: Actor, at: datetime
) -> None:
    """Put right what the clock was counted from, with the reason; the old dates stay in its history.

    `facts` replaces what was given (an empty text takes a fact away). The rule the clock keeps stays the same.
    """
    row = _open(clock_id, "corrected")
    _require(reason, "Say why the date is corrected.")
    before = counting.face(row)
    given = {**row.facts, **{name: value for name, value in facts.items()}}
    rule = counting.running(row).rule
    zone = moments.zone_named(row.zone)
    try:
        began = moments.read(start or row.start, zone, "start")
        named = {inputs.named(rule, name).name: value for name, value in given.items()}
        read = inputs.read(rule, {name: value for name, value in named.items() if value not in ("", None)}, zone, began)
        if rule.chooser and named.get(rule.chooser) != row.facts.get(rule.chooser):
            row.part = ""  # the facts choose the part anew
        row.start, row.facts = keeping.words(began), {name: inputs.write(value) for name, value in read.items()}
        counting.recount(row, at=at)
    except ClockError as refusal:
        raise UnableToChangeClock(str(refusal)) from refusal
    _change(row, "correct", before, reason, by=by, at=at)


@action("clocks.note-attempt", needs=Permission.WORK_CLOCKS, on="clock_id")
def note_attempt(
    *, clock_id: UUID, attempted_at: datetime, channel: str, reason: str = "", by: Actor, at: datetime
) -> None:
    """Note one try to reach the person; enough separate tries in time satisfy a rule that says so."""
    row = _open(clock_id, "changed")
    before = counting.face(row)
    tried = {"at": attempted_at.isoformat(), "channel": channel}
    if tried in row.attempts:
        return
    row.attempts = [*row.attempts, tried]
    _change(row, "attempt", before, reason, by=by, at=at)


@action("clocks.cancel", needs=Permission.WORK_CLOCKS, on="clock_id")
def cancel_clock(*, clock_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """End a clock that no longer matters, with the reason."""
    row = _open(clock_id, "cancelled")
    _require(reason, "Say why the clock no longer matters.")
    before = counting.face(row)
    row.cancelled_at = at
    _changed(row, "cancel", before, reason, by=by, at=at)
    publish(events.ClockCancelled(**_about(row), reason=reason), by=by, at=at)


@action("clocks.reopen", needs=Permission.WORK_CLOCKS, on="clock_id")
def reopen_clock(*, clock_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Take back that a clock was met or cancelled, with the reason."""
    row = _locked(clock_id)
    _require(reason, "Say why it is open again.")
    if row.ended_at is None:
        raise UnableToChangeClock("This clock is open.")
    if Clock.objects.filter(
        patient_id=row.patient_id, rule_key=row.rule_key, part=row.part, subject=row.subject, start=row.start,
        ended_at=None,
    ).exists():  # fmt: skip
        raise UnableToChangeClock("Another clock for the same duty and start is open already; work with that one.")
    before = counting.face(row)
    row.met_at, row.met_how, row.cancelled_at = None, {}, None
    _change(row, "reopen", before, reason, by=by, at=at)


@action("clocks.review-rule", needs=Permission.REVIEW_CONTENT)
def review_rule(*, key: str, changed: str, by: Actor, at: datetime) -> UUID:
    """Sign a rule as it reads now: who, when, and what changed or against which text it was checked."""
    try:
        rule = catalogue.rule(key)
    except ClockError as refusal:
        raise UnableToReviewRule(str(refusal)) from refusal
    if not changed.strip():
        raise UnableToReviewRule("Say what changed, or against which text you checked it.")
    made = RuleReview.objects.create(
        rule_key=rule.key,
        digest=definitions.digest(definitions.kept(rule)),
        version=str(rule.version),
        changed=changed.strip(),
        at=at,
        by_id=by.user_id,
        by_name=by.name,
    )
    return made.id


@action("clocks.look-again", needs=Permission.ADMINISTER)
def look_again(*, clock_id: UUID, by: Actor, at: datetime) -> None:
    """Let the sweeper try a clock it could not count at its next round instead of after its hour."""
    found = Clock.objects.filter(pk=clock_id, trouble_at__isnull=False).first()
    # Not located by the patient: the operator keeps the house of her sites and sees no patient.
    if found is None or not by.may(Permission.ADMINISTER, found.site_id):
        raise NotFound("This clock is not in trouble, or not at your sites.")
    found.next_look_at = at
    found.save(update_fields=["next_look_at"])


def _locked(clock_id: UUID) -> Clock:
    return Clock.objects.select_for_update(of=("self",)).select_related("ruling").get(pk=clock_id)


def _open(clock_id: UUID, wanted: str) -> Clock:
    row = _locked(clock_id)
    if row.ended_at is not None:
        state = row.state.replace("-", " ")
        raise UnableToChangeClock(f"This clock is {state} and cannot be {wanted}. Reopen it first.")
    return row


def _require(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise UnableToChangeClock(sentence)


def _change(row: Clock, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    words = {"pause": "paused", "resume": "resumed", "extend": "extended", "correct": "corrected", "reopen": "reopened"}
    _changed(row, act, before, reason, by=by, at=at)
    told = words.get(act, "attempt noted")
    publish(events.ClockChanged(**_about(row), act=told, reason=reason), by=by, at=at)


def _changed(row: Clock, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    row.course += 1
    try:
        counting.recount(row, at=at)
    except ClockError as refusal:
        raise UnableToChangeClock(str(refusal)) from refusal
    row.save()
    _note(row, act, before, reason, by=by, at=at)


def _note(row: Clock, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    ClockTransition.objects.create(
        clock=row, act=act, before=before, after=counting.face(row), reason=reason, at=at, by_id=by.user_id,
        by_name=by.name,
    )  # fmt: skip


def _about(row: Clock) -> dict[str, Any]:
    return {
        "site_id": row.site_id,
        "patient_id": row.patient_id,
        "case_id": row.case_id,
        "clock_id": row.id,
        "rule_id": row.rule_id,
        "title": row.title,
        "due_words": counting.due_words(row),
    }
