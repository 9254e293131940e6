"""One appointment: what was agreed, how it went, moving and cancelling it; the letter and the patient's list."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.drafts.rules import version_of
from throughline.foundation.kernel.entered import entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.actions import appointments as actions
from throughline.practice.coordination.queries import appointments as queries
from throughline.practice.coordination.queries import referrals
from throughline.practice.coordination.records.appointments import AppointmentRecord
from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules import wording
from throughline.practice.coordination.rules.appointments import Doubt
from throughline.practice.coordination.web.appointment_forms import MoveForm
from throughline.practice.coordination.web.booking import spoken
from throughline.practice.coordination.web.team import patient_context


def _context(viewer: Viewer, found: AppointmentRecord) -> dict[str, Any]:
    doubt = queries.doubt_of_slot(found.id) if found.live else ""
    return patient_context(viewer, found.patient_id, "calendar") | {"appointment": found, "slot_doubt": doubt}


@require_GET
@page("coordination.appointment", needs=Permission.SEE_PATIENT, patient="appointment_id")
def appointment(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Show an appointment with its steps; after an act (`?did=1`) the way to take it back."""
    found = queries.appointment(viewer, appointment_id)
    context = _context(viewer, found)
    identity = context["identity"]
    facts = spoken(identity) | {
        "nurse": viewer.actor.name,
        "what": found.what,
        "provider": found.provider,
        "when": found.when,
        "place": found.place,
        "ride": found.transport_words if found.transport else "",
        "bring": found.bring or "your medicine list, your insurance card and your questions",
    }
    context |= {
        "did": bool(request.GET.get("did")) and bool(found.steps) and found.steps[0].act != "undo",
        "slot_doubt": queries.doubt_of_slot(found.id) if found.live else "",
        "referral": referrals.referral_of_visit(viewer, found.id),
        "begun": found.starts_at <= viewer.at,
        "scripts": [wording.script(key, facts) for key in (["remind", "move"] if found.live else [])],
        "reasons": rules.MISSED_REASONS.items(),
        "cancelled_by": rules.CANCELLED_BY.items(),
        "transports": rules.TRANSPORT.items(),
        "interpreters": rules.INTERPRETER.items(),
    }
    return render(request, "coordination/appointment.html", context)


def _shown(appointment_id: UUID, *, did: bool = True) -> HttpResponse:
    address = reverse("coordination:appointment", args=[appointment_id])
    return redirect(f"{address}{'?did=1' if did else ''}")


@require_http_methods(["GET", "POST"])
@page("coordination.move", needs=Permission.COORDINATE, patient="appointment_id")
def move(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Give an appointment another time; a doubtful one comes back once with its doubts."""
    found = queries.appointment(viewer, appointment_id)
    today = viewer.at.astimezone(ZoneInfo(found.time_zone)).date()
    minutes = int((found.ends_at - found.starts_at) / timedelta(minutes=1))
    data = request.POST if request.method == "POST" else None
    form = MoveForm(data, today=today, zone=found.time_zone, minutes=minutes)
    doubts: tuple[Doubt, ...] = ()
    shown_at = version_of(found.starts_at.isoformat())
    if form.is_bound and request.POST.get("seen", f"starts_at:{shown_at}") != f"starts_at:{shown_at}":
        # A colleague moved it since this form was opened: both times are shown, and sending it again is hers.
        context = _context(viewer, found) | {"form": form, "moved": found.steps[0] if found.steps else None}
        return render(request, "coordination/move.html", context, status=409)
    if form.is_bound and form.is_valid():
        starts_at, ends_at = form.span()
        doubts = _doubts(viewer, found, starts_at, ends_at)
        if not doubts or request.POST.get("anyway") == starts_at.isoformat():
            with refusals_into(form):
                span = {"starts_at": starts_at, "ends_at": ends_at, "reason": form.cleaned_data["reason"]}
                actions.move(appointment_id=appointment_id, **span, was=found.starts_at, by=viewer.actor, at=viewer.at)
                return _shown(appointment_id)
    context = _context(viewer, found) | {"form": form, "doubts": doubts}
    if doubts:
        context["anyway"] = form.span()[0].isoformat()
    return render(request, "coordination/move.html", context, status=422 if doubts else form_status(form))


def _doubts(viewer: Viewer, found: AppointmentRecord, starts_at: datetime, ends_at: datetime) -> tuple[Doubt, ...]:
    span = {"starts_at": starts_at, "ends_at": ends_at}
    whose = {"with_user_id": found.with_user_id, "apart_from": found.id}
    return queries.doubts(viewer, found.patient_id, **span, kind=found.kind, **whose)


@require_POST
@page("coordination.confirm", needs=Permission.COORDINATE, patient="appointment_id")
def confirm(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Turn a proposal into a booking."""
    actions.confirm(appointment_id=appointment_id, by=viewer.actor, at=viewer.at)
    return _shown(appointment_id)


@require_POST
@page("coordination.keep", needs=Permission.COORDINATE, patient="appointment_id")
def keep(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Record that the patient was there."""
    outcome = request.POST.get("outcome", "")
    actions.keep(appointment_id=appointment_id, outcome=outcome, by=viewer.actor, at=viewer.at)
    return _shown(appointment_id)


@require_POST
@page("coordination.miss", needs=Permission.COORDINATE, patient="appointment_id")
def miss(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Record that the patient did not come; the next step becomes a task."""
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    actions.miss(appointment_id=appointment_id, reason=reason, note=note, by=viewer.actor, at=viewer.at)
    return _shown(appointment_id)


@require_POST
@page("coordination.cancel", needs=Permission.COORDINATE, patient="appointment_id")
def cancel(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Cancel, saying who called it off."""
    who, reason = request.POST.get("by_whom", ""), request.POST.get("reason", "")
    actions.cancel(appointment_id=appointment_id, by_whom=who, reason=reason, by=viewer.actor, at=viewer.at)
    return _shown(appointment_id)


@require_POST
@page("coordination.undo", needs=Permission.COORDINATE, patient="appointment_id")
def undo(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Take back the last step."""
    version = entered_number(request.POST.get("version", ""), 0)
    actions.undo(appointment_id=appointment_id, version=version, by=viewer.actor, at=viewer.at)
    return _shown(appointment_id, did=False)


def _told(found: AppointmentRecord) -> wording.Told:
    return wording.Told(
        kind=found.kind,
        what=found.what,
        provider=found.provider,
        place=found.place,
        phone=found.phone,
        starts_at=found.starts_at,
        zone=found.time_zone,
        transport=found.transport,
        pick_up_at=found.transport_at,
        interpreter=found.interpreter,
        bring=found.bring,
        proposed=found.state == rules.PROPOSED,
    )


def _for_patient(request: HttpRequest, context: dict[str, Any], rows: list[AppointmentRecord]) -> dict[str, Any]:
    """What a sheet for the patient shows, in the language asked for or else hers."""
    identity = context["identity"]
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(wording.languages()) else wording.language_of(identity.language)
    say = wording.words(language)
    name = identity.preferred_name or identity.name
    return context | {
        "language": language,
        "languages": wording.languages(),
        "hers": wording.language_of(identity.language),
        "known": (identity.language or "en").split("-")[0] in dict(wording.languages()),
        "say": say,
        "dear": str(say["dear"]).format(name=name),
        "cannot": say["cannot_bare"],
        "lines": [wording.line(_told(row), language) for row in rows],
    }


@require_GET
@page("coordination.letter", needs=Permission.SEE_PATIENT, patient="appointment_id")
def letter(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Show the reminder letter to print and mail, in the patient's language."""
    found = queries.appointment(viewer, appointment_id)
    context = _for_patient(request, _context(viewer, found), [found])
    return render(request, "coordination/letter.html", context)


@require_GET
@page("coordination.patient-list", needs=Permission.SEE_PATIENT, patient="patient_id")
def patient_list(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the patient's own list to print: address, phone, ride, what to bring, in her language."""
    rows = [row for row in queries.appointments_of(viewer, patient_id, since=viewer.at) if row.live]
    context = _for_patient(request, patient_context(viewer, patient_id, "calendar"), rows)
    return render(request, "coordination/patient_list.html", context)
