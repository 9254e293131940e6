"""The patient on one page: what matters to her, what is due, what is known with its source and age, the story."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from throughline.edge.desk.web.overview import overview_context
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.cases import actions as cases
from throughline.record.cases import queries as case_queries


@require_GET
@page("desk.patient", needs=Permission.SEE_PATIENT, patient="patient_id")
def overview(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the whole patient on one page; a record that was merged leads to the one it was merged into."""
    context = overview_context(request, viewer, patient_id)
    if survivor := context["identity"].merged_into:
        return redirect("desk:patient", patient_id=survivor)
    return render(request, "desk/patient.html", context)


@require_GET
@page("desk.story", needs=Permission.SEE_PATIENT, patient="patient_id")
def story(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show older lines of the story, or those of some kinds."""
    context = overview_context(request, viewer, patient_id, story_only=is_fragment(request)) | {"tab": "story"}
    return render(request, "desk/_story.html" if is_fragment(request) else "desk/story.html", context)


@require_http_methods(["GET", "POST"])
@page("desk.what-matters", needs=Permission.WORK_CASE, patient="patient_id")
def what_matters(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Record what matters to the patient in her own words; a change by somebody else is shown, never overwritten."""
    case = case_queries.open_case_of(viewer, patient_id)
    if case is None:
        raise Refusal("Open a case first; what matters to the patient is kept with it.")
    context = {"case": case, "patient_id": patient_id, "words": case.matters_most, "version": case.version}
    if request.method == "GET":
        return render(request, "desk/what_matters.html", context)
    words, language = request.POST.get("words", ""), request.POST.get("language", "en")
    try:
        cases.record_what_matters(
            case_id=case.id,
            words=words,
            language=language,
            version=int(request.POST.get("version") or 0),
            by=viewer.actor,
            at=viewer.at,
        )
    except cases.ChangedMeanwhile as changed:
        context |= {"conflict": str(changed), "yours": words, "theirs": case.matters_most}
        return render(request, "desk/what_matters.html", context, status=409)
    return redirect("desk:patient", patient_id=patient_id)
