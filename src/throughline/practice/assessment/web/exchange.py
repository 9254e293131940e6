"""An assessment as a QuestionnaireResponse, given out and taken in; its instrument as a Questionnaire."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions, queries
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.calculating import with_calculated
from throughline.practice.assessment.rules.fhir_questionnaire_out import to_questionnaire
from throughline.practice.assessment.rules.fhir_response import to_response

LARGEST = 1_000_000


@require_GET
@page("assessment.response", needs=Permission.SEE_PATIENT, patient="assessment_id")
def response(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Give the answers that count, and what is calculated of them, as a QuestionnaireResponse."""
    record = queries.assessment(viewer, assessment_id)
    status = "completed" if record.line.signed_at else "in-progress"
    made = to_response(record.instrument, with_calculated(record.instrument, record.answers), status)
    made |= {
        "id": str(assessment_id),
        "language": record.language,
        "subject": {"reference": f"Patient/{record.patient_id}"},
        "authored": (record.line.signed_at or viewer.at).isoformat(),
        "author": {"display": record.line.signed_by or record.line.started_by},
    }
    return JsonResponse(made, content_type="application/fhir+json")


@require_GET
@page("assessment.questionnaire", needs=None)
def questionnaire(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Give an instrument as a Questionnaire, licence and canonical URL on it; only those whose wording may be shown."""
    instrument = library.instruments().get(key)
    if instrument is None or not instrument.shows_wording:
        raise Http404
    wanted = request.GET.get("language", "")
    language = wanted if wanted in instrument.languages else instrument.languages[0]
    return JsonResponse(to_questionnaire(instrument, language), content_type="application/fhir+json")


@require_POST
@page("assessment.take-in", needs=Permission.ASSESS, patient="patient_id")
def take_in(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Take the answers of a QuestionnaireResponse over, to be looked through and signed."""
    sent = request.FILES.get("response")
    try:
        if sent is None or sent.size is None or sent.size > LARGEST:
            raise ValueError("too large or not there")
        found = json.loads(sent.read())
        if not isinstance(found, dict):
            raise ValueError("no resource")
    except ValueError as wrong:
        raise actions.UnableToAssess("Choose a file that holds one FHIR QuestionnaireResponse as JSON.") from wrong
    made = actions.take_in_response(
        patient_id=patient_id, instrument=request.POST.get("instrument", ""), response=found, by=viewer.actor,
        at=viewer.at,
    )  # fmt: skip
    return redirect("assessment:review", assessment_id=made)
