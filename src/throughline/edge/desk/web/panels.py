"""What an opened row offers: its items, snooze reasons, colleagues, the call strip with the next try proposed."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.federal import observed_only, statutory
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.practice.caseload.records import Due, Row
from throughline.record.cases import queries as cases
from throughline.record.contacts import queries as contacts
from throughline.record.contacts import rules as contact_rules
from throughline.record.tasks import queries as tasks
from throughline.record.tasks import rules as task_rules

HANDED_ON = (task_rules.OFFERED, task_rules.ACCEPTED, task_rules.REPORTED)


def long_day(viewer: Viewer) -> str:
    """Return "Monday, March 9" in the viewer's zone."""
    local = viewer.at.astimezone(ZoneInfo(viewer.time_zone))
    return f"{local:%A, %B} {local.day}"


FIRST_PAGES = (
    (Permission.REFER_IN, "intake:board"),
    (Permission.REVIEW_ACCESS, "access:review"),
    (Permission.ADMINISTER, "access:users"),
    (Permission.SEARCH_PATIENTS, "desk:patients"),
)


def first_page(viewer: Viewer) -> str:
    """Return where a colleague begins who carries no cases of her own."""
    for permission, name in FIRST_PAGES:
        if viewer.may(permission):
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return reverse("ui:help")


def snooze_choices(viewer: Viewer, row: Row) -> list[dict[str, str]]:
    """Return each reason with its digit and the time it proposes, in the patient's day, never past a legal deadline."""
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    latest = row.first.due_at if row.first.legal else None
    choices = []
    for reason in task_rules.HOLD_REASONS:
        until = default_until(reason, viewer)
        if latest is not None and until > latest:
            until = latest
        choices.append(
            {
                "digit": reason.digit,
                "key": reason.key,
                "words": reason.words,
                "until": until.isoformat(),
                "shown": formats.moment(until, viewer.time_zone, today),
            }
        )
    return choices


def default_until(reason: task_rules.HoldReason, viewer: Viewer) -> datetime:
    """Return when a snooze for this reason ends by default: after its hours, a day or more at 9 AM of a weekday."""
    until = viewer.at + timedelta(hours=reason.hours)
    if reason.hours < 24:
        return until
    local = until.astimezone(ZoneInfo(viewer.time_zone)).replace(hour=9, minute=0, second=0, microsecond=0)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return local


def opened(request: HttpRequest, viewer: Viewer, row: Row, part: str) -> dict[str, Any]:
    """Return the context of an opened row; `part` is call, snooze, assign, note, task or all."""
    context: dict[str, Any] = {
        "open": "" if part == "none" else part,
        "moved": part == "none",
        "items": _told(viewer, (row.first, *row.extras)),
        "patient_id": row.patient_id,
        "for": request.GET.get("for", ""),
        "viewer_id": viewer.user_id,
        "answers_for": {viewer.user_id, *(one.away_id for one in caseload.covers_of(viewer))},
        "born": formats.birth_date(row.birth_date, viewer.at.date()),
        "phone": formats.phone(row.phone),
    }
    if part in ("snooze", "all"):
        context["reasons"] = snooze_choices(viewer, row)
    if part in ("assign", "task", "all"):
        owners = [due.owner_id for due in context["items"]]
        context["near"] = caseload.near_colleagues(viewer, row.site_id, row.patient_id, owners)
    if part == "call":
        context |= call_strip(viewer, row)
    return context


def _told(viewer: Viewer, items: tuple[Due, ...]) -> tuple[Due, ...]:
    """Return the items with what was said last of those handed on, such as what is missing in a report sent back."""
    handed = [due.task_id for due in items if due.task_id and due.state in HANDED_ON]
    said = tasks.handed_words(viewer, handed) if handed else {}
    if not said:
        return items
    more = [said.get(due.task_id, "") if due.task_id else "" for due in items]
    return tuple(
        due._replace(why=". ".join(part for part in (due.why, words) if part))
        for due, words in zip(items, more, strict=True)
    )


def call_strip(viewer: Viewer, row: Row) -> dict[str, Any]:
    """Return what the call strip shows: number, outcomes, next try, what can be closed with the call."""
    tries = contacts.tries_since_reached(viewer, row.patient_id)
    programme = cases.cadence_of(viewer, row.case_id) if row.case_id else None
    limit = programme.cadence.attempt_limit if programme else 3
    strip: dict[str, Any] = {
        "outcomes": contact_rules.OUTCOMES,
        "identifiers": contact_rules.IDENTIFIERS.items(),
        "phone": formats.phone(row.phone),
        "number": row.phone,
        "tries": [f"{formats.moment(t.at, row.time_zone, viewer.at.date())}: {t.outcome_words.lower()}" for t in tries],
        "limit": limit,
        "at_limit": len(tries) + 1 >= limit,
        "programme": programme.title if programme else "",
        "began": viewer.at.isoformat(),
        # A letter each for the first four; digits are taken by the outcomes.
        "closable": _lettered([due for due in (row.first, *row.extras) if due.task_id]),
        "voicemail": contact_rules.voicemail_text(
            nurse=viewer.actor.name.split(",")[0],
            organization="our care team",
            phone="the number you have for us",
            language=row.language or "en",
        ),
    }
    following = next_try(viewer, row)
    today = viewer.at.astimezone(ZoneInfo(row.time_zone)).date()
    strip["next_try"] = following.isoformat()
    strip["next_try_local"] = f"{following:%Y-%m-%dT%H:%M}"
    strip["next_try_words"] = formats.moment(following, row.time_zone, today)
    strip["next_try_part"] = contact_rules.day_part(following, row.time_zone)
    return strip


def _lettered(dues: list[Due]) -> list[tuple[Due, str]]:
    """Return what can be closed with the call, the first four each with the letter that ticks it."""
    return [(due, letter) for due, letter in zip_longest(dues, "abef"[: len(dues)], fillvalue="")]  # type: ignore[misc]


def next_try(viewer: Viewer, row: Row) -> datetime:
    """Return when to try again if this call fails too, by the programme's cadence, in the patient's zone."""
    programme = cases.cadence_of(viewer, row.case_id) if row.case_id else None
    tried = [t.at for t in contacts.tries_since_reached(viewer, row.patient_id)]
    hours = programme.cadence.try_hours if programme else (time(9, 30), time(14), time(17, 30))
    gaps = programme.cadence.days_between_tries if programme else (1, 1, 3)
    return contact_rules.next_try(
        tried=[*tried, viewer.at],
        try_hours=hours,
        days_between=gaps,
        time_zone=row.time_zone,
        closed_days=closed_days(viewer.at.year),
    )


@lru_cache(maxsize=8)
def closed_days(year: int) -> frozenset[date]:
    """Return the federal holidays of a year and the next, on which no try is proposed."""
    return frozenset(day for one in (year, year + 1) for day in (*statutory(one), *observed_only(one)))


def row_of(viewer: Viewer, patient_id: UUID) -> Row:
    """Return the patient's row of the list; one with nothing due when she is not on it."""
    found = caseload.worklist(viewer, only=patient_id, include_held=True).rows
    return found[0] if found else caseload.bare_row(viewer, patient_id)
