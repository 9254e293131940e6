"""The runner: a few related questions at a time, saved as they are answered, the score and what it suggests beside."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions, queries
from throughline.practice.assessment.records import AssessmentRecord
from throughline.practice.assessment.web.pages import shared
from throughline.practice.assessment.web.posted import changes
from throughline.practice.assessment.web.questions import runner_context


@require_GET
@page("assessment.run", needs=Permission.ASSESS, patient="assessment_id")
def run(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Show the questions at `?at=`, or the first open one."""
    record = queries.assessment(viewer, assessment_id)
    if record.line.signed_at is not None:
        return redirect("assessment:signed", assessment_id=assessment_id)
    context = shared(viewer, record) | runner_context(record, at=request.GET.get("at", ""))
    return render(request, "assessment/_runner.html" if is_fragment(request) else "assessment/run.html", context)


@require_POST
@page("assessment.answer", needs=Permission.ASSESS, patient="assessment_id")
def answer(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Keep what the form says differently, then show the next open question (or the page asked for)."""
    record = queries.assessment(viewer, assessment_id)
    said = changes(request.POST, record)
    try:
        actions.save_answers(assessment_id=assessment_id, said=said, by=viewer.actor, at=viewer.at)
    except actions.UnableToAssess as refused:
        return _refused(request, viewer, record, next(iter(said), ""), str(refused))
    record = queries.assessment(viewer, assessment_id)
    after = next(reversed(said), "") if said else ""
    if not is_fragment(request):
        return _onward(request, record, after)
    if request.POST.get("quiet"):
        return render(request, "assessment/_saved.html", {"at": viewer.at, "viewer": viewer})
    at = request.POST.get("to", "")
    context = shared(viewer, record) | runner_context(record, at=at, after=after) | {"moved": True}
    return render(request, "assessment/_runner.html", context)


def _refused(request: HttpRequest, viewer: Viewer, record: AssessmentRecord, place: str, why: str) -> HttpResponse:
    """The same questions again, the refusal above them; nothing of the form was kept."""
    context = shared(viewer, record) | runner_context(record, at=place) | {"error": why, "error_at": place}
    template = "assessment/_runner.html" if is_fragment(request) else "assessment/run.html"
    return render(request, template, context, status=422)


def _onward(request: HttpRequest, record: AssessmentRecord, after: str) -> HttpResponse:
    """Without htmx: to the page a button named, else to the next open question."""
    if request.POST.get("go") == "review":
        return redirect("assessment:review", assessment_id=record.line.id)
    if request.POST.get("go") == "close":
        return redirect("assessment:list", patient_id=record.patient_id)
    to = request.POST.get("to", "")
    wanted = to or next((q.place for q in runner_context(record, after=after)["questions"] if q.now), "")
    address = reverse("assessment:run", args=[record.line.id])
    return redirect(f"{address}?{urlencode({'at': wanted})}" if wanted else address)
