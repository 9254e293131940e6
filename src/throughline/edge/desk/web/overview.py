"""Gathers the patient page: identity, case, what is due, the facts of the chart, the story."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from throughline.edge.desk.head import head_from
from throughline.edge.desk.standing import standing
from throughline.edge.desk.web import filters
from throughline.foundation.audit import queries as audit
from throughline.foundation.journal import queries as journal
from throughline.foundation.journal.records import BadCursor, Cursor, Story, StoryLine
from throughline.foundation.kernel.reading import together
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.record.cases import queries as cases
from throughline.record.chart import queries as charts
from throughline.record.people import queries as people

SAME_VISIT = timedelta(minutes=30)
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
    kind, before = request.GET.get("kind", ""), _asked_before(request)
    about = filters.about(viewer, filters.asked_thread(request))
    story = journal.story_part(viewer, patient_id, before=before, kinds=[kind] if kind else [], about=about)
    chips = filters.offered(request, viewer, patient_id, kind)
    # A look a moment ago is the same visit: what is new is what came since the one before.
    look = audit.last_look_part(viewer, patient_id, "desk.patient", before=viewer.at - SAME_VISIT)
    if story_only:
        told, last = together(story, look)
        return {"patient_id": patient_id} | chips | _story(told, viewer, None if before else last)
    told, last, who, open_case, chart, due, near = together(
        story,
        look,
        people.identity_part(viewer, patient_id),
        cases.open_case_part(viewer, patient_id),
        charts.chart_part(viewer, patient_id),
        caseload.due_part(viewer, patient_id),
        caseload.near_colleagues_part(viewer, _site_of(viewer, patient_id), patient_id),
    )
    return {
        "patient_id": patient_id,
        "identity": who,
        "head": head_from(viewer, who, chart.of("allergy", current=True), open_case),
        "case": open_case,
        "chart": chart,
        "due": due,
        "near": near,
        "standing": standing(
            encounters=chart.of("encounter"),
            case=open_case,
            due=due,
            deceased=who.deceased,
            died_at=who.deceased_at,
            at=viewer.at,
            zone=who.time_zone or viewer.time_zone,
        ),
        "viewer": viewer,
        "tab": "overview",
        **chips,
    } | _story(told, viewer, None if before else last)


def _site_of(viewer: Viewer, patient_id: UUID) -> UUID:
    """Return the patient's site: the one whose page is read, else asked for."""
    return viewer.page_of[1] if viewer.page_of else people.place_of_patient(patient_id).site_id


def _asked_before(request: HttpRequest) -> Cursor | None:
    try:
        return Cursor.parse(request.GET["before"]) if request.GET.get("before") else None
    except BadCursor:
        return None


def _story(story: Story, viewer: Viewer, last: datetime | None) -> dict[str, Any]:
    return {"days": _by_day(story.lines, viewer, last), "older": str(story.older) if story.older else ""}


def _by_day(lines: tuple[StoryLine, ...], viewer: Viewer, last: datetime | None) -> list[dict[str, Any]]:
    """Return the lines by day; between what came since the viewer's last visit and what was there, a mark.

    Each part has what happened last first, however late it was written down.
    """
    lines = tuple(
        sorted(
            lines,
            key=lambda one: (last is not None and one.recorded_at > last, one.occurred_at),
            reverse=True,
        )
    )
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
