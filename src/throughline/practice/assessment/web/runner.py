"""The runner: a few related questions at a time, saved as they are answered, the score and what it suggests beside."""

from dataclasses import replace
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
from throughline.practice.assessment.actions import Said, Saved
from throughline.practice.assessment.records import AssessmentRecord, Kind
from throughline.practice.assessment.rules.flow import due_places, progress
from throughline.practice.assessment.web.pages import beside, shared
from throughline.practice.assessment.web.posted import changes
from throughline.practice.assessment.web.questions import runner_context

LEAVING = {"review": "assessment:review", "close": "assessment:list"}


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
    before = queries.assessment(viewer, assessment_id)
    said = changes(request.POST, before)
    try:
        saved = _saved(request, viewer, before, said)
    except actions.UnableToAssess as refused:
        return _refused(request, viewer, before, next(iter(said), ""), str(refused))
    record, raised = replace(before, answers=saved.answers, flags=saved.flags), saved.raised
    after = next(reversed(said), "")
    if is_fragment(request) and not raised and _now_finished(before, record):
        return _leave(request, reverse("assessment:review", args=[assessment_id]))
    if request.POST.get("go") in LEAVING or not is_fragment(request):
        return _onward(request, record, after)
    if request.POST.get("quiet") and not raised and _shape(before) == _shape(record):
        return render(request, "assessment/_saved.html", {"at": viewer.at, "viewer": viewer})
    context = beside(record) | runner_context(record, at=_wanted(request, record), after=after)
    response = render(request, "assessment/_runner.html", context | {"moved": True, "fresh": bool(raised)})
    if request.POST.get("quiet"):  # more than the field has changed: a branch opened or a flag rose
        response["HX-Retarget"], response["HX-Reswap"] = "#runner", "outerHTML"
    return response


def _saved(request: HttpRequest, viewer: Viewer, before: AssessmentRecord, said: dict[str, Said]) -> Saved:
    """Keep the answers, and take the repetition away whose button was pressed. Raises UnableToAssess."""
    assessment_id = before.line.id
    saved = actions.save_answers(assessment_id=assessment_id, said=said, seen=before, by=viewer.actor, at=viewer.at)
    if gone := request.POST.get("drop", ""):
        left = actions.remove_repetition(assessment_id=assessment_id, repetition=gone, by=viewer.actor, at=viewer.at)
        saved = replace(left, raised=saved.raised)
    return saved


def _wanted(request: HttpRequest, record: AssessmentRecord) -> str:
    """Return the place asked for; after a repetition was taken away the first question of its group."""
    group = request.POST.get("drop", "").rpartition("#")[0]
    places = (place.key for place in due_places(record.instrument, record.answers))
    first = next((key for key in places if key.startswith(f"{group}#")), "") if group else ""
    return request.POST.get("to", "") or first


def _now_finished(before: AssessmentRecord, record: AssessmentRecord) -> bool:
    """Whether this answer settled the last open question of an instrument answered by picks: then comes the review."""
    if any(place.item.kind in (Kind.TEXT, Kind.STRING) for place in due_places(record.instrument, record.answers)):
        return False  # somebody may still be writing
    was, now = (progress(one.instrument, one.answers).open for one in (before, record))
    return bool(was) and not now


def _shape(record: AssessmentRecord) -> tuple[str, ...]:
    """Which questions are due: when this changes, saving one field quietly would leave the page wrong."""
    return tuple(place.key for place in due_places(record.instrument, record.answers))


def _refused(request: HttpRequest, viewer: Viewer, record: AssessmentRecord, place: str, why: str) -> HttpResponse:
    """The same questions again, the refusal above them; nothing of the form was kept."""
    context = shared(viewer, record) | runner_context(record, at=place) | {"error": why, "error_at": place}
    template = "assessment/_runner.html" if is_fragment(request) else "assessment/run.html"
    return render(request, template, context, status=422)


def _onward(request: HttpRequest, record: AssessmentRecord, after: str) -> HttpResponse:
    """To the review or the list where a button says so; without htmx to the page named, else the next question."""
    where = LEAVING.get(request.POST.get("go", ""))
    if where:
        argument = record.line.id if where == "assessment:review" else record.patient_id
        return _leave(request, reverse(where, args=[argument]))
    wanted = _wanted(request, record) or next(
        (q.place for q in runner_context(record, after=after)["questions"] if q.now), ""
    )
    address = reverse("assessment:run", args=[record.line.id])
    return redirect(f"{address}?{urlencode({'at': wanted})}" if wanted else address)


def _leave(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect; htmx is told to make the browser go there itself."""
    if not is_fragment(request):
        return redirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
