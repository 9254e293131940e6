"""What colleagues may and can do, on one page with its form."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import compact, queries
from throughline.practice.caseload.actions import QualificationIn, end_qualification, record_qualification
from throughline.practice.caseload.actions.qualifications import KINDS
from throughline.practice.caseload.records import Qualification


@require_http_methods(["GET", "POST"])
@page("caseload.qualifications", needs=Permission.SUPERVISE)
def qualifications(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show licences, certificates, competences and languages of each colleague; record one, or end one."""
    if request.method == "GET":
        return render(request, "caseload/qualifications.html", _context(viewer))
    post, site_id = request.POST, _id(request, "site")
    if post.get("end"):
        end_qualification(site_id=site_id, qualification_id=_id(request, "end"), by=viewer.actor, at=viewer.at)
    else:
        given = QualificationIn(
            kind=post.get("kind", ""), name=post.get("name", ""), state=post.get("state", ""),
            number=post.get("number", ""), expires_on=_day(post.get("expires_on", "")),
            multistate=post.get("multistate") == "1",
        )  # fmt: skip
        user_id = _id(request, "user")
        record_qualification(site_id=site_id, user_id=user_id, qualification=given, by=viewer.actor, at=viewer.at)
    messages.success(request, "Saved.")
    return redirect("caseload:qualifications")


def _context(viewer: Viewer) -> dict[str, Any]:
    sites = []
    for site_id in sorted((s for s in viewer.site_ids if viewer.may(Permission.SUPERVISE, s)), key=str):
        held = queries.qualifications_at(viewer, site_id)
        people = queries.colleagues(viewer, site_id)
        rows = [(user_id, name, [(_words(q), q) for q in held if q.user_id == user_id]) for user_id, name in people]
        sites.append({"id": site_id, "name": queries.site_name(viewer, site_id), "people": people, "rows": rows})
    return {"sites": sites, "kinds": KINDS.items(), "compact": compact.parties().values()}


def _words(held: Qualification) -> str:
    """Return what a colleague holds in words: a language by its name, everything else as it was recorded."""
    return queries.LANGUAGES.get(held.name.lower(), held.name) if held.kind == "language" else held.name


def _id(request: HttpRequest, field: str) -> UUID:
    return entered_id(request.POST.get(field, ""))


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError as error:
        raise Refusal("Enter the last day such as 2027-03-14.") from error
