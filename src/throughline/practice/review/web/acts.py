"""The acts on a gap: begin its remedy, set it aside, ask about it again. One form, one action, back to the page."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.review.actions import deciding


def _back(gap_id: UUID) -> HttpResponse:
    return redirect("review:patient", patient_id=locate("gap_id", gap_id).patient_id)


@require_POST
@page("review.mend", needs=Permission.WORK_CASE, patient="gap_id")
def mend(request: HttpRequest, viewer: Viewer, gap_id: UUID) -> HttpResponse:
    """Begin what mends the gap: an assessment opens, a task is added, or the plan is shown where it is broken."""
    begun = deciding.mend(gap_id=gap_id, by=viewer.actor, at=viewer.at)
    if begun.assessment_id:
        return redirect("assessment:run", assessment_id=begun.assessment_id)
    if begun.task_id:
        messages.success(request, "Task added, due in a week. It stands under way here until it is done.")
        return _back(gap_id)
    plan = reverse("careplan:plan", args=[locate("gap_id", gap_id).patient_id])
    return redirect(f"{plan}#{begun.place}")


@require_POST
@page("review.dismiss", needs=Permission.WORK_CASE, patient="gap_id")
def dismiss(request: HttpRequest, viewer: Viewer, gap_id: UUID) -> HttpResponse:
    """Set the gap aside until the day given, with the reason."""
    try:
        day = date.fromisoformat(request.POST.get("review_on", ""))
    except ValueError as wrong:
        raise deciding.UnableToMendGap("Enter the day on which it is asked about again, such as 2026-03-14.") from wrong
    reason = request.POST.get("reason", "")
    deciding.dismiss(gap_id=gap_id, reason=reason, review_on=day, by=viewer.actor, at=viewer.at)
    messages.success(request, f"Set aside until {day:%b} {day.day}.")
    return _back(gap_id)


@require_POST
@page("review.reopen", needs=Permission.WORK_CASE, patient="gap_id")
def reopen(request: HttpRequest, viewer: Viewer, gap_id: UUID) -> HttpResponse:
    """Ask about a gap that was set aside again."""
    deciding.reopen(gap_id=gap_id, by=viewer.actor, at=viewer.at)
    messages.success(request, "It is asked about again.")
    return _back(gap_id)
