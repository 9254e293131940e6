"""Booking from a need: who, a published time or one as it is said, doubts inline, a script when one must phone."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.coordination.actions import appointments as actions
from throughline.practice.coordination.queries import appointments as queries
from throughline.practice.coordination.queries import team
from throughline.practice.coordination.records.appointments import Provider
from throughline.practice.coordination.rules import wording
from throughline.practice.coordination.rules.appointments import Doubt
from throughline.practice.coordination.web.appointment_forms import BookingForm
from throughline.practice.coordination.web.team import patient_context
from throughline.record.people.records import Identity

LANGUAGES = {"en": "English", "es": "Spanish", "pt": "Portuguese", "vi": "Vietnamese", "ar": "Arabic", "so": "Somali"}


@require_http_methods(["GET", "POST"])
@page("coordination.book", needs=Permission.COORDINATE, patient="patient_id")
def book(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Book an appointment; a doubtful time comes back once with its doubts, and is booked when sent again."""
    context = patient_context(viewer, patient_id, "calendar")
    form = _form(request, viewer, context["identity"])
    doubts: tuple[Doubt, ...] = ()
    if form.is_bound and form.is_valid():
        doubts = _doubts(form, viewer, context["identity"])
        agreed = request.POST.get("anyway") == form.span()[0].isoformat()
        if not doubts or agreed:
            with refusals_into(form):
                given = form.appointment()
                made = actions.book(patient_id=patient_id, appointment=given, by=viewer.actor, at=viewer.at)
                return redirect(f"{reverse('coordination:appointment', args=[made])}?did=1")
    context |= {"form": form, "doubts": doubts, "slots": form.slots, "script": _script(viewer, context["identity"])}
    context["withdrawn"] = queries.withdrawn_of(viewer, context["identity"].site_id, form.zone)
    if doubts:
        context["anyway"] = form.span()[0].isoformat()
    return render(request, "coordination/book.html", context, status=422 if doubts else form_status(form))


def _form(request: HttpRequest, viewer: Viewer, identity: Identity) -> BookingForm:
    zone = queries.zone_of(viewer, identity.patient_id)
    needs = assessment.needs_of(viewer, identity.patient_id, only_open=True)
    return BookingForm(
        request.POST if request.method == "POST" else None,
        today=viewer.at.astimezone(ZoneInfo(zone)).date(),
        zone=zone,
        providers=_providers(viewer, identity),
        needs=[(str(need.id), need.text) for need in needs],
        slots=queries.slots_for(viewer, identity.patient_id),
        initial={
            "need": request.GET.get("need", ""),
            "who": request.GET.get("who", ""),
            "interpreter": "needed" if identity.interpreter_needed else "",
            "what": "Visit",
            "minutes": "30",
        },
    )


def _providers(viewer: Viewer, identity: Identity) -> dict[str, list[Provider]]:
    """Her own care team first, then everybody of the directory."""
    hers = []
    for member in team.members_of(viewer, identity.patient_id):
        key = next(
            (
                f"{kind}:{value}"
                for kind, value in (
                    ("user", member.user_id),
                    ("practitioner", member.practitioner_id),
                    ("organization", member.organization_id),
                )
                if value
            ),
            "",
        )
        if key:
            hers.append(Provider(key, member.name, member.role_words, member.phone, ""))
    known = {provider.key for provider in hers}
    rest = queries.providers(viewer, identity.site_id)
    return {"Care team": hers} | {
        group: [provider for provider in rows if provider.key not in known] for group, rows in rest.items()
    }


def _doubts(form: BookingForm, viewer: Viewer, identity: Identity) -> tuple[Doubt, ...]:
    starts_at, ends_at = form.span()
    died = (Doubt("died", "The patient has died; nothing is booked for her any more."),) if identity.deceased else ()
    kind, key = ("", None) if form.cleaned_data["slot"] else form.who()
    return died + queries.doubts(
        viewer,
        identity.patient_id,
        starts_at=starts_at,
        ends_at=ends_at,
        kind=form.cleaned_data["kind"],
        with_user_id=key if kind == "user" else None,
    )


def spoken(identity: Identity) -> dict[str, str]:
    """Return what a call about a patient may say of her: name, birth date, language; never a diagnosis."""
    tag = (identity.language or "").split("-")[0]
    return {
        "name": identity.name,
        "born": identity.born,
        "language": LANGUAGES.get(tag, identity.language) or wording.BLANK,
        "interpreter": "Please have a qualified interpreter there." if identity.interpreter_needed else "",
    }


def _script(viewer: Viewer, identity: Identity) -> tuple[str, tuple[str, ...]]:
    facts: dict[str, Any] = spoken(identity) | {"nurse": viewer.actor.name, "ride": "Is there a ride you can send?"}
    return wording.script("book", facts)
