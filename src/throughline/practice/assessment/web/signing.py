"""Review, signature, the signed assessment with its needs and addenda."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions, queries
from throughline.practice.assessment.rules.conclusions import conclusions, unwritten
from throughline.practice.assessment.rules.flow import progress
from throughline.practice.assessment.web.pages import shared
from throughline.practice.assessment.web.questions import lines_of


@require_http_methods(["GET", "POST"])
@page("assessment.review", needs=Permission.ASSESS, patient="assessment_id")
def review(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Show every answer before the signature, and sign."""
    record = queries.assessment(viewer, assessment_id)
    if record.line.signed_at is not None:
        return redirect("assessment:signed", assessment_id=assessment_id)
    context = shared(viewer, record) | {
        "lines": lines_of(record),
        "open": progress(record.instrument, record.answers).required_open,
        "unwritten": unwritten(record.instrument, record.answers),
        "conclusions": conclusions(record.instrument, record.answers, record.language),
    }
    if request.method == "GET":
        return render(request, "assessment/review.html", context)
    try:
        actions.sign_assessment(assessment_id=assessment_id, by=viewer.actor, at=viewer.at)
    except actions.UnableToAssess as refused:
        return render(request, "assessment/review.html", context | {"error": str(refused)}, status=422)
    return redirect("assessment:signed", assessment_id=assessment_id)


@require_GET
@page("assessment.signed", needs=Permission.SEE_PATIENT, patient="assessment_id")
def signed(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Show a signed assessment: its result, answers, addenda, and the needs it points to."""
    record = queries.assessment(viewer, assessment_id)
    if record.line.signed_at is None:
        return redirect("assessment:run", assessment_id=assessment_id)
    standing = queries.needs_of(viewer, record.patient_id, only_open=True)
    known = {need.omaha for need in standing if need.omaha is not None}
    context = shared(viewer, record) | {
        "lines": lines_of(record, only_settled=True),
        "conclusions": conclusions(record.instrument, record.answers, record.language),
        "standing": standing,
        "known": known,
        "may_assess": viewer.may(Permission.ASSESS, record.site_id),
    }
    return render(request, "assessment/signed.html", context)


@require_POST
@page("assessment.addendum", needs=Permission.ASSESS, patient="assessment_id")
def addendum(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Write a correction beside the signed assessment."""
    actions.write_addendum(
        assessment_id=assessment_id, text=request.POST.get("text", ""), by=viewer.actor, at=viewer.at
    )
    return redirect("assessment:signed", assessment_id=assessment_id)


@require_POST
@page("assessment.give-up", needs=Permission.ASSESS, patient="assessment_id")
def give_up(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Give up an assessment begun by mistake or broken off, with the reason; its answers and flags are kept."""
    patient_id = queries.assessment(viewer, assessment_id).patient_id
    reason = request.POST.get("reason", "")
    actions.give_up(assessment_id=assessment_id, reason=reason, by=viewer.actor, at=viewer.at)
    return redirect("assessment:list", patient_id=patient_id)


@require_POST
@page("assessment.needs", needs=Permission.ASSESS, patient="assessment_id")
def needs(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Raise the needs that were ticked."""
    chosen = request.POST.getlist("need")
    made = actions.adopt_needs(assessment_id=assessment_id, chosen=chosen, by=viewer.actor, at=viewer.at)
    messages.success(request, f"{len(made)} needs stand now." if len(made) != 1 else "1 need stands now.")
    return redirect("assessment:signed", assessment_id=assessment_id)


@require_POST
@page("assessment.close-need", needs=Permission.ASSESS, patient="need_id")
def close(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Close a need as met, declined or withdrawn."""
    status, reason = request.POST.get("status", ""), request.POST.get("reason", "")
    actions.close_need(need_id=need_id, status=status, reason=reason, by=viewer.actor, at=viewer.at)
    return redirect("assessment:list", patient_id=queries.need(viewer, need_id).patient_id)
