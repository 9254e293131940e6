"""Messages: one's own conversations, those of a patient, one conversation, and the count in the shell."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Refusal, locate
from throughline.foundation.kernel.entered import entered_day, entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.coordination.actions import messages as actions
from throughline.practice.coordination.actions.messages import ConversationIn, MessageIn
from throughline.practice.coordination.queries import messages as queries
from throughline.practice.coordination.queries.addressees import addressees
from throughline.practice.coordination.rules.messaging import notification
from throughline.practice.coordination.web.team import patient_context


@require_GET
@page("coordination.messages", needs=Permission.COORDINATE)
def mine(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the conversations the viewer takes part in, unread first."""
    return render(request, "coordination/messages.html", {"lines": queries.mine(viewer)})


@require_GET
@page("coordination.unread", needs=None)
def unread(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Answer the shell with the count alone: no name, no subject. Asked for once a page, after it is shown."""
    count = queries.unread_count(viewer)
    return render(request, "coordination/_unread.html", {"count": count, "words": notification(count)})


@require_http_methods(["GET", "POST"])
@page("coordination.patient-messages", needs=Permission.SEE_PATIENT, patient="patient_id")
def of_patient(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the conversations about a patient, or begin one; what is refused comes back with everything typed."""
    context = _context(viewer, patient_id) | {"need": request.GET.get("need", "")}
    if request.method == "GET":
        return render(request, "coordination/patient_messages.html", context)
    post = request.POST
    if twice := queries.sent_a_moment_ago(viewer, patient_id, post.get("text", "")):
        return redirect("coordination:conversation", conversation_id=twice)
    try:
        begun = ConversationIn(
            subject=post.get("subject", ""),
            to=tuple(post.getlist("to")),
            need_id=entered_id(post["need"]) if post.get("need") else None,
        )
        message = _message(request, viewer)
        made = actions.start_conversation(
            patient_id=patient_id, conversation=begun, message=message, by=viewer.actor, at=viewer.at
        )
    except (NotPermitted, NotFound):
        raise
    except Refusal as refusal:
        typed = {"error": str(refusal), "typed": post, "to": post.getlist("to"), "need": post.get("need", "")}
        return render(request, "coordination/patient_messages.html", context | typed, status=422)
    return redirect("coordination:conversation", conversation_id=made)


def _context(viewer: Viewer, patient_id: UUID) -> dict[str, Any]:
    context = patient_context(viewer, patient_id, "messages")
    return context | {
        "lines": queries.of_patient(viewer, patient_id),
        "addressees": addressees(viewer, patient_id, context["identity"].site_id),
        "needs": [(str(n.id), n.text) for n in assessment.needs_of(viewer, patient_id, only_open=True)],
    }


def _message(request: HttpRequest, viewer: Viewer) -> MessageIn:
    post = request.POST
    day, owner = entered_day(post.get("task_due", "")), post.get("task_owner", "")
    zone = ZoneInfo(viewer.time_zone)
    return MessageIn(
        text=post.get("text", ""),
        task_title=post.get("task_title", ""),
        task_owner_id=entered_id(owner.removeprefix("user:")) if owner else None,
        task_due=datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone) if day else None,
    )


@require_http_methods(["GET", "POST"])
@page("coordination.conversation", needs=Permission.SEE_PATIENT, patient="conversation_id")
def conversation(request: HttpRequest, viewer: Viewer, conversation_id: UUID) -> HttpResponse:
    """Show a conversation, which counts as read by it, or add an answer."""
    if request.method == "POST":
        answered = entered_id(request.POST["member"]) if request.POST.get("member") else None
        by, at = viewer.actor, viewer.at
        if answered:
            text = request.POST.get("text", "")
            actions.record_reply(conversation_id=conversation_id, member_id=answered, text=text, by=by, at=at)
        elif not queries.sent_a_moment_ago(viewer, conversation_id, request.POST.get("text", "")):
            message = _message(request, viewer)
            actions.write_message(conversation_id=conversation_id, message=message, by=by, at=at)
        return redirect(f"{reverse('coordination:conversation', args=[conversation_id])}#last")
    actions.mark_read(conversation_id=conversation_id, by=viewer.actor, at=viewer.at)
    found = queries.conversation(viewer, conversation_id)
    context = _context(viewer, found.line.patient_id) | {"talk": found}
    return render(request, "coordination/conversation.html", context)


@require_POST
@page("coordination.take-back-message", needs=Permission.COORDINATE, patient="message_id")
def take_back(request: HttpRequest, viewer: Viewer, message_id: UUID) -> HttpResponse:
    """Take one's own message back."""
    actions.take_back(message_id=message_id, by=viewer.actor, at=viewer.at)
    messages.success(request, "Taken back.")
    patient_id = locate("message_id", message_id).patient_id
    return redirect("coordination:patient-messages", patient_id=patient_id)
