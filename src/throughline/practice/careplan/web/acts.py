"""The acts of the plan page: one form, one action, back to the plan."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.entered import entered_id, entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import ActionIn, Chosen, GoalIn
from throughline.practice.careplan.rules.threads import sentences
from throughline.record.chart import queries as chart


def back(patient_id: UUID | None, request: HttpRequest, mark: str = "") -> HttpResponse:
    """Go back to the plan, at a place of it, with the pathways chosen by hand still chosen."""
    chosen = urlencode([("pathway", key) for key in request.POST.getlist("pathway")])
    address = reverse("careplan:plan", args=[patient_id])
    return redirect(f"{address}{f'?{chosen}' if chosen else ''}{mark}")


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as wrong:
        raise actions.UnableToPlan("Enter a date such as 2026-03-14.") from wrong


@require_POST
@page("careplan.adopt", needs=Permission.PLAN_CARE, patient="patient_id")
def adopt(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Adopt what was ticked: computed anew here, so that nothing typed into a form becomes a proposal."""
    proposal = queries.proposal_for(viewer, patient_id, chosen=request.POST.getlist("pathway"))
    offered = {g.key: g.choices for g in proposal.goals}
    targets = {k[2:]: v for k, v in request.POST.items() if k.startswith("t:") and v in offered.get(k[2:], ())}
    everything, need = request.POST.get("all") == "1", request.POST.get("need", "")
    of_need = [g.key for g in proposal.goals if g.need == need], [a.key for a in proposal.actions if a.need == need]
    chosen = Chosen(
        goals=list(offered) if everything else of_need[0] or request.POST.getlist("goal"),
        actions=[a.key for a in proposal.actions] if everything else of_need[1] or request.POST.getlist("action"),
        lessons=[x.topic for x in proposal.education] if everything else request.POST.getlist("lesson"),
        targets=targets,
    )
    added = actions.adopt(patient_id=patient_id, proposal=proposal, chosen=chosen, by=viewer.actor, at=viewer.at)
    messages.success(request, f"{added} added to the plan.")
    return back(patient_id, request)


@require_POST
@page("careplan.decline", needs=Permission.PLAN_CARE, patient="patient_id")
def decline(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Record that the patient declined a suggestion."""
    post = request.POST
    key, text, reason = post.get("key", ""), post.get("text", ""), post.get("reason", "")
    need_id = entered_id(post["need_id"]) if post.get("need_id") else None
    actions.decline(
        patient_id=patient_id, key=key, text=text, reason=reason, need_id=need_id, by=viewer.actor, at=viewer.at
    )
    return back(patient_id, request)


@require_POST
@page("careplan.agree", needs=Permission.PLAN_CARE, patient="patient_id")
def agree(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Keep the plan as it stands as an agreed version."""
    now = queries.plan_of(viewer, patient_id)
    number = actions.agree(
        patient_id=patient_id,
        sentences=sentences(now.threads, [lesson.topic for lesson in now.lessons]),
        how=request.POST.get("how", ""),
        who=request.POST.get("who", ""),
        review_on=_day(request, "review_on"),
        expires_on=_day(request, "expires_on") if request.POST.get("expires_on") else None,
        by=viewer.actor,
        at=viewer.at,
    )
    messages.success(request, f"Version {number} is kept as agreed.")
    return back(patient_id, request)


@require_POST
@page("careplan.add-goal", needs=Permission.PLAN_CARE, patient="need_id")
def add_goal(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Add a goal by hand."""
    post = request.POST
    importance = entered_number(post["importance"], 0) if post.get("importance") else None
    goal = GoalIn(
        text=post.get("text", ""),
        target=post.get("target", ""),
        by_date=_day(request, "by_date"),
        words=post.get("words", ""),
        importance=importance,
        loinc=post.get("loinc", "") if post.get("loinc") in {one.code for one in chart.choices()} else "",
    )
    actions.add_goal(need_id=need_id, goal=goal, by=viewer.actor, at=viewer.at)
    return back(locate("need_id", need_id).patient_id, request, f"#need-{need_id}")


@require_POST
@page("careplan.add-action", needs=Permission.PLAN_CARE, patient="need_id")
def add_action(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Add an action by hand."""
    post = request.POST
    planned = ActionIn(
        text=post.get("text", ""),
        role=post.get("role", "CM"),
        frequency=post.get("frequency", ""),
        due_on=_day(request, "due_on"),
    )
    actions.add_action(need_id=need_id, planned=planned, by=viewer.actor, at=viewer.at)
    return back(locate("need_id", need_id).patient_id, request, f"#need-{need_id}")


@require_POST
@page("careplan.move-goal", needs=Permission.PLAN_CARE, patient="goal_id")
def move_goal(request: HttpRequest, viewer: Viewer, goal_id: UUID) -> HttpResponse:
    """Say how a goal ended."""
    status, reason = request.POST.get("status", ""), request.POST.get("reason", "")
    actions.move_goal(goal_id=goal_id, status=status, reason=reason, by=viewer.actor, at=viewer.at)
    return back(locate("goal_id", goal_id).patient_id, request)


@require_POST
@page("careplan.withdraw", needs=Permission.PLAN_CARE, patient="plan_action_id")
def withdraw(request: HttpRequest, viewer: Viewer, plan_action_id: UUID) -> HttpResponse:
    """Take an action out of the plan."""
    reason = request.POST.get("reason", "")
    actions.withdraw_action(plan_action_id=plan_action_id, reason=reason, by=viewer.actor, at=viewer.at)
    return back(locate("plan_action_id", plan_action_id).patient_id, request)


@require_POST
@page("careplan.teach", needs=Permission.WORK_CASE, patient="lesson_id")
def teach(request: HttpRequest, viewer: Viewer, lesson_id: UUID) -> HttpResponse:
    """Record teaching and teach-back."""
    actions.teach(lesson_id=lesson_id, status=request.POST.get("status", ""), by=viewer.actor, at=viewer.at)
    return back(locate("lesson_id", lesson_id).patient_id, request, "#lessons")
