"""Gathers the patient page: identity, case, what is due, the facts of the chart, the story."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from throughline.edge.desk.head import head_from
from throughline.foundation.audit import queries as audit
from throughline.foundation.journal import queries as journal
from throughline.foundation.journal.records import BadCursor, Cursor, StoryLine
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.record.cases import queries as cases
from throughline.record.chart import queries as charts
from throughline.record.people import queries as people

SAME_VISIT = timedelta(minutes=30)
STORY_KINDS = (
    ("", "All"),
    ("contacts", "Contacts"),
    ("tasks", "Tasks"),
    ("cases", "Case"),
    ("chart", "Record"),
    ("clocks", "Clocks"),
)
ICONS = {
    "contacts": "phone",
    "tasks": "check",
    "cases": "heart",
    "chart": "doc",
    "clocks": "clock",
    "intake": "hand",
    "people": "user",
    "access": "lock",
}


def overview_context(
    request: HttpRequest, viewer: Viewer, patient_id: UUID, *, story_only: bool = False
) -> dict[str, Any]:
    """Return what the patient page shows; with `story_only` just the lines asked for."""
    context: dict[str, Any] = {"patient_id": patient_id} | _story(request, viewer, patient_id)
    if story_only:
        return context
    open_case = cases.open_case_of(viewer, patient_id)
    who, chart = people.identity(viewer, patient_id), charts.chart(viewer, patient_id)
    context |= {
        "identity": who,
        "head": head_from(viewer, who, [fact.display for fact in chart.of("allergy", current=True)], open_case),
        "case": open_case,
        "chart": chart,
        "due": caseload.due_of_patient(viewer, patient_id),
        "colleagues": caseload.colleagues(viewer, who.site_id),
        "viewer": viewer,
        "tab": "overview",
    }
    return context


def _story(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    try:
        before = Cursor.parse(request.GET["before"]) if request.GET.get("before") else None
    except BadCursor:
        before = None
    story = journal.timeline(viewer, patient_id, before=before, kinds=[kind] if kind else [])
    # A look a moment ago is the same visit: what is new is what came since the one before.
    last = audit.last_look(viewer, patient_id, "desk.patient", before=viewer.at - SAME_VISIT)
    return {
        "days": _by_day(story.lines, viewer, None if before else last),
        "older": str(story.older) if story.older else "",
        "kind": kind,
        "kinds": STORY_KINDS,
    }


def _by_day(lines: tuple[StoryLine, ...], viewer: Viewer, last: datetime | None) -> list[dict[str, Any]]:
    """Return the lines by day; between what came since the viewer's last visit and what was there, a mark."""
    zone = ZoneInfo(viewer.time_zone)
    today = viewer.at.astimezone(zone).date()
    days: list[dict[str, Any]] = []
    newer = False
    for found in lines:
        mark = ""
        if last is not None and newer and found.recorded_at <= last:
            mark, last = formats.moment(last, viewer.time_zone, today), None
        newer = newer or (last is not None and found.recorded_at > last)
        when = found.occurred_at.astimezone(zone)
        if not days or days[-1]["date"] != when.date():
            words = f"{when:%A, %B} {when.day}" + ("" if when.year == today.year else f", {when.year}")
            near = formats.short_day(when.date(), today)
            days.append({"date": when.date(), "words": f"Today, {words}" if near == "today" else words, "lines": []})
        days[-1]["lines"].append(
            {
                "mark": mark,
                "icon": ICONS.get(found.kind.split(".")[0], "info"),
                "sentence": found.sentence,
                "by": found.actor_name,
                "time": formats.clock(found.occurred_at, viewer.time_zone),
                "iso": found.occurred_at.isoformat(),
            }
        )
    return days
