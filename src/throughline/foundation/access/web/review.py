"""Access review: emergency openings to judge, and who looked at, changed or was refused what."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from throughline.foundation.access import administration_queries, emergency_actions, review_queries
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.forms import AuditFilter, ReviewForm
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.audit.exporting import as_csv, as_ndjson
from throughline.foundation.kernel.actions import NotPermitted
from throughline.foundation.kernel.viewer import Viewer

REVIEW = Permission.REVIEW_ACCESS
FORMATS = {"csv": (as_csv, "text/csv; charset=utf-8"), "ndjson": (as_ndjson, "application/x-ndjson")}


def _sites(viewer: Viewer) -> frozenset[UUID]:
    return administration_queries.sites_where(viewer, REVIEW)


@require_GET
@page("access.review", needs=REVIEW, purpose="operations")
def openings(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List the emergency openings that wait for review, or those reviewed."""
    reviewed = request.GET.get("show") == "reviewed"
    rows = review_queries.openings(viewer, sites=_sites(viewer), reviewed=reviewed)
    return render(request, "access/openings.html", {"rows": rows, "reviewed": reviewed})


@require_http_methods(["GET", "POST"])
@page("access.review-opening", needs=REVIEW, purpose="operations")
def opening(request: HttpRequest, viewer: Viewer, break_glass_id: UUID) -> HttpResponse:
    """Show one emergency opening and take the reviewer's finding."""
    shown = review_queries.opening(viewer, break_glass_id, sites=_sites(viewer))
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        with refusals_into(form):
            emergency_actions.review_break_glass(
                break_glass_id=break_glass_id, **form.cleaned_data, by=viewer.actor, at=viewer.at
            )
            return redirect("access:review")
    return render(request, "access/opening.html", {"opening": shown, "form": form}, status=form_status(form))


def _filter(request: HttpRequest, viewer: Viewer) -> AuditFilter:
    people = administration_queries.users(viewer, among=_sites(viewer), with_closed=True)
    return AuditFilter(request.GET, people=[(str(person.id), person.name) for person in people])


@require_GET
@page("access.audit", needs=REVIEW, purpose="operations")
def audit(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the audit, filtered, newest first."""
    form = _filter(request, viewer)
    found = review_queries.audit_rows(viewer, form.search(viewer), sites=_sites(viewer), before=_place(request))
    query = request.GET.copy()
    query.pop("before", None)
    shown = {"form": form, "found": found, "query": query.urlencode(), "older": _address(found.older)}
    return render(request, "access/audit.html", shown)


def _address(place: tuple[datetime, UUID] | None) -> str:
    return f"{place[0].isoformat()}~{place[1]}" if place else ""


def _place(request: HttpRequest) -> tuple[datetime, UUID] | None:
    when, _, which = request.GET.get("before", "").partition("~")
    try:
        place = datetime.fromisoformat(when), UUID(which)
    except ValueError:
        return None
    return place if place[0].tzinfo else None


@require_GET
@page("access.export-audit", needs=REVIEW, purpose="operations")
def export(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponseBase:
    """Send the filtered audit of every site the viewer reviews as a file, line by line."""
    search = _filter(request, viewer).search(viewer)
    if not (sites := sorted(_sites(viewer))):
        raise NotPermitted("You review no site.")
    found = [
        emergency_actions.export_audit(site_id=site, search=search, viewer=viewer, by=viewer.actor, at=viewer.at)
        for site in sites
    ]
    write, content_type = FORMATS[kind]
    lines = (line for one in found for line in one)
    response = StreamingHttpResponse(write(lines), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="audit-{viewer.at:%Y-%m-%d}.{kind}"'
    return response
