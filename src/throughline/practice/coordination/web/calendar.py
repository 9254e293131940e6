"""The calendar of a colleague and of a patient: week, day and agenda, by keys and on paper."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.foundation.ui.navigation import may_open
from throughline.practice.coordination.queries import appointments as queries
from throughline.practice.coordination.queries.calendar import calendar
from throughline.practice.coordination.web.team import patient_context

ICONS = {
    "appointment": "calendar",
    "home": "home",
    "call": "phone",
    "task": "check",
    "deadline": "clock",
    "ride": "car",
}
DAYS = {"week": 7, "day": 1, "agenda": 14}
WORDS = {"week": "Week", "day": "Day", "agenda": "Agenda"}


@dataclass(frozen=True, slots=True)
class Span:
    """Which days are shown, and how."""

    view: str
    first: date
    today: date

    @property
    def days(self) -> int:
        """How many days that is."""
        return DAYS[self.view]

    def link(self, first: date, view: str = "") -> str:
        """Return the query of another span."""
        return f"?view={view or self.view}&on={first.isoformat()}"


def _span(request: HttpRequest, today: date) -> Span:
    view = request.GET.get("view", "week")
    view = view if view in DAYS else "week"
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = today
    on = min(max(on, date(2000, 1, 1)), date(2200, 1, 1))
    return Span(view, on - timedelta(days=on.weekday()) if view == "week" else on, today)


def _context(viewer: Viewer, span: Span, patient_id: UUID | None) -> dict[str, Any]:
    days = calendar(viewer, span.first, span.days, patient_id=patient_id)
    last = span.first + timedelta(days=span.days - 1)
    title = formats.day(span.first) if span.days == 1 else f"{formats.day(span.first)} to {formats.day(last)}"
    near = max(span.first, span.today)
    links = [(WORDS[v], span.link(span.first if v == "week" else near, v), v == span.view) for v in DAYS]
    return {
        "days": [day for day in days if day.entries or day.is_today] if span.view == "agenda" else days,
        "filled": any(day.entries for day in days),
        "title": title,
        "view": span.view,
        "icons": ICONS,
        "links": links,
        "before": span.link(span.first - timedelta(days=span.days)),
        "after": span.link(span.first + timedelta(days=span.days)),
        "now": span.link(span.today),
    }


@require_GET
@page("coordination.calendar", needs=Permission.COORDINATE)
def mine(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what is on the viewer's own calendar and on that of whom she covers."""
    span = _span(request, viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date())
    context = _context(viewer, span, None) | {"feed_since": queries.feed_since(viewer)}
    return render(request, "coordination/calendar.html", context)


@require_GET
@page("coordination.patient-calendar", needs=Permission.SEE_PATIENT, patient="patient_id")
def of_patient(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show everything on a patient's calendar, in her zone, with what still waits for an outcome."""
    zone = queries.zone_of(viewer, patient_id)
    span = _span(request, viewer.at.astimezone(ZoneInfo(zone)).date())
    context = patient_context(viewer, patient_id, "calendar") | _context(viewer, span, patient_id)
    context |= {
        "over": queries.without_outcome(viewer, patient_id=patient_id),
        "next": [row for row in queries.appointments_of(viewer, patient_id, since=viewer.at) if row.live][:8],
        "book": "" if context["identity"].deceased else may_open("coordination:book", viewer, patient_id),
        "zone": zone if zone != viewer.time_zone else "",
    }
    return render(request, "coordination/patient_calendar.html", context)
