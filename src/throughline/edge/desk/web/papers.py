"""The button that puts the care plan on paper."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from throughline.edge.desk.papers import draft_plan
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer


@require_POST
@page("desk.plan-paper", needs=Permission.WORK_CASE, patient="patient_id")
def plan_paper(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Draft the plan for the patient or for clinicians and show the draft."""
    audience, _, language = request.POST.get("paper", "patient-en").partition("-")
    document_id = draft_plan(viewer, patient_id, audience=audience, language=language)
    return redirect("documents:document", document_id=document_id)
