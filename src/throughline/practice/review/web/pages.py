"""The pages of review: a patient's gaps and what is in order, one fact as evidence, the caseload, the checks."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.review.actions import looking
from throughline.practice.review.queries import continuity, evidence, gaps
from throughline.practice.review.rules.continuity import FORMULAS
from throughline.practice.review.rules.library import checks
from throughline.practice.review.web import shown
from throughline.practice.review.web.trends import trends
from throughline.record.cases import queries as cases
from throughline.record.people import queries as people


@require_GET
@page("review.patient", needs=Permission.SEE_PATIENT, patient="patient_id")
def patient(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show what is missing and what was checked and found in order; what changed since the last look is looked at."""
    return render(request, "review/patient.html", patient_context(viewer, patient_id))


def patient_context(viewer: Viewer, patient_id: UUID) -> dict[str, Any]:
    """Return what the page of a patient's gaps shows."""
    identity = people.identity(viewer, patient_id)
    found = gaps.review_of(viewer, patient_id)
    if found.case_id is not None and found.stale:
        looking.look(case_id=found.case_id, by=looking.LOOKER, at=viewer.at)
        found = gaps.review_of(viewer, patient_id)
    sections = {
        name: shown.check_lines(found.checked, status, patient_id, viewer)
        for name, status in (
            ("under_way", shown.UNDER_WAY), ("coming", shown.COMING), ("in_order", shown.IN_ORDER),
            ("not_needed", shown.NOT_NEEDED), ("declined", shown.DECLINED),
        )
    }  # fmt: skip
    weeks = continuity.of_case(viewer, patient_id)[:12]
    return sections | {
        "identity": identity,
        "patient_id": patient_id,
        "case": cases.open_case_of(viewer, patient_id),
        "found": found,
        "open": [shown.gap_line(gap, viewer) for gap in found.open],
        "dismissed": [shown.gap_line(gap, viewer) for gap in found.dismissed],
        "weeks": weeks,
        "trends": trends(weeks, viewer),
        "formulas": FORMULAS,
        "may": viewer.may(Permission.WORK_CASE, identity.site_id),
        "viewer": viewer,
        "tab": "review",
    }


@require_GET
@page("review.fact", needs=Permission.SEE_PATIENT, patient="patient_id")
def fact(request: HttpRequest, viewer: Viewer, patient_id: UUID, fact_kind: str, fact_id: UUID) -> HttpResponse:
    """Show one fact of the chart that a finding rests on, with its codes, times and source."""
    context = {
        "identity": people.identity(viewer, patient_id),
        "patient_id": patient_id,
        "case": cases.open_case_of(viewer, patient_id),
        "fact": evidence.chart_fact(viewer, patient_id, fact_kind, fact_id),
        "viewer": viewer,
        "tab": "review",
    }
    return render(request, "review/fact.html", context)


@require_GET
@page("review.caseload", needs=Permission.WORK_CASE)
def caseload(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the open gaps of her cases, or of every case she sees, by kind and oldest first, and the continuity."""
    whole = request.GET.get("show") == "all"
    kind = request.GET.get("check", "")
    rows, end = gaps.caseload_gaps(viewer, whole=whole, check=kind, after=_gap_id(request.GET.get("after", "")))
    weeks = continuity.of_caseload(viewer, whole=whole)
    context = {
        "rows": [shown.gap_line(gap, viewer) for gap in rows],
        "kinds": gaps.gap_counts(viewer, whole=whole),
        "kind": kind,
        "whole": whole,
        "weeks": weeks,
        "trends": trends(weeks, viewer),
        "formulas": FORMULAS,
        "end": end,
    }
    return render(request, "review/caseload.html", context)


def _gap_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None  # a page that was never given out starts at the beginning


@require_GET
@page("review.checks", needs=None)
def library_page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show every check the library knows, with its day, its citation and who reviewed it."""
    return render(request, "review/checks.html", {"checks": checks()})
