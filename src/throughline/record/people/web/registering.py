"""Registering a patient, with the records that may be the same person shown while typing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.people import queries
from throughline.record.people.actions import register_patient
from throughline.record.people.queries.identity import today_of
from throughline.record.people.records import Lookalike
from throughline.record.people.web.forms import RegisterForm

SECTIONS = (
    ("Name", ("family", "given", "middle", "preferred")),
    ("Person", ("birth_date", "gender", "pronouns", "language", "interpreter")),
    ("Numbers", ("mrn", "member")),
    ("Phone", ("phone", "phone_kind", "voicemail", "texting")),
    ("Address", ("street", "city", "state", "postal_code")),
    ("Contact person", ("contact_name", "contact_relationship", "contact_phone")),
)


@require_http_methods(["GET", "POST"])
@page("people.register", needs=Permission.REGISTER_PATIENT)
def register(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the form; register, unless a record is likely the same person and nobody said it is not."""
    form = RegisterForm(request.POST or None, today=today_of(viewer))
    sites = queries.sites_to_register_at(viewer)
    site_id = _site(request, [key for key, _ in sites])
    alike: tuple[Lookalike, ...] = ()
    if request.method == "POST" and form.is_valid():
        person = form.person()
        alike = queries.lookalikes(viewer, site_id, person)
        if not any(each.likely for each in alike) or request.POST.get("distinct"):
            with refusals_into(form):
                key = register_patient(site_id=site_id, person=person, by=viewer.actor, at=viewer.at)
                messages.success(
                    request, "Registered. The record is open to you for a day, or until a case is assigned."
                )
                return redirect(f"/p/{key}/")
    status = 422 if any(each.likely for each in alike) else form_status(form)
    return render(request, "people/register.html", _context(form, sites, site_id, alike), status=status)


@require_POST
@page("people.check", needs=Permission.REGISTER_PATIENT)
def check(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the records that may be the person being typed."""
    form = RegisterForm(request.POST, today=today_of(viewer))
    form.is_valid()
    site_id = _site(request, [key for key, _ in queries.sites_to_register_at(viewer)])
    alike = queries.lookalikes(viewer, site_id, form.person())
    return render(request, "people/_alike.html", {"alike": alike, "ask": any(each.likely for each in alike)})


def _site(request: HttpRequest, allowed: list[UUID]) -> UUID:
    """Return the site chosen, or the first one she may register at."""
    return next((key for key in allowed if str(key) == request.POST.get("site")), allowed[0])


def _context(form: RegisterForm, sites: Any, site_id: UUID, alike: tuple[Lookalike, ...]) -> dict[str, Any]:
    return {
        "form": form,
        "sections": [(title, [form[name] for name in names]) for title, names in SECTIONS],
        "sites": sites,
        "site_id": site_id,
        "alike": alike,
        "ask": any(each.likely for each in alike),
    }
