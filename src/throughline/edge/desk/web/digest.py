"""The digest: what others did for the viewer's patients since her digest before, at the times she picked."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from throughline.edge.desk import digests
from throughline.foundation.access import rules
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.preference_actions import keep_digest
from throughline.foundation.access.web.page import page
from throughline.foundation.journal import queries as journal
from throughline.foundation.journal.records import News
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload

MOST = 200


def waiting(request: HttpRequest, viewer: Viewer) -> str:
    """Return the time of a digest not read yet, "4:00 PM", or "": told from the settings alone."""
    due = _due(request, viewer)
    if due is None or not digests.is_new(_last(request), due, viewer.at):
        return ""
    return formats.clock(due, viewer.time_zone)


def _due(request: HttpRequest, viewer: Viewer) -> datetime | None:
    times = rules.digest_times(getattr(request.user, "preferences", {}))
    return rules.digest_due(times, viewer.at.astimezone(ZoneInfo(viewer.time_zone)))


def _last(request: HttpRequest) -> digests.Digest | None:
    return digests.read(getattr(request.user, "preferences", {}).get("digest_read"))


@require_GET
@page("desk.digest", needs=Permission.WORK_CASE)
def digest(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what is new since the digest before, by patient; until the next time picked it stays the same."""
    last = _last(request)
    wanted = digests.following(last, _due(request, viewer), viewer.at)
    names = {row.patient_id: row.name for row in caseload.worklist(viewer, include_held=True).rows}
    found = journal.news(
        viewer, names, since=wanted.reach, until=wanted.until, without=wanted.shown_before, limit=MOST + 1
    )
    made, count = digests.cut(wanted, [(str(line.id), line.recorded_at) for line in found], MOST)
    if made != last:
        keep_digest(read=made.kept(), by=viewer.actor, at=viewer.at)
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    context = {
        "groups": _by_patient(found[:count], names, viewer),
        "since": formats.moment(made.since, viewer.time_zone, today),
        "until": formats.moment(made.until, viewer.time_zone, today),
        "first": not made.shown_before and made.until - made.since == digests.FIRST,
        "more": len(found) > count,
    }
    return render(request, "desk/digest.html", context)


def _by_patient(lines: list[News], names: dict[UUID, str], viewer: Viewer) -> list[dict[str, Any]]:
    """Return the lines by patient, the patient with the latest first, her lines newest first."""
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    groups: dict[UUID, dict[str, Any]] = {}
    for line in reversed(lines):
        who = {"name": names[line.patient_id], "href": reverse("desk:patient", args=[line.patient_id]), "lines": []}
        group = groups.setdefault(line.patient_id, who)
        when = formats.moment(line.recorded_at, viewer.time_zone, today)
        group["lines"].append({"sentence": line.sentence, "by": line.actor_name, "when": when})
    return list(groups.values())
