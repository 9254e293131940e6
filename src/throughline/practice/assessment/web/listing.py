"""The patient's assessments and needs, beginning one, and the blank form for paper."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions, queries
from throughline.practice.assessment.actions import MODES, Sitting
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.web.blank import blank_lines
from throughline.record.people import queries as people

FIRST = ("comprehensive", "phq2", "phq9", "gad7", "auditc", "ahc_hrsn")
SEX = {"male": "male", "female": "female"}


@require_GET
@page("assessment.list", needs=Permission.SEE_PATIENT, patient="patient_id")
def assessments(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show what was assessed, what is open, and the needs that stand."""
    known = sorted(library.instruments().values(), key=lambda i: (i.id not in FIRST, i.short_title.lower()))
    identity = people.identity(viewer, patient_id)
    found = queries.assessments_of(viewer, patient_id)
    context = {
        "identity": identity,
        "patient_id": patient_id,
        "unfinished": [line for line in found if line.signed_at is None],
        "signed": [line for line in found if line.signed_at is not None],
        "needs": queries.needs_of(viewer, patient_id),
        "asked": [i for i in known if i.shows_wording],
        "entered": [i for i in known if not i.shows_wording],
        "modes": MODES.items(),
        "may_assess": viewer.may(Permission.ASSESS, identity.site_id),
        "tab": "assessments",
    }
    return render(request, "assessment/list.html", context)


@require_POST
@page("assessment.start", needs=Permission.ASSESS, patient="patient_id")
def start(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Begin an instrument, or go on with the one that is open."""
    identity = people.identity(viewer, patient_id)
    sitting = Sitting(
        mode=request.POST.get("mode", "interview"),
        language=request.POST.get("language", "en"),
        respondent=request.POST.get("respondent", ""),
        context={"sex": SEX[identity.gender]} if identity.gender in SEX else {},
    )
    made = actions.start_assessment(
        patient_id=patient_id,
        instrument=request.POST.get("instrument", ""),
        sitting=sitting,
        by=viewer.actor,
        at=viewer.at,
    )
    return redirect("assessment:run", assessment_id=made)


@require_GET
@page("assessment.blank", needs=None)
def blank(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Show an instrument to be printed and filled by hand; only those whose wording may be shown."""
    instrument = library.instruments().get(key)
    if instrument is None or not instrument.shows_wording:
        raise Http404
    return render(request, "assessment/blank.html", {"instrument": instrument, "lines": blank_lines(instrument)})
