"""Closing a case: why, what was reached, and what becomes of everything that is still to come."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import queries as caseload
from throughline.practice.coordination.actions import closing as actions
from throughline.practice.coordination.queries import appointments, referrals, sharing
from throughline.practice.coordination.rules import referring
from throughline.practice.coordination.web.team import patient_context
from throughline.record.cases import queries as cases
from throughline.record.cases import rules as case_rules


@require_http_methods(["GET", "POST"])
@page("coordination.close-case", needs=Permission.ENROL, patient="case_id")
def close(request: HttpRequest, viewer: Viewer, case_id: UUID) -> HttpResponse:
    """Show what a closing leaves behind, or close the case as it was said; a refusal keeps everything typed."""
    case = cases.case(viewer, case_id)
    if case.state == "closed":
        return redirect("cases:case", case_id=case_id)
    if request.method == "GET":
        return render(request, "coordination/close_case.html", _context(viewer, case, {}))
    try:
        _close(request, viewer, case)
    except Refusal as refusal:
        context = _context(viewer, case, request.POST) | {"error": str(refusal)}
        return render(request, "coordination/close_case.html", context, status=422)
    messages.success(request, "Case closed; what goes on stands with its owner.")
    return redirect("cases:case", case_id=case_id)


def _close(request: HttpRequest, viewer: Viewer, case: Any) -> None:
    sent = request.POST
    visits = [
        actions.VisitLeft(
            appointment_id=visit.id,
            choice=sent.get(f"visit-{visit.id}", actions.KEEP),
            owner_id=_uuid(sent.get(f"to-{visit.id}", "")),
        )
        for visit in appointments.to_come(viewer, case.patient_id)
    ]
    links = [link for link in map(_uuid, sent.getlist("link")) if link]
    actions.close_case(
        case_id=case.id, reason=sent.get("reason", ""), summary=sent.get("summary", ""), visits=visits, links=links,
        by=viewer.actor, at=viewer.at,
    )  # fmt: skip


def _uuid(text: str) -> UUID | None:
    return entered_id(text) if text else None


def _context(viewer: Viewer, case: Any, typed: Any) -> dict[str, Any]:
    visits = appointments.to_come(viewer, case.patient_id)
    return patient_context(viewer, case.patient_id, "plan") | {
        "closing": case,
        "typed": typed,
        "reasons": case_rules.CLOSE_REASONS.items(),
        "visits": [
            (visit, typed.get(f"visit-{visit.id}", actions.KEEP), typed.get(f"to-{visit.id}", "")) for visit in visits
        ],
        "colleagues": [(str(key), name) for key, name in caseload.colleagues(viewer, case.site_id)],
        "links": sharing.links_of(viewer, case.patient_id),
        "referrals": [r for r in referrals.referrals_of(viewer, case.patient_id) if r.state in referring.OPEN],
    }  # fmt: skip
