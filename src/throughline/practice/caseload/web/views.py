"""The supervisor's team page: who carries how much, whose case has no owner, cover, and moving a whole list."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import actions, queries
from throughline.record.cases import actions as cases
from throughline.record.cases import queries as case_queries


def _sites(viewer: Viewer) -> list[UUID]:
    return [s for s in sorted(viewer.site_ids, key=str) if viewer.may(Permission.SUPERVISE, s)]


@require_GET
@page("caseload.team", needs=Permission.SUPERVISE)
def team(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the team's load in workload points and what waits for an owner."""
    return render(request, "caseload/team.html", _context(viewer))


def _context(viewer: Viewer) -> dict[str, object]:
    sites = []
    for site_id in _sites(viewer):
        loads = queries.team_load(viewer, site_id)
        most = max((load.points for load in loads), default=0) or 1
        sites.append(
            {
                "id": site_id,
                "name": queries.site_name(viewer, site_id),
                "loads": [{"load": load, "share": round(100 * load.points / most)} for load in loads],
                "colleagues": queries.colleagues(viewer, site_id),
                "covers": queries.covers_at(viewer, site_id),
            }
        )
    return {"sites": sites, "unassigned": case_queries.unassigned_cases(viewer), "points": queries.POINTS.items()}


def _person(request: HttpRequest, field: str) -> UUID:
    return entered_id(request.POST.get(field, ""), "Choose a colleague from the list.")


def _days(request: HttpRequest, viewer: Viewer) -> tuple[datetime, datetime]:
    """Return when a cover begins and ends: now when it begins today, to the last minute of its last day."""
    zone = ZoneInfo(viewer.time_zone)
    try:
        last = date.fromisoformat(request.POST.get("until", ""))
        first = date.fromisoformat(request.POST["since"]) if request.POST.get("since") else None
    except ValueError as error:
        raise Refusal("Enter the first and the last day of the cover.") from error
    begins = datetime.combine(first, time.min, zone) if first else viewer.at
    return max(begins, viewer.at), datetime.combine(last, time(23, 59), zone)


@require_POST
@page("caseload.assign", needs=Permission.ASSIGN)
def assign(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Give a case to a colleague."""
    case_id, owner = _person(request, "case"), _person(request, "owner")
    cases.give_case(case_id=case_id, owner_id=owner, by=viewer.actor, at=viewer.at)
    messages.success(request, "Assigned. The record is open to the new owner.")
    return redirect("caseload:team")


@require_POST
@page("caseload.cover", needs=Permission.SUPERVISE)
def cover(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Arrange cover for a colleague who is away, or end it."""
    site_id = _person(request, "site")
    if request.POST.get("end"):
        actions.end_cover(site_id=site_id, cover_id=entered_id(request.POST["end"]), by=viewer.actor, at=viewer.at)
        messages.success(request, "Cover ended.")
        return redirect("caseload:team")
    since, until = _days(request, viewer)
    actions.arrange_cover(
        site_id=site_id,
        away_id=_person(request, "away"),
        covering_id=_person(request, "covering"),
        since=since,
        until=until,
        brief=request.POST.get("brief", ""),
        by=viewer.actor,
        at=viewer.at,
    )
    begins = "" if since == viewer.at else f" from {formats.day(since.date())}"
    messages.success(request, f"Cover arranged. The list appears beside her own on Today{begins}.")
    return redirect("caseload:team")


@require_POST
@page("caseload.reassign", needs=Permission.SUPERVISE)
def reassign(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Move everything open from one colleague to another, cases and tasks, so that nothing is stranded."""
    site_id, away, to = _person(request, "site"), _person(request, "from"), _person(request, "to")
    moved = actions.move_caseload(site_id=site_id, from_user_id=away, to_user_id=to, by=viewer.actor, at=viewer.at)
    counted = [
        f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in zip(moved, ("case", "task"), strict=True)
    ]
    messages.success(request, f"Moved: {' and '.join(counted)}.")
    return redirect("caseload:team")
