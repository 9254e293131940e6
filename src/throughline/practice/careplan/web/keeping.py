"""The forms beside goals and actions: barriers, wishes, progress, importance, ratings, done by hand, sign-off."""

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions as assessment
from throughline.practice.assessment.actions import HORIZONS, PRIORITIES
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.web.acts import back
from throughline.practice.caseload import queries as caseload
from throughline.record.people import queries as people


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _need(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("need_id", ""))
    except ValueError:
        return None


@require_POST
@page("careplan.done", needs=Permission.WORK_CASE, patient="plan_action_id")
def done(request: HttpRequest, viewer: Viewer, plan_action_id: UUID) -> HttpResponse:
    """Close an action by hand with what was done."""
    words = request.POST.get("words", "")
    actions.mark_done(plan_action_id=plan_action_id, words=words, by=viewer.actor, at=viewer.at)
    return back(locate("plan_action_id", plan_action_id).patient_id, request)


@require_POST
@page("careplan.barrier", needs=Permission.PLAN_CARE, patient="need_id")
def barrier(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Say what stands in the way."""
    domain, text = request.POST.get("domain", ""), request.POST.get("text", "")
    actions.add_barrier(need_id=need_id, domain=domain, text=text, by=viewer.actor, at=viewer.at)
    return back(locate("need_id", need_id).patient_id, request, f"#need-{need_id}")


@require_POST
@page("careplan.end-barrier", needs=Permission.PLAN_CARE, patient="barrier_id")
def end_barrier(request: HttpRequest, viewer: Viewer, barrier_id: UUID) -> HttpResponse:
    """Say what became of a barrier."""
    status, outcome = request.POST.get("status", ""), request.POST.get("outcome", "")
    actions.end_barrier(barrier_id=barrier_id, status=status, outcome=outcome, by=viewer.actor, at=viewer.at)
    return back(locate("barrier_id", barrier_id).patient_id, request)


@require_POST
@page("careplan.state", needs=Permission.PLAN_CARE, patient="patient_id")
def state(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Keep a preference, the emergency plan or the backup plan."""
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
    actions.state(patient_id=patient_id, kind=kind, text=text, need_id=_need(request), by=viewer.actor, at=viewer.at)
    return back(patient_id, request)


@require_POST
@page("careplan.end-statement", needs=Permission.PLAN_CARE, patient="statement_id")
def end_statement(request: HttpRequest, viewer: Viewer, statement_id: UUID) -> HttpResponse:
    """End what holds no longer."""
    actions.end_statement(statement_id=statement_id, by=viewer.actor, at=viewer.at)
    return back(locate("statement_id", statement_id).patient_id, request)


@require_POST
@page("careplan.progress", needs=Permission.WORK_CASE, patient="goal_id")
def progress(request: HttpRequest, viewer: Viewer, goal_id: UUID) -> HttpResponse:
    """Say how far a goal has come."""
    level, note = _number(request, "level"), request.POST.get("note", "")
    actions.note_progress(
        goal_id=goal_id, level=-1 if level is None else level, note=note, by=viewer.actor, at=viewer.at
    )
    return back(locate("goal_id", goal_id).patient_id, request)


@require_POST
@page("careplan.target", needs=Permission.PLAN_CARE, patient="goal_id")
def target(request: HttpRequest, viewer: Viewer, goal_id: UUID) -> HttpResponse:
    """Set the target of a measured goal about a number that is the patient's own."""
    try:
        middle, within = (Decimal(request.POST.get(name, "").strip()) for name in ("middle", "within"))
    except InvalidOperation as wrong:
        raise actions.UnableToPlan("Say her own number, and how far from it she may be: 70, within 2.") from wrong
    if not (middle.is_finite() and within.is_finite() and middle < 100_000):
        raise actions.UnableToPlan("Say her own number, and how far from it she may be: 70, within 2.")
    unit = request.POST.get("unit", "")
    actions.set_target(goal_id=goal_id, middle=middle, within=within, unit=unit, by=viewer.actor, at=viewer.at)
    return back(locate("goal_id", goal_id).patient_id, request, f"#goal-{goal_id}")


@require_POST
@page("careplan.importance", needs=Permission.PLAN_CARE, patient="goal_id")
def importance(request: HttpRequest, viewer: Viewer, goal_id: UUID) -> HttpResponse:
    """Keep how much a goal matters to the patient."""
    given = _number(request, "importance")
    actions.set_importance(goal_id=goal_id, importance=-1 if given is None else given, by=viewer.actor, at=viewer.at)
    return back(locate("goal_id", goal_id).patient_id, request)


@require_POST
@page("careplan.rate", needs=Permission.WORK_CASE, patient="need_id")
def rate(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Keep knowledge, behavior and status of a problem."""
    given = {part: _number(request, part) for part in ("knowledge", "behavior", "status")}
    occasion = request.POST.get("occasion", "")
    actions.rate_need(need_id=need_id, ratings=given, occasion=occasion, by=viewer.actor, at=viewer.at)
    return back(locate("need_id", need_id).patient_id, request, f"#need-{need_id}")


@require_POST
@page("careplan.sign", needs=Permission.PLAN_CARE, patient="version_id")
def sign(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """Sign an agreed version off."""
    actions.sign_version(version_id=version_id, by=viewer.actor, at=viewer.at)
    return back(locate("version_id", version_id).patient_id, request, "#h-agree")


@require_POST
@page("careplan.needs", needs=Permission.PLAN_CARE, patient="patient_id")
def needs(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Take up needs the record points to, or set one aside with a reason."""
    offered = queries.pointed_needs(viewer, patient_id)
    aside = next((one for one in offered if one.key == request.POST.get("aside")), None)
    if aside is not None:
        reason = request.POST.get(f"reason:{aside.key}", "")
        actions.decline(
            patient_id=patient_id, key=aside.key, text=aside.need.text, reason=reason, by=viewer.actor, at=viewer.at
        )
    else:
        chosen = request.POST.getlist("pointed")
        actions.adopt_needs(patient_id=patient_id, offered=offered, chosen=chosen, by=viewer.actor, at=viewer.at)
    return back(patient_id, request)


@require_POST
@page("careplan.raise-need", needs=Permission.PLAN_CARE, patient="patient_id")
def raise_need(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Raise a need by hand: what it is, its domain, what speaks for it, in whose words."""
    post = request.POST
    problem = post.get("omaha", "")
    need = SuggestedNeed(
        id=f"hand-{viewer.at.isoformat()}",
        text=post.get("text", "").strip()[:300],
        domain=post.get("domain", "physical"),
        omaha=int(problem) if problem in map(str, library.problems()) else None,
        icd10=(),
        priority=post.get("priority", "") if post.get("priority") in PRIORITIES else "medium",
        horizon=post.get("horizon", "") if post.get("horizon") in HORIZONS else "immediate",
        evidence=tuple(filter(None, (post.get("evidence", "").strip(),))),
        words=tuple(filter(None, (post.get("words", "").strip(),))),
    )
    assessment.raise_need(patient_id=patient_id, need=need, by=viewer.actor, at=viewer.at)
    return back(patient_id, request)


@require_http_methods(["GET", "POST"])
@page("careplan.assign", needs=Permission.WORK_CASE, patient="plan_action_id")
def assign(request: HttpRequest, viewer: Viewer, plan_action_id: UUID) -> HttpResponse:
    """Give an action to a colleague, or offer it, who then accepts or declines."""
    place = locate("plan_action_id", plan_action_id)
    assert place.patient_id is not None
    if request.method == "GET":
        found = [a for t in queries.threads(viewer, place.patient_id) for a in t.actions if a.id == plan_action_id]
        context = {
            "identity": people.identity(viewer, place.patient_id),
            "patient_id": place.patient_id,
            "action": found[0],
            "colleagues": caseload.colleagues(viewer, place.site_id) if place.site_id else [],
            "tab": "plan",
        }
        return render(request, "careplan/assign.html", context)
    owner = entered_id(request.POST.get("owner", ""), "Choose a colleague from the list.")
    offer = request.POST.get("how") == "offer"
    actions.hand_over(plan_action_id=plan_action_id, owner_id=owner, offer=offer, by=viewer.actor, at=viewer.at)
    return back(place.patient_id, request)
