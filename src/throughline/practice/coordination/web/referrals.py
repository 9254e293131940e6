"""Referrals out: the form opened from a need, one referral with the steps that may follow, its packet, and the list."""

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
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal, UnableToKeep, locate
from throughline.foundation.kernel.entered import entered_id, entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.actions import outside
from throughline.practice.coordination.actions import referrals as actions
from throughline.practice.coordination.actions.referrals import ReferralIn
from throughline.practice.coordination.actions.team import CHANNELS
from throughline.practice.coordination.queries import appointments
from throughline.practice.coordination.queries import referrals as queries
from throughline.practice.coordination.rules import referring, sharing
from throughline.practice.coordination.web.team import patient_context
from throughline.record.documents import queries as documents
from throughline.record.people import queries as people
from throughline.record.people.actions import UnableToList

_TO_SCHEDULE = ("sent", "accepted", "scheduled")
HOW = ("by phone", "in person", "in writing")


@require_GET
@page("coordination.refer-need", needs=Permission.COORDINATE, patient="need_id")
def refer_need(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Open the referral form from a need, with what the need says already filled in."""
    need = queries.need_for(viewer, need_id)
    return render(request, "coordination/refer.html", _form(viewer, need.patient_id, _asked(viewer, request, need_id)))


def _asked(viewer: Viewer, request: HttpRequest, need_id: UUID | None) -> dict[str, Any]:
    """Return what the form says already: of the need, of the referral it repeats, of the receiver chosen."""
    asked: dict[str, Any] = {"kind": "clinical", "service": "", "reason": "", "to": request.GET.get("to", "")}
    if need_id is not None:
        asked |= queries.prefilled(viewer, queries.need_for(viewer, need_id)) | {"need_id": need_id}
    if again := request.GET.get("again"):
        former = queries.referral(viewer, entered_id(again))
        kept = ("kind", "service", "reason", "question", "urgent", "need_id")
        asked |= {name: getattr(former, name) for name in kept}
        asked["not_to"] = former.to_name
    if request.GET.get("kind") in referring.BY_KEY:
        asked["kind"] = request.GET["kind"]
    return asked


def _form(viewer: Viewer, patient_id: UUID, asked: dict[str, Any]) -> dict[str, Any]:
    kind = referring.BY_KEY[asked["kind"]]
    found = queries.targets(viewer, patient_id, kind.key)
    targets = [target for target in found if target.name != asked.get("not_to")]
    chosen = asked.get("to") or (targets[0].ref if targets else "")
    if all(target.ref != chosen for target in targets) and (other := queries.target_of(viewer, patient_id, chosen)):
        targets.insert(0, other)
    return patient_context(viewer, patient_id, "team") | {
        "asked": asked,
        "kinds": referring.KINDS,
        "targets": targets,
        "chosen": chosen,
        "categories": sharing.CATEGORIES,
        "usual": asked.get("categories", kind.categories),
        "channels": CHANNELS.items(),
        "hows": HOW,
    }


@require_http_methods(["GET", "POST"])
@page("coordination.refer", needs=Permission.COORDINATE, patient="patient_id")
def refer(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the referral form, or draft and send what it says; what is refused comes back with everything typed."""
    if request.method == "GET":
        need_id = entered_id(request.GET["need"]) if request.GET.get("need") else None
        context = _form(viewer, patient_id, _asked(viewer, request, need_id))
        part = "coordination/_targets.html" if is_fragment(request) else "coordination/refer.html"
        return render(request, part, context)
    given = _given(request)
    said = {"kind": given.kind, "service": given.service.strip(), "reason": given.reason.strip()}
    said["state"] = referring.DRAFTED if request.POST.get("act") == "draft" else referring.SENT
    if twice := queries.made_a_moment_ago(viewer, patient_id, **said):
        return redirect(f"{reverse('coordination:referral-out', args=[twice])}?did=1")
    try:
        made = _save(viewer, patient_id, given, send=request.POST.get("act") != "draft")
    except (actions.UnableToRefer, referring.UnableToMoveReferral, UnableToList, UnableToKeep) as refusal:
        asked = {name: getattr(given, name) for name in given.__slots__}
        asked["kind"] = given.kind if given.kind in referring.BY_KEY else "clinical"
        context = _form(viewer, patient_id, asked) | {"error": str(refusal), "keep": given.keep}
        return render(request, "coordination/refer.html", context, status=422)
    return redirect(f"{reverse('coordination:referral-out', args=[made])}?did=1")


def _save(viewer: Viewer, patient_id: UUID, given: ReferralIn, *, send: bool) -> UUID:
    """Draft, and send where asked; a refusal to send leaves no half-made draft behind."""
    if send:
        actions.check_sendable(given)
    made = actions.draft_referral(patient_id=patient_id, referral=given, by=viewer.actor, at=viewer.at)
    if send:
        actions.send_referral(referral_out_id=made, by=viewer.actor, at=viewer.at)
    return made


def _given(request: HttpRequest) -> ReferralIn:
    post = request.POST
    who = ("to", "to_name", "phone", "fax", "channel", "keep")
    what = ("kind", "service", "reason", "question", "agreed_by", "agreed_how")
    typed = {name: post.get(name, "") for name in (*who, *what)}
    if typed["to"] == "other":
        typed["to"] = ""
    return ReferralIn(
        **typed,
        need_id=entered_id(post["need_id"]) if post.get("need_id") else None,
        urgent=post.get("urgent") == "1",
        categories=tuple(post.getlist("category")),
    )


@require_GET
@page("coordination.referral-out", needs=Permission.SEE_PATIENT, patient="referral_out_id")
def referral(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Show one referral: where it stands, what silence asks for, and the steps that may follow."""
    found = queries.referral(viewer, referral_out_id)
    context = patient_context(viewer, found.patient_id, "team") | {
        "r": found,
        "may_chase": found.state in referring.ASKED,
        "acts": [(act, referring.DO_WORDS.get(act, "")) for act in referring.acts_from(found.state)],
        "open": found.state in referring.OPEN,
        "visits": appointments.visits_for(viewer, found.patient_id) if found.state in _TO_SCHEDULE else [],
        "did": request.GET.get("did"),
        "last": found.steps[0] if found.steps else None,
    }
    return render(request, "coordination/referral.html", context)


@require_GET
@page("coordination.packet", needs=Permission.SEE_PATIENT, patient="referral_out_id")
def packet(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Show the packet ready to print or fax: the cover, the question, and exactly what was agreed to."""
    found = queries.referral(viewer, referral_out_id)
    context = {
        "r": found,
        "identity": people.identity(viewer, found.patient_id),
        "patient_id": found.patient_id,
        "selection": queries.packet(viewer, found),
        "files": [
            one for one in documents.files_of(viewer, found.patient_id) if found.consent and one.document_id is None
        ],
        "today": viewer.at.astimezone(ZoneInfo(viewer.time_zone)),
        "sender": viewer.actor.name,
    }
    return render(request, "coordination/packet.html", context)


@require_POST
@page("coordination.keep-packet", needs=Permission.COORDINATE, patient="referral_out_id")
def keep(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Keep the packet as a signed document, with its PDF and fax cover."""
    files = [entered_id(key) for key in request.POST.getlist("file")]
    made = outside.keep_packet(
        referral_out_id=referral_out_id, viewer=viewer, files=files, by=viewer.actor, at=viewer.at
    )
    return redirect("documents:document", document_id=made)


def _back(referral_out_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('coordination:referral-out', args=[referral_out_id])}?did=1")


@require_POST
@page("coordination.send-referral", needs=Permission.COORDINATE, patient="referral_out_id")
def send(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Send a draft."""
    actions.send_referral(referral_out_id=referral_out_id, by=viewer.actor, at=viewer.at)
    return _back(referral_out_id)


@require_POST
@page("coordination.move-referral", needs=Permission.COORDINATE, patient="referral_out_id")
def move(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Take a step, or keep that we asked again."""
    act, note = request.POST.get("act", ""), request.POST.get("note", "")
    by, at = viewer.actor, viewer.at
    if act == "chase":
        actions.chase_referral(referral_out_id=referral_out_id, note=note, by=by, at=at)
        return _back(referral_out_id)
    when = _moment(request.POST.get("scheduled_at", ""), viewer, referral_out_id) if act == "schedule" else None
    booked = request.POST.get("appointment", "") if act == "schedule" else ""
    actions.move_referral(
        referral_out_id=referral_out_id, act=act, note=note, scheduled_at=when, place=request.POST.get("place", ""),
        appointment_id=entered_id(booked) if booked else None, by=by, at=at,
    )  # fmt: skip
    return _back(referral_out_id)


def _moment(text: str, viewer: Viewer, referral_out_id: UUID) -> datetime | None:
    """Return a typed day and time in the patient's zone; None for nothing. Raises Refusal for what is none."""
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Refusal("Enter a day and time such as 2026-03-14 09:30.") from wrong
    patient_id = locate("referral_out_id", referral_out_id).patient_id
    assert patient_id is not None
    zone = people.identity(viewer, patient_id).time_zone or viewer.time_zone
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(zone))


@require_POST
@page("coordination.patient-acted", needs=Permission.COORDINATE, patient="referral_out_id")
def acted(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Keep whether the patient acted on it."""
    did, words = request.POST.get("acted") == "yes", request.POST.get("words", "")
    actions.record_patient_side(referral_out_id=referral_out_id, acted=did, words=words, by=viewer.actor, at=viewer.at)
    return _back(referral_out_id)


@require_POST
@page("coordination.undo-referral", needs=Permission.COORDINATE, patient="referral_out_id")
def undo(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Take back the last step."""
    version = entered_number(request.POST.get("version", ""), 0)
    actions.undo_step(referral_out_id=referral_out_id, version=version, by=viewer.actor, at=viewer.at)
    messages.success(request, "Undone.")
    return redirect("coordination:referral-out", referral_out_id=referral_out_id)


@require_GET
@page("coordination.referrals", needs=Permission.COORDINATE)
def board(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the referrals out by state and age; `?whose=all` those of every patient she may see."""
    state = request.GET.get("state", "")
    silent, mine = state == "silent", request.GET.get("whose") != "all"
    known = state if state in referring.WORDS else ""
    found = queries.board(viewer, state=known, mine=mine, silent=silent)
    count = sum(n for key, _, n in found.counts if key in referring.OPEN)
    context = {"board": found, "state": state, "mine": mine, "open": count}
    return render(request, "coordination/referrals.html", context)
