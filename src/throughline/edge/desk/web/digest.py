"""The digest: what others did for the viewer's patients in the last day, put together at the times she picked."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from throughline.foundation.access import rules
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.journal import queries as journal
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload

READ = "digest_read"
REACH = timedelta(days=1)


def waiting(request: HttpRequest, viewer: Viewer) -> str:
    """Return the time of a digest not read yet, "4:00 PM", or "": told from the settings and the session alone."""
    due = _due(request, viewer)
    if due is None or request.session.get(READ, "") >= due.isoformat():
        return ""
    return formats.clock(due, viewer.time_zone)


def _due(request: HttpRequest, viewer: Viewer) -> datetime | None:
    times = rules.digest_times(getattr(request.user, "preferences", {}))
    return rules.digest_due(times, viewer.at.astimezone(ZoneInfo(viewer.time_zone)))


@require_GET
@page("desk.digest", needs=Permission.WORK_CASE)
def digest(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what is new by patient; reading it makes the button on Today go until the next time."""
    names = {row.patient_id: row.name for row in caseload.worklist(viewer, include_held=True).rows}
    groups: dict[UUID, dict[str, Any]] = {}
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    for line in journal.news(viewer, names, since=viewer.at - REACH):
        who = {"name": names[line.patient_id], "href": reverse("desk:patient", args=[line.patient_id]), "lines": []}
        group = groups.setdefault(line.patient_id, who)
        when = formats.moment(line.recorded_at, viewer.time_zone, today)
        group["lines"].append({"sentence": line.sentence, "by": line.actor_name, "when": when})
    if due := _due(request, viewer):
        request.session[READ] = due.isoformat()
    return render(request, "desk/digest.html", {"groups": list(groups.values())})
