"""What others carry out and what is late; who fits a task, with why, and handing it on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.queries import delegation as queries
from throughline.record.tasks import actions as tasks
from throughline.record.tasks import queries as task_queries

MOST_SHOWN = 30  # who fits less is found by name: nobody reads a hospital's staff to the end


@require_GET
@page("coordination.delegated", needs=Permission.WORK_CASE)
def delegated(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what colleagues carry out for the viewer and those she covers, by what it waits for."""
    found = queries.delegated(viewer)
    groups = (
        ("Reported back: check", "check", found.to_check),
        ("Late", "late", found.late),
        ("Came back declined: find another", "undo", found.came_back),
        ("Waiting for an answer", "clock", found.unanswered),
        ("Under way", "assign", found.under_way),
    )
    shown = [group for group in groups if group[2]]
    return render(request, "coordination/delegated.html", {"groups": shown})


@require_http_methods(["GET", "POST"])
@page("coordination.hand-on", needs=Permission.WORK_CASE, patient="task_id")
def hand_on(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Show who fits a task best and why, or those of a name; offer it to, or give it to, the colleague chosen."""
    if request.method == "GET":
        asked = request.GET.get("name", "").strip()
        fits = [one for one in queries.matches(viewer, task_id) if asked.casefold() in one.name.casefold()]
        context = {"task": task_queries.task(viewer, task_id), "matches": fits[:MOST_SHOWN], "name": asked}
        return render(request, "coordination/hand_on.html", context | {"more": len(fits) - MOST_SHOWN})
    to = entered_id(request.POST.get("to", ""), "Choose a colleague from the list.")
    if request.POST.get("act") == "assign":
        tasks.assign_task(task_id=task_id, owner_id=to, by=viewer.actor, at=viewer.at)
    else:
        tasks.offer_task(task_id=task_id, to_id=to, by=viewer.actor, at=viewer.at)
    now = task_queries.task(viewer, task_id)
    messages.success(request, f"{now.title}: {now.owner_name} has it now. Undo stands on the patient's row.")
    return redirect("coordination:delegated")
