"""A document as evidence: one that shows an action was done, or speaks for a need."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions as assessment
from throughline.practice.assessment import queries as needs
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.records import EvidenceFact
from throughline.practice.careplan.web.acts import back
from throughline.record.documents import queries as documents
from throughline.record.people import queries as people


def offered(viewer: Viewer, patient_id: UUID) -> list[tuple[UUID, str, datetime]]:
    """Return the documents and files of a patient as (id, what it is, when), the latest first."""
    made = [(one.id, f"Document: {one.title}", one.created_at) for one in documents.documents_of(viewer, patient_id)]
    made += [(one.id, f"File kept: {one.name}", one.added_at) for one in documents.files_of(viewer, patient_id)]
    return sorted(made, key=lambda one: one[2], reverse=True)


def _chosen(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> tuple[UUID, str, datetime]:
    wanted = request.POST.get("document", "")
    found = next((one for one in offered(viewer, patient_id) if str(one[0]) == wanted), None)
    if found is None:
        raise actions.UnableToPlan("Choose a document from the list.")
    return found


def _ask(request: HttpRequest, viewer: Viewer, patient_id: UUID, about: str) -> HttpResponse:
    context = {
        "identity": people.identity(viewer, patient_id), "patient_id": patient_id, "about": about,
        "offered": offered(viewer, patient_id), "tab": "plan",
    }  # fmt: skip
    return render(request, "careplan/document.html", context)


@require_http_methods(["GET", "POST"])
@page("careplan.show-action", needs=Permission.WORK_CASE, patient="plan_action_id")
def action(request: HttpRequest, viewer: Viewer, plan_action_id: UUID) -> HttpResponse:
    """Choose the document that shows an action was done, and close the action by it."""
    patient_id = locate("plan_action_id", plan_action_id).patient_id
    assert patient_id is not None
    if request.method == "GET":
        rows = [one for thread in queries.threads(viewer, patient_id) for one in thread.actions]
        return _ask(request, viewer, patient_id, next((one.text for one in rows if one.id == plan_action_id), ""))
    key, sentence, when = _chosen(request, viewer, patient_id)
    shown = EvidenceFact("document", str(key), sentence, when, viewer.actor.name)
    actions.show_by_document(plan_action_id=plan_action_id, document=shown, by=viewer.actor, at=viewer.at)
    return back(patient_id, request)


@require_http_methods(["GET", "POST"])
@page("careplan.show-need", needs=Permission.PLAN_CARE, patient="need_id")
def need(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Choose a document that speaks for a need."""
    found = needs.need(viewer, need_id)
    if request.method == "GET":
        return _ask(request, viewer, found.patient_id, found.text)
    key, sentence, _when = _chosen(request, viewer, found.patient_id)
    assessment.add_evidence(
        need_id=need_id, kind="document", source_id=key, sentence=sentence, by=viewer.actor, at=viewer.at
    )
    return back(found.patient_id, request, f"#need-{need_id}")
