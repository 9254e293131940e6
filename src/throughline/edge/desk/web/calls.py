"""The call log: how it ended by a digit, the next try proposed, what the call closes, one note, minutes counted."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from throughline.edge.desk.web import panels
from throughline.edge.desk.web.pages import answer_row, line
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import actions
from throughline.practice.caseload.records import Row
from throughline.record.contacts import rules
from throughline.record.contacts.actions import ContactIn


@require_http_methods(["GET", "POST"])
@page("desk.call", needs=Permission.WORK_CASE, patient="patient_id")
def call(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the call strip, or log the call with everything it closes or plans, in one act."""
    row = panels.row_of(viewer, patient_id)
    if request.method != "POST":
        return _strip(request, viewer, row, "")
    try:
        logged = _call_in(request, viewer, row)
        contact_id, said = actions.log_call(patient_id=patient_id, call=logged, by=viewer.actor, at=viewer.at)
    except Refusal as refusal:
        return _strip(request, viewer, row, str(refusal))
    undo = reverse("desk:undo-call", args=[contact_id])
    return answer_row(request, viewer, patient_id, said=f"{row.name}: {said}", undo=undo, version=0)


def _strip(request: HttpRequest, viewer: Viewer, row: Row, error: str) -> HttpResponse:
    context = panels.opened(request, viewer, row, "call") | {"error": error, "typed": request.POST}
    context["ticked"] = request.POST.getlist("close")
    context["checked"] = request.POST.getlist("identifier")
    context["others_checked"] = set(context["checked"]) - {"name,birth-date"}
    context["line"] = line(row, viewer)
    template = "desk/_row.html" if is_fragment(request) else "desk/row.html"
    return render(request, template, context, status=422 if error else 200)


def _call_in(request: HttpRequest, viewer: Viewer, row: Row) -> actions.CallIn:
    """Return the call the form describes. Raises Refusal for a time that cannot be read."""
    sent = request.POST
    chosen = rules.outcome(sent.get("outcome", ""))
    seconds = min(int(sent["seconds"][:9]), 86_400) if sent.get("seconds", "").isdecimal() else 0
    contact = ContactIn(
        channel=sent.get("channel", "phone"),
        outcome=chosen.key,
        began_at=viewer.at - timedelta(seconds=seconds),
        seconds=seconds,
        with_whom=sent.get("with_whom", ""),
        number=row.phone,
        note=sent.get("note", "").strip(),
        patient_words=sent.get("patient_words", "").strip(),
        identifiers=tuple(part for value in sent.getlist("identifier") for part in value.split(",")),
        interpreter=sent.get("interpreter", ""),
        attempt_of=f"task:{row.first.task_id}" if row.first.task_id else "",
    )
    closes = tuple(entered_id(value) for value in sent.getlist("close"))
    return actions.CallIn(contact=contact, closes=closes, next_try=_next_try(sent.get("next_try", ""), row, viewer))


def _next_try(entered: str, row: Row, viewer: Viewer) -> datetime:
    if not entered:
        return panels.next_try(viewer, row)
    try:
        when = datetime.fromisoformat(entered)
    except ValueError as error:
        raise Refusal("Enter the next try as a date and time such as 2026-03-14 09:30.") from error
    return when if when.tzinfo else when.replace(tzinfo=ZoneInfo(row.time_zone))


@require_POST
@page("desk.undo-call", needs=Permission.WORK_CASE, patient="contact_id")
def undo_call(request: HttpRequest, viewer: Viewer, contact_id: UUID) -> HttpResponse:
    """Take back a call just logged: the contact, what it closed, and the try it planned."""
    patient_id = actions.undo_call(contact_id=contact_id, by=viewer.actor, at=viewer.at)
    return answer_row(request, viewer, patient_id, said="Call taken back")
