"""The answers a page gives instead of itself: sign in first, not found, not permitted, refused."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from throughline.foundation.access.permissions import ROLES, Permission


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for part of a page (a boosted link asks for a whole one)."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted


def who_can_grant(needs: Permission) -> str:
    """Return the sentence for a viewer who lacks a permission: which roles carry it and who gives roles."""
    holders = [role.title.lower() for role in ROLES.values() if needs in role.permissions]
    return (
        f"To {needs} you need one of these roles: {', '.join(holders)}. "
        "An administrator of your site can grant it under Administration."
    )


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Return the way to sign-in: a redirect that comes back here, or for htmx a 401 fragment with the dialog."""
    if is_fragment(request):
        response = render(request, "access/_sign_in_again.html", status=401)
        response["HX-Retarget"] = "#session"
        response["HX-Reswap"] = "innerHTML"
        return response
    return redirect_to_login(request.get_full_path() if request.method == "GET" else _came_from(request))


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours a form was sent from, where its draft is offered again; "/" when it cannot be told."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return "/"
    return urlsplit(referer).path or "/"


def not_found(request: HttpRequest) -> HttpResponse:
    """Return the one answer for what is not there and what is not this viewer's."""
    return _message(
        request,
        404,
        "Not found",
        "There is no such page or record, or it is not on your list. Check the address, or search for the patient.",
    )


def offer_break_glass(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Return the 404 for a patient not on the viewer's list, with the way to open the record in an emergency."""
    return _message(
        request,
        404,
        "Not on your list",
        "This record is not open to you: the patient is not assigned to you, your team or a care team you are on. "
        "Ask the case owner or a supervisor to add you. In an emergency you can open it with a reason; "
        "every such opening is reviewed.",
        patient_id=patient_id,
    )


def not_permitted(request: HttpRequest, why: str) -> HttpResponse:
    """Return the 403 page, which says who can grant what is missing."""
    return _message(request, 403, "You do not have permission", why)


def refused(request: HttpRequest, why: str) -> HttpResponse:
    """Return the 422 page for an act that may not be done now, with the reason and what to do instead.

    Where part of a page was asked for, what is there stays as it is, typed words and all; the browser adds the reason.
    """
    response = _message(request, 422, "Not done", why)
    if is_fragment(request):
        response["HX-Reswap"] = "none"
    return response


def _message(request: HttpRequest, status: int, title: str, text: str, patient_id: UUID | None = None) -> HttpResponse:
    template = "access/_message.html" if is_fragment(request) else "access/message.html"
    return render(request, template, {"title": title, "text": text, "patient_id": patient_id}, status=status)
