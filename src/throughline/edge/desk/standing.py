"""Where a patient stands, in one sentence, from what her page has read: place, programme, risk, next contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from throughline.foundation.ui import formats
from throughline.practice.caseload.records import Due
from throughline.record.cases.records import CaseRecord
from throughline.record.chart.records.shown import ChartFact

LATELY = timedelta(days=90)
IN_BED = ("in-progress", "arrived", "triaged", "onleave")
NEVER = ("planned", "cancelled")
HOME = ("home", "house", "self-care", "self care")


@dataclass(frozen=True, slots=True)
class Standing:
    """The parts of the sentence, each "" when nothing is known of it."""

    place: str
    programme: str
    risk: str
    contact: str

    def __str__(self) -> str:
        """Return the sentence."""
        said = "; ".join(part for part in (self.place, self.programme, self.risk, self.contact) if part)
        return f"{said[:1].upper()}{said[1:]}." if said else ""


def standing(
    *,
    encounters: Sequence[ChartFact],
    case: CaseRecord | None,
    due: Sequence[Due],
    deceased: bool,
    died_at: datetime | None = None,
    at: datetime,
    zone: str,
) -> Standing:
    """Return where she stands at an instant; `zone` is where the day is counted."""
    if deceased:
        day = formats.day(died_at.astimezone(ZoneInfo(zone)).date()) if died_at else ""
        return Standing(f"{_('died')} {day}".strip(), "", "", "")
    return Standing(place_of(encounters, at, zone), _programme(case, at, zone), _risk(case), contact_of(due))


def place_of(encounters: Sequence[ChartFact], at: datetime, zone: str) -> str:
    """Return where she is by her stays: in a bed and its day, out since when and after what, or that none is known.

    The day a stay begins is day 1. A discharge to somewhere else than home is said as it was recorded.
    """
    stays = [one for one in encounters if one.more.get("is_stay") and one.since <= at and one.status not in NEVER]
    here = [one for one in stays if one.status in IN_BED and (one.effective_until or at) >= at]
    if here:
        latest = max(here, key=lambda one: one.since)
        return _("in hospital since %(day)s, day %(number)s%(where)s") % {
            "day": _day(latest.since, at, zone),
            "number": _days(latest.since, at, zone) + 1,
            "where": _where(latest),
        }
    left = [one for one in stays if one.effective_until and at - LATELY <= one.effective_until <= at]
    if not left:
        return _("no hospital stay known in 90 days")
    latest = max(left, key=lambda one: one.effective_until or one.since)
    assert latest.effective_until is not None
    went = str(latest.more.get("discharge_disposition") or "")
    said = {
        "day": _day(latest.effective_until, at, zone),
        "number": _days(latest.effective_until, at, zone),
        "where": _where(latest),
        "went": went,
    }
    if went and not any(word in went.lower() for word in HOME):
        return _("left hospital %(day)s for %(went)s%(where)s") % said
    return _("home since %(day)s, %(number)s d after discharge%(where)s") % said


def _where(stay: ChartFact) -> str:
    place = str(stay.more.get("provider") or stay.more.get("location") or "")
    return f", {place}" if place else ""


def _days(since: datetime, at: datetime, zone: str) -> int:
    return (at.astimezone(ZoneInfo(zone)).date() - since.astimezone(ZoneInfo(zone)).date()).days


def _day(when: datetime, at: datetime, zone: str) -> str:
    return formats.short_day(when.astimezone(ZoneInfo(zone)).date(), at.astimezone(ZoneInfo(zone)).date())


def _programme(case: CaseRecord | None, at: datetime, zone: str) -> str:
    if case is None:
        return _("no open case")
    state = case.state_words
    if case.paused_until:
        state = _("%(state)s until %(day)s") % {
            "state": state,
            "day": f"{case.paused_until:%b} {case.paused_until.day}",
        }
    now = [one for one in case.enrolments if one.until is None]
    if not now:
        return _("in no programme, %(state)s") % {"state": state}
    named = ", ".join(one.programme_title for one in now)
    number = _days(min(one.since for one in now), at, zone) + 1
    return _("%(named)s, day %(number)s, %(state)s") % {"named": named, "number": number, "state": state}


def _risk(case: CaseRecord | None) -> str:
    return _("acuity %(level)s of 4") % {"level": case.acuity} if case else ""


def contact_of(due: Sequence[Due]) -> str:
    """Return when she is to be called or visited next, or that nobody planned it."""
    calls = [one for one in due if one.kind == "call" or one.verb in ("Call", "Visit")]
    if not calls:
        return _("no contact planned")
    following = min(calls, key=lambda one: (one.due_at is None, one.due_at or one.seen_at))
    when = ", ".join(part for part in (following.left, following.instant) if part)
    if not when:
        return _("a contact is due")  # a promise of the programme that has no instant of its own
    return _("next contact: %(when)s") % {"when": when[:1].lower() + when[1:]}
