"""Reads of clocks. Each takes the viewer first and shows only clocks of patients she may see."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound, Refusal
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.record.clocks import counting, telling
from throughline.record.clocks.models import Clock, RuleReview
from throughline.record.clocks.records import ClockError, ClockRule, RunningClock
from throughline.record.clocks.rules import asking, catalogue, definitions, engine, moments, notices, worked
from throughline.record.clocks.shown import Chip, ClockShown, Happening, NoticeShown, Review, RuleInFull, RuleShown
from throughline.record.people.models import Patient

MOST = 200


class ClockCannotBeCounted(Refusal):
    """The facts a clock keeps do not suffice any more."""


def _rows(viewer: Viewer) -> QuerySet[Clock]:
    return Clock.objects.filter(sees(viewer)).select_related("patient", "case", "ruling", "site")


def _found(viewer: Viewer, clock_id: UUID) -> Clock:
    row = _rows(viewer).filter(pk=clock_id).first()
    if row is None:
        raise NotFound("This clock does not exist, or you may not see it.")
    return row


def chips_of(viewer: Viewer, patient_id: UUID, *, ended: bool = False) -> list[Chip]:
    """A patient's clocks, nearest deadline first, undated last; open ones unless `ended` asks for the others."""
    rows = _rows(viewer).filter(patient_id=patient_id, ended_at__isnull=not ended)
    return [telling.chip(row, viewer) for row in rows.order_by("due_at", "id")[:MOST]]


def first_to_break(viewer: Viewer, *, mine: bool = False, most: int = MOST) -> list[Chip]:
    """The open clocks with a date, across all sites the viewer works at, in the order in which they break."""
    rows = _rows(viewer).filter(ended_at__isnull=True, due_at__isnull=False, site_id__in=viewer.site_ids)
    if mine:
        rows = rows.filter(case__owner_id=viewer.user_id)
    return [telling.chip(row, viewer) for row in rows.order_by("due_at", "id")[:most]]


def notices_due(viewer: Viewer, *, most: int = MOST) -> list[NoticeShown]:
    """Every notice somebody still has to deliver, soonest first."""
    known = notices.notices()
    rows = _rows(viewer).filter(ended_at__isnull=True, site_id__in=viewer.site_ids, notice__in=list(known))
    return [_notice(row, viewer) for row in rows.order_by("due_at", "id")[:most]]


def notice(viewer: Viewer, clock_id: UUID) -> NoticeShown:
    """One notice. Raises NotFound when there is none, or the viewer may not see it."""
    row = _found(viewer, clock_id)
    if row.notice not in notices.notices():
        raise NotFound("This clock asks for no notice.")
    return _notice(row, viewer)


def _notice(row: Clock, viewer: Viewer) -> NoticeShown:
    zone = moments.zone_named(row.zone)
    return NoticeShown(
        chip=telling.chip(row, viewer),
        notice=notices.notices()[row.notice],
        birth_date=formats.birth_date(row.patient.birth_date, viewer.at.astimezone(zone).date()),
        mrn=row.patient.mrn,
        place=row.site.name,
        start_words=moments.say(moments.read(row.start, zone), zone),
    )


def clock(viewer: Viewer, clock_id: UUID) -> ClockShown:
    """A clock with its arithmetic, history and neighbours. Raises NotFound, and ClockCannotBeCounted saying why."""
    row = _found(viewer, clock_id)
    try:
        running = counting.running(row)
        explained = engine.explain(running)
    except ClockError as error:
        raise ClockCannotBeCounted(f"This clock cannot be counted: {error}") from error
    rule = explained.rule
    chip = telling.chip(row, viewer)
    return ClockShown(
        chip=chip,
        told=telling.told(running, explained, row),
        citation=explained.reckoning.citation,
        confidence=_mark(explained.reckoning.confidence),
        confidence_note=worked.confidence_in_words(rule.confidence_note),
        version=str(rule.version),
        key=rule.key,
        review=_review(rule.key, row.ruling_id),
        differs=telling.differs(row, running, _as_today(row, running)),
        start_label=rule.start_label,
        started=_started(row),
        facts=worked.facts_in_words(running),
        history=_history(row),
        others=tuple((one.title, _dates(one, running)) for one in explained.others),
        same_case=tuple(one for one in chips_of(viewer, row.patient_id) if one.id != row.id),
        open=row.ended_at is None,
        used=telling.used(row, running, viewer.at) if row.ended_at is None else None,
        met_words=_met_words(row),
        trouble=row.trouble,
        start=row.start,
        given=dict(row.facts),
    )


def rule_of(viewer: Viewer, clock_id: UUID) -> ClockRule:
    """The rule a clock keeps. Raises NotFound when the viewer may not see the clock."""
    return counting.running(_found(viewer, clock_id)).rule


def zone_of(viewer: Viewer, patient_id: UUID) -> str:
    """The time zone a patient's clocks are counted in: hers, else her site's. Raises NotFound."""
    found = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id).select_related("site").first()
    if found is None:
        raise NotFound("There is no such patient, or not on your list.")
    return found.time_zone or found.site.time_zone


def preview(viewer: Viewer, *, key: str, start: str, zone: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The arithmetic of a clock that is not started yet, in sentences. Raises ClockError saying what to give."""
    where = moments.zone_named(zone)
    return engine.explain(asking.clock_asked(key, start, zone=where, otherwise=where, given=facts)).sentences


def rules(viewer: Viewer) -> list[RuleShown]:
    """Every rule of the library with who reviewed it, in the order of the ids."""
    reviews = _latest_reviews()
    return [_rule_shown(rule, reviews) for rule in catalogue.rules().values()]


def rule(viewer: Viewer, key: str) -> RuleInFull:
    """One rule with its examples counted anew. Raises NotFound for a key there is not."""
    try:
        found = catalogue.rule(key)
    except ClockError as error:
        raise NotFound(str(error)) from error
    since = f"since {formats.day(found.effective_from)}" if found.effective_from else "always"
    until = f" until {formats.day(found.effective_to)}" if found.effective_to else ""
    return RuleInFull(
        short=_rule_shown(found, _latest_reviews()),
        version=str(found.version),
        confidence_note=worked.confidence_in_words(found.confidence_note),
        in_force=since + until,
        trigger=found.trigger,
        start_label=found.start_label,
        asks=tuple(one.words for one in found.inputs.values() if one.name in found.body.get("inputs", {})),
        parts=tuple(worked.part_in_words(found, part) for part in found.parts),
        no_deadline=found.no_deadline,
        say=found.say,
        examples=worked.worked(found),
    )


def reviews(viewer: Viewer, key: str) -> list[Happening]:
    """Every review of a rule, newest first."""
    found = RuleReview.objects.filter(rule_key=key).order_by("-at")
    return [Happening(one.at, f"Reviewed, version {one.version}", one.by_name, one.changed) for one in found]


def troubled(viewer: Viewer) -> list[tuple[UUID, str, str, datetime, datetime | None]]:
    """Clocks the sweeper could not count: id, rule, why, since when, when it is tried again. No patient is named."""
    rows = Clock.objects.filter(trouble_at__isnull=False, site_id__in=viewer.site_ids).order_by("trouble_at")[:MOST]
    return [(row.id, row.rule_id, row.trouble.split(":")[0], row.trouble_at, row.next_look_at) for row in rows]  # type: ignore[misc]


def _rule_shown(rule: ClockRule, reviews: Mapping[str, RuleReview]) -> RuleShown:
    digest = definitions.digest(definitions.kept(rule))
    return RuleShown(
        id=rule.id,
        key=rule.key,
        title=rule.title,
        owed_by=worked.owed_in_words(rule.owed_by),
        lines=worked.lines_in_words(rule),
        citation=rule.citation,
        confidence=_mark(rule.confidence),
        by_hand=not rule.starts_on,
        review=_as_review(reviews.get(rule.key), digest),
        overridden=rule.overridden,
    )


def _latest_reviews() -> dict[str, RuleReview]:
    found = RuleReview.objects.order_by("rule_key", "-at").distinct("rule_key")
    return {one.rule_key: one for one in found}


def _review(key: str, digest: str) -> Review:
    return _as_review(RuleReview.objects.filter(rule_key=key).order_by("-at").first(), digest)


def _as_review(found: RuleReview | None, digest: str) -> Review:
    if found is None:
        return Review(holds=False)
    return Review(found.digest == digest, found.by_name, found.at, found.changed)


def _mark(confidence: str) -> str:
    return "unreviewed" if confidence == "M" else worked.confidence_in_words(confidence)


def _as_today(row: Clock, running: RunningClock) -> RunningClock | None:
    """The same facts under the rule as the library holds it today; None when it holds none."""
    try:
        on = moments.day_of(running.start, running.zone)
        rule = catalogue.rule(row.rule_key, on=on, facts=asking.scope(row.facts))
    except ClockError:
        return None
    return replace(running, rule=rule)


def _started(row: Clock) -> str:
    how = f"by an event ({row.started_by_event})" if row.started_by_event else "by hand"
    return f"Started {how}, entered by {row.created_by_name}."


def _history(row: Clock) -> tuple[Happening, ...]:
    words = {
        "start": "Started", "meet": "Met", "pause": "Paused", "resume": "Went on", "extend": "Extended",
        "correct": "Corrected", "attempt": "Attempt noted", "cancel": "Cancelled", "reopen": "Opened again",
    }  # fmt: skip
    acts = [
        Happening(one.at, words.get(one.act, one.act), one.by_name, one.reason, _was(one.before, one.after, row.zone))
        for one in row.transitions.all()
    ]
    flips = [
        Happening(one.boundary_at, f"{telling.WORDS[one.before]}, then {telling.WORDS[one.after].lower()}", "", "")
        for one in row.flips.all()
    ]
    zone = moments.zone_named(row.zone)
    lines = sorted((*acts, *flips), key=lambda one: one.at)
    return tuple(replace(one, when=moments.say(one.at.replace(microsecond=0), zone)) for one in lines)


def _was(before: Mapping[str, Any], after: Mapping[str, Any], zone: str) -> str:
    """The deadline before an act that moved it."""
    old, new = before.get("due_at", ""), after.get("due_at", "")
    if not old or old == new:
        return ""
    where = moments.zone_named(zone)
    return f"was due {moments.say(datetime.fromisoformat(old), where)}"


def _dates(one: Any, running: RunningClock) -> str:
    ends = (("not before", one.earliest), ("work to", one.safe), ("until", one.due))
    told = ", ".join(f"{word} {moments.say(at, running.zone)}" for word, at in ends if at is not None)
    return told or telling.WORDS.get(one.status, one.status)


def _met_words(row: Clock) -> str:
    if row.met_at is None:
        return ""
    how = row.met_how.get("title", "")
    who = ", ".join(
        str(row.met_how[name]) for name in ("signer", "relation", "witness", "number") if name in row.met_how
    )
    return " ".join(part for part in (how, f"({who})" if who else "", row.met_how.get("words", "")) if part)
