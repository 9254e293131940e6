"""Today: the ranked list, a row opened in place, why it stands where it stands, and saved views."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from throughline.edge.desk.web import digest, panels
from throughline.edge.desk.web.pages import PAGE, chips, groups, line, token
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import actions, ranking
from throughline.practice.caseload import queries as caseload
from throughline.practice.caseload.records import Worklist


def asked_of(request: HttpRequest) -> tuple[dict[str, str], list[UUID]]:
    """Return the filters in the address, and the colleagues whose lists are asked for."""
    query = {key: request.GET[key] for key in ("show", "for", "held") if request.GET.get(key)}
    try:
        return query, [UUID(query["for"])] if "for" in query else []
    except ValueError:
        query.pop("for")
        return query, []


def _list(request: HttpRequest, viewer: Viewer, page: slice) -> tuple[Worklist, dict[str, str]]:
    query, holders = asked_of(request)
    chip = query.get("show", "all")
    return caseload.worklist(viewer, holders=holders, include_held="held" in query, chip=chip, page=page), query


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to Today."""
    return redirect("desk:today")


@require_GET
@page("desk.today", needs=None)
def today(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what is due, one row a patient, in the order of what breaks first.

    A colleague whose role carries no cases is led to the first page she does have.
    """
    if not viewer.may(Permission.WORK_CASE):
        return redirect(panels.first_page(viewer))
    start = int(request.GET.get("from", "0")) if request.GET.get("from", "0").isdecimal() else 0
    work, query = _list(request, viewer, slice(start, start + PAGE))
    total = len(work.chosen)
    zone_now = formats.clock(viewer.at, viewer.time_zone, noon=False)
    context = {
        "groups": groups(work, viewer, ticked=request.GET.get("select") == "all"),
        "work": work,
        "total": total,
        "others": work.counts.get("all", 0),
        "now": f"{panels.long_day(viewer)}, {zone_now}",
        "chips": chips(work, query.get("show", "all"), {k: v for k, v in query.items() if k != "show"}),
        "views": [view for view in work.views if "page" not in view.filters],
        "query": query,
        "asked": urlencode(query),
        "token": token(work),
        "older": start + PAGE if start + PAGE < total else None,
        "start": start,
        "viewer": viewer,
        "digest": digest.waiting(request, viewer),
    }
    return render(request, "desk/today.html", context)


@require_GET
@page("desk.today-changes", needs=Permission.WORK_CASE)
def changes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Say whether the list has changed since it was shown; the list itself never moves under the pointer."""
    work, _ = _list(request, viewer, slice(0))
    changed = token(work) != request.GET.get("token", "")
    return render(request, "desk/_changes.html", {"changed": changed, "query": request.GET.urlencode()})


@require_GET
@page("desk.today-row", needs=Permission.WORK_CASE, patient="patient_id")
def panel(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show one row opened: everything due for the patient, and the acts that fit, ready for a key or a click."""
    _, holders = asked_of(request)
    found = caseload.worklist(viewer, only=patient_id, holders=holders, include_held=True).rows
    if not found:  # not on her own list: what is due stands on the patient's page
        due = reverse("desk:patient", args=[patient_id]) + "#due"
        return redirect(due) if not is_fragment(request) else HttpResponse("")
    context = panels.opened(request, viewer, found[0], request.GET.get("open", "all"))
    context["line"] = line(found[0], viewer)
    return render(request, "desk/_row.html" if is_fragment(request) else "desk/row.html", context)


@require_GET
@page("desk.today-why", needs=Permission.WORK_CASE, patient="patient_id")
def why(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Open the formula of a row's rank with its inputs."""
    found = caseload.worklist(viewer, only=patient_id).rows
    steps = ranking.explain(found[0].rank, at=viewer.at) if found else []
    name = found[0].name if found else ""
    template = "desk/_why.html" if is_fragment(request) else "desk/why.html"
    shown = {"steps": steps, "name": name, "words": ranking.TIER_WORDS.items(), "patient_id": patient_id}
    return render(request, template, shown)


@require_POST
@page("desk.save-view", needs=Permission.WORK_CASE)
def save_view_page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep the filters shown under a name, or remove a saved view."""
    if request.POST.get("delete"):
        actions.delete_view(view_id=entered_id(request.POST["delete"]), by=viewer.actor, at=viewer.at)
        return redirect("desk:today")
    filters = {key: request.POST[key] for key in ("show", "for", "held") if request.POST.get(key)}
    actions.save_view(name=request.POST.get("name", ""), filters=filters, by=viewer.actor, at=viewer.at)
    return redirect(f"{reverse('desk:today')}?{urlencode(filters or {'show': 'all'})}")
