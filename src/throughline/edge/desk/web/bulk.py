"""Several rows of Today at once: done, snoozed or given to a colleague, and the whole of it taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from throughline.edge.desk.web.panels import default_until
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import queries as caseload
from throughline.record.tasks import actions, queries, rules
from throughline.record.tasks.records import TaskRecord

MOST = 200  # rows of one act; a list shows fifty


@require_POST
@page("desk.bulk", needs=Permission.WORK_CASE)
def bulk(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Do, snooze or assign everything selected; what is refused is said one by one, the rest is done.

    An act that still needs an answer (until when, to whom) asks it on a page of its own with the selection kept.
    """
    act, chosen = request.POST.get("act", ""), _chosen(request)
    if not chosen:
        messages.error(request, _("Select rows first, with x or the check boxes."))
        return _back(request)
    if (act == "snooze" and not request.POST.get("reason")) or (act == "assign" and not request.POST.get("owner")):
        return _ask(request, viewer, act, chosen)
    changed: list[TaskRecord] = []
    for task_id, version in chosen:
        try:
            changed.append(_one(act, task_id, version, request, viewer))
        except Refusal as refusal:
            messages.error(request, f"{queries.task(viewer, task_id).title}: {refusal}")
    if changed:
        messages.success(request, _said(request, act, changed))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the list as it was filtered."""
    back = request.POST.get("back", "")
    return redirect(f"{reverse('desk:today')}{f'?{back}' if back else ''}")


def _chosen(request: HttpRequest) -> list[tuple[UUID, int]]:
    """Return the tasks selected, each with the version an undo must find it in (0 for other acts)."""
    found = []
    for value in request.POST.getlist("task")[:MOST]:
        key, _colon, version = value.partition(":")
        try:
            found.append((UUID(key), int(version or 0)))
        except ValueError:
            continue
    return found


def _ask(request: HttpRequest, viewer: Viewer, act: str, chosen: list[tuple[UUID, int]]) -> HttpResponse:
    tasks = [queries.task(viewer, task_id) for task_id, _version in chosen]
    colleagues = caseload.colleagues(viewer, tasks[0].site_id) if act == "assign" else []
    context = {"act": act, "tasks": tasks, "reasons": rules.HOLD_REASONS, "colleagues": colleagues, "viewer": viewer}
    context["back"] = request.POST.get("back", "")
    return render(request, "desk/bulk.html", context)


def _one(act: str, task_id: UUID, version: int, request: HttpRequest, viewer: Viewer) -> TaskRecord:
    """Carry out the act on one task and return it as it then stands."""
    if act == "done":
        actions.do_task(task_id=task_id, by=viewer.actor, at=viewer.at)
    elif act == "undo":
        actions.undo_last(task_id=task_id, version=version, by=viewer.actor, at=viewer.at)
    elif act == "assign":
        actions.assign_task(task_id=task_id, owner_id=_owner(request), by=viewer.actor, at=viewer.at)
    elif act == "snooze":
        reason = rules.hold_reason(request.POST.get("reason", ""))
        task, until = queries.task(viewer, task_id), default_until(reason, viewer)
        if task.legal_due_at and until > task.legal_due_at > viewer.at:
            until = task.legal_due_at
        actions.hold_task(task_id=task_id, until=until, reason=reason.key, by=viewer.actor, at=viewer.at)
    else:
        raise Refusal("Choose what to do with the selected rows.")
    return queries.task(viewer, task_id)


def _owner(request: HttpRequest) -> UUID:
    return entered_id(request.POST.get("owner", ""), "Choose a colleague from the list.")


def _said(request: HttpRequest, act: str, changed: list[TaskRecord]) -> SafeString:
    """Return what was done in words, with the button that takes all of it back."""
    number = len(changed)
    words = {
        "done": ngettext("%d task done.", "%d tasks done.", number),
        "snooze": ngettext("%d task snoozed.", "%d tasks snoozed.", number),
        "assign": ngettext("%d task assigned.", "%d tasks assigned.", number),
        "undo": ngettext("%d task as it was before.", "%d tasks as they were before.", number),
    }[act] % number
    if act == "undo":
        return format_html("{}", words)
    fields = format_html_join(
        "", '<input type="hidden" name="task" value="{}:{}">', ((task.id, task.version) for task in changed)
    )
    return format_html(
        '{} <form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">{}'
        '<input type="hidden" name="back" value="{}">'
        '<button class="btn btn-s" name="act" value="undo" data-undo>{}</button></form>',
        words,
        reverse("desk:bulk"),
        get_token(request),
        fields,
        request.POST.get("back", ""),
        _("Undo"),
    )
