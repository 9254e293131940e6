"""The patient on one page: what matters to her, what is due, what is known with its source and age, the story."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from throughline.edge.desk.web.overview import overview_context
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts.web.conflicts import conflict, say_merged, settle
from throughline.foundation.journal import queries as journal
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.cases import actions as cases
from throughline.record.cases import queries as case_queries

MATTERS: dict[str, Any] = {
    "words": gettext_lazy("In the patient's own words"),
    "language": gettext_lazy("Language of the words"),
}


@require_GET
@page("desk.patient", needs=Permission.SEE_PATIENT, patient="patient_id")
def overview(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the whole patient on one page."""
    return render(request, "desk/patient.html", overview_context(request, viewer, patient_id))


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
    now = {"words": case.matters_most, "language": case.matters_most_language or "en"}
    if request.method != "POST":
        return render(request, "desk/what_matters.html", {"case": case, "patient_id": patient_id, "now": now})
    settled, changed_by = settle(request, MATTERS, now), _said_last_by(viewer, patient_id)
    back = reverse("desk:patient", args=[patient_id])
    if settled.conflicts:
        return conflict(request, settled, changed_by=changed_by, back=back, about=_("What matters"))
    try:
        cases.record_what_matters(
            case_id=case.id, **settled.values, version=case.version, by=viewer.actor, at=viewer.at
        )
    except cases.ChangedMeanwhile as changed:
        raise Refusal(_("It was changed this very moment. Send it again; your words are kept.")) from changed
    say_merged(request, settled, MATTERS, changed_by=changed_by)
    return redirect("desk:patient", patient_id=patient_id)


def _said_last_by(viewer: Viewer, patient_id: UUID) -> str:
    """Return who wrote down last what matters to the patient."""
    told = journal.timeline(viewer, patient_id, kinds=["cases.what-matters-recorded"], limit=1).lines
    return told[0].actor_name if told else _("A colleague")
