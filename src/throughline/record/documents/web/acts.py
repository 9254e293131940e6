"""What can be done with a document: change the draft, sign, hand over, recall, share by link, end a link."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts.web.conflicts import conflict, say_merged, settle
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Refusal
from throughline.foundation.kernel.entered import entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents import actions
from throughline.record.documents.records import DocumentRecord, ShareIn
from throughline.record.documents.web.viewing import context_of


def _again(request: HttpRequest, viewer: Viewer, document_id: UUID, refusal: Refusal) -> HttpResponse:
    """Return the page with the refusal and everything typed, or pass on what is not the form's matter."""
    if isinstance(refusal, NotPermitted | NotFound):
        raise refusal
    context = context_of(viewer, document_id) | {"error": str(refusal), "typed": request.POST}
    return render(request, "documents/document.html", context, status=422)


@require_POST
@page("documents.change", needs=Permission.WORK_CASE, patient="document_id")
def change(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    """Change a draft."""
    sent, held = request.POST, context_of(viewer, document_id)
    labels, now = _fields(held)
    settled = settle(request, labels, now)
    if settled.conflicts:
        back = reverse("documents:document", args=[document_id])
        who, about = _changed_last_by(viewer, held["document"]), held["document"].title
        return conflict(request, settled, changed_by=who, back=back, about=about)
    try:
        actions.revise_document(
            document_id=document_id,
            version=held["document"].version,
            title=settled.values["title"],
            texts={int(name[5:]): value for name, value in settled.values.items() if name.startswith("part-")},
            blanks={name[6:]: value for name, value in sent.items() if name.startswith("blank-")},
            recipient=settled.values["recipient"],
            by=viewer.actor,
            at=viewer.at,
        )
    except Refusal as refusal:
        return _again(request, viewer, document_id, refusal)
    messages.success(request, "Draft saved.")
    say_merged(request, settled, labels, changed_by=_changed_last_by(viewer, held["document"]))
    return redirect("documents:document", document_id=document_id)


def _fields(held: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the labels and texts of what a draft is made of and two may write at: recipient, title, each part."""
    labels = {"recipient": "For", "title": "Title"}
    now = {"recipient": held["document"].recipient, "title": held["document"].title}
    for number, (name, text, _rows) in enumerate(held["editable"], start=1):
        labels[name], now[name] = f"Part {number}", text
    return labels, now


def _changed_last_by(viewer: Viewer, document: DocumentRecord) -> str:
    revised = [step.by_name for step in document.steps if step.act in ("revise", "draft")]
    return revised[0] if revised else "A colleague"


@require_POST
@page("documents.act", needs=Permission.WORK_CASE, patient="document_id")
def act(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    """Carry out one act on the document; a refusal shows the page again with its sentence."""
    try:
        carry_out = ACTS.get(request.POST.get("act", ""))
        if carry_out is None:
            raise Refusal("Choose what to do with the document.")
        said = carry_out(request.POST, {"document_id": document_id, "by": viewer.actor, "at": viewer.at})
    except Refusal as refusal:
        return _again(request, viewer, document_id, refusal)
    messages.success(request, said)
    return redirect("documents:document", document_id=document_id)


def _sign(sent: Any, about: dict[str, Any]) -> str:
    actions.sign_document(**about)
    return "Signed. It can be printed, handed over or shared now."


def _discard(sent: Any, about: dict[str, Any]) -> str:
    actions.discard_document(reason=sent.get("reason", ""), **about)
    return "Given up. It stays on the list."


def _hand_over(sent: Any, about: dict[str, Any]) -> str:
    actions.hand_over(way=sent.get("way", ""), note=sent.get("note", ""), **about)
    return "Recorded as delivered."


def _recall(sent: Any, about: dict[str, Any]) -> str:
    actions.recall_document(reason=sent.get("reason", ""), **about)
    return "Recalled. No link to it opens any more."


def _fail(sent: Any, about: dict[str, Any]) -> str:
    actions.report_failure(reason=sent.get("reason", ""), **about)
    return "Recorded as not delivered. Send it another way."


ACTS: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "sign": _sign,
    "discard": _discard,
    "hand-over": _hand_over,
    "recall": _recall,
    "fail": _fail,
}


@require_POST
@page("documents.share", needs=Permission.COORDINATE, patient="document_id")
def share(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    """Make a link and show it, this once: only its hash is kept."""
    sent = request.POST
    wanted = ShareIn(
        recipient=sent.get("recipient", ""),
        consent=sent.get("consent", ""),
        channel=sent.get("channel", ""),
        days=entered_number(sent.get("days", ""), 0),
    )
    try:
        made = actions.share(document_id=document_id, wanted=wanted, by=viewer.actor, at=viewer.at)
    except Refusal as refusal:
        return _again(request, viewer, document_id, refusal)
    link = request.build_absolute_uri(reverse("documents:shared", args=[made.token]))
    context = context_of(viewer, document_id) | {"link": link, "made": made, "recipient": wanted.recipient}
    return render(request, "documents/document.html", context)


@require_POST
@page("documents.end-link", needs=Permission.WORK_CASE, patient="share_id")
def end_link(request: HttpRequest, viewer: Viewer, share_id: UUID) -> HttpResponse:
    """End a link at once."""
    actions.revoke_share(share_id=share_id, reason=request.POST.get("reason", ""), by=viewer.actor, at=viewer.at)
    messages.success(request, "The link no longer opens.")
    back = request.POST.get("next", "")
    return redirect(back if back.startswith("/document/") else "/")
