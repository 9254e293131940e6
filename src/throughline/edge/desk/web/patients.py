"""The Patients list: whose, which, in what order, fifty at a time; saved views of one's own."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from throughline.edge.desk.web import roster_rows
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import actions
from throughline.practice.caseload import queries as caseload
from throughline.practice.caseload.records import RosterAsked
from throughline.record.cases.programmes import programmes
from throughline.record.cases.rules import STATE_WORDS

SCOPES = (("mine", "My patients"), ("team", "My team"), ("site", "All I may see"))
COLUMNS = (("name", "Name"), ("age", "Age"), ("owner", "Owner"), ("contact", "Last contact"), ("opened", "Opened"))
FILTERS = ("scope", "site", "programme", "state", "order")


def _asked(request: HttpRequest, viewer: Viewer) -> tuple[RosterAsked, dict[str, str]]:
    """Return what the address asks for, and the filters that differ from the page's own."""
    picked = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    mine = viewer.may(Permission.WORK_CASE) and not viewer.wide_sites
    scope = picked.get("scope", "mine" if mine else "site")
    try:
        site_id = UUID(picked["site"]) if "site" in picked else None
    except ValueError:
        site_id = None
    asked = RosterAsked(
        scope=scope if scope in dict(SCOPES) else "mine",
        site_id=site_id,
        programme=picked.get("programme", ""),
        state=picked["state"] if picked.get("state") in STATE_WORDS else "",
        order=picked["order"] if picked.get("order") in caseload.ORDERS else "name",
        after=request.GET.get("after", ""),
    )
    return asked, picked


@require_GET
@page("desk.patients", needs=Permission.SEARCH_PATIENTS)
def patients(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show one page of the patients the viewer may see."""
    asked, picked = _asked(request, viewer)
    found = caseload.roster(viewer, asked)
    views = [view for view in found.views if view.filters.get("page") == "patients"]
    context = {
        "roster": found,
        "rows": roster_rows.markup(found.rows),
        "asked": asked,
        "scopes": [(key, words, _link(picked, scope=key)) for key, words in SCOPES],
        "columns": [(key, words, _link(picked, order=key)) for key, words in COLUMNS],
        "programmes": [(item.key, item.title) for item in programmes().values()],
        "states": STATE_WORDS.items(),
        "views": [(view, _link({k: v for k, v in view.filters.items() if k != "page"})) for view in views],
        "picked": picked,
        "older": _link(picked, after=found.older) if found.older else "",
    }
    return render(request, "desk/patients.html", context)


def _link(picked: dict[str, str], **change: str) -> str:
    return f"{reverse('desk:patients')}?{urlencode(picked | change)}"


@require_POST
@page("desk.save-patients-view", needs=Permission.WORK_CASE)
def save_view_page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep the filters shown under a name, or remove a saved view."""
    if request.POST.get("delete"):
        actions.delete_view(view_id=entered_id(request.POST["delete"]), by=viewer.actor, at=viewer.at)
        return redirect("desk:patients")
    filters = {name: request.POST[name] for name in FILTERS if request.POST.get(name)}
    kept = filters | {"page": "patients"}
    actions.save_view(name=request.POST.get("name", ""), filters=kept, by=viewer.actor, at=viewer.at)
    return redirect(_link(filters))
