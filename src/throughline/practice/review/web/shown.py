"""Gaps ready to print: where each piece of evidence leads, what the remedy's button says, days in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.assessment.rules.library import instruments
from throughline.practice.review.queries.evidence import MODELS
from throughline.practice.review.records import GapRecord

# Where evidence that is no chart fact stands: address name and what its argument is.
_PLACES: Mapping[str, tuple[str, str]] = {
    "assessment": ("assessment:signed", "id"),
    "flag": ("assessment:signed", "id"),
    "need": ("careplan:plan", "patient"),
    "goal": ("careplan:plan", "patient"),
    "action": ("careplan:plan", "patient"),
    "plan": ("careplan:plan", "patient"),
    "lesson": ("careplan:plan", "patient"),
    "referral": ("coordination:referral-out", "id"),
    "appointment": ("coordination:appointment", "id"),
    "person": ("people:particulars", "patient"),
}
UNDER_WAY, COMING, IN_ORDER, NOT_NEEDED, DECLINED = "under-way", "coming", "in-order", "not-needed", "declined"


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence: its words, its day, and where it stands."""

    words: str
    when: str
    href: str


@dataclass(frozen=True, slots=True)
class Because:
    """A reason ready to print; `says` is empty when the gap's own sentence says it already."""

    says: str
    citation: str
    standing: str
    version: str
    check: str
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A gap ready to print."""

    gap: GapRecord
    since: str
    since_iso: str
    act: str
    reasons: tuple[Because, ...]
    review_on: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check that is no gap, ready to print."""

    title: str
    words: str
    when: str
    evidence: tuple[Shown, ...]


def gap_line(gap: GapRecord, viewer: Viewer) -> Line:
    """Return a gap ready to print."""
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    return Line(
        gap=gap,
        since=_day(gap.since, viewer.time_zone, today),
        since_iso=gap.since.isoformat(),
        act=_act(gap.remedy),
        reasons=tuple(_because(reason, gap, viewer.time_zone, today) for reason in gap.reasons),
        review_on=formats.day(gap.review_on) if gap.review_on else "",
    )


def _because(reason: Mapping[str, Any], gap: GapRecord, zone: str, today: date) -> Because:
    return Because(
        says="" if reason["says"] == gap.says else reason["says"],
        citation=reason["citation"],
        standing=reason["standing"],
        version=reason["version"],
        check=reason["check"],
        evidence=_evidence(reason["evidence"], gap.patient_id, zone, today),
    )


def _evidence(rows: Iterable[Mapping[str, Any]], patient_id: UUID, zone: str, today: date) -> tuple[Shown, ...]:
    return tuple(
        Shown(row["words"], _day(datetime.fromisoformat(row["at"]), zone, today) if row["at"] else "",
              _href(row["kind"], row["id"], patient_id))
        for row in rows
    )  # fmt: skip


def _href(kind: str, identifier: str, patient_id: UUID) -> str:
    if kind in MODELS and identifier:
        return reverse("review:fact", args=[patient_id, kind, identifier])
    name, argument = _PLACES.get(kind, ("desk:story", "patient"))
    if argument == "id" and identifier:
        return reverse(name, args=[identifier])
    if argument == "id":
        return ""
    mark = f"#need-{identifier}" if kind == "need" else ""
    return reverse(name, args=[patient_id]) + mark


def _day(at: datetime, zone: str, today: date) -> str:
    # Before the record of anybody's life: a fact without a day.
    if at.year <= 1900:
        return ""
    day = at.astimezone(ZoneInfo(zone)).date()
    return formats.day(day) if abs((today - day).days) > 1 else formats.short_day(day, today)


def _act(remedy: Mapping[str, Any]) -> str:
    """What the remedy's button says."""
    if "assess" in remedy:
        known = instruments().get(remedy["assess"])
        return f"Begin {known.short_title if known else remedy['assess']}"
    if "do" in remedy:
        return f"Add task: {remedy['do'].lower()} {remedy['what']}"
    if "plan" in remedy:
        return f"Add {'a goal' if remedy['plan'] == 'goal' else 'an action'} in the plan"
    return "Assign in the plan" if "assign" in remedy else "Open the plan"


def check_lines(rows: Iterable[Mapping[str, Any]], status: str, patient_id: UUID, viewer: Viewer) -> list[CheckLine]:
    """Return the checks of one status ready to print, the soonest first where they have a day."""
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    chosen = sorted((row for row in rows if row["status"] == status), key=lambda row: (row["until"], row["title"]))
    return [
        CheckLine(
            row["title"],
            row["words"] if row["words"] != "due" else "",
            _day(datetime.fromisoformat(row["until"]), viewer.time_zone, today) if row["until"] else "",
            _evidence(row["evidence"], patient_id, viewer.time_zone, today),
        )
        for row in chosen
    ]
