"""Appearance and help. They show nothing of any patient, so they wear no page decorator of access."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.ui.appearance import CHOICES, COOKIE, chosen
from throughline.foundation.ui.shortcuts import effective
from throughline.foundation.ui.web import samples


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen and go back to the page it was chosen on."""
    picked = chosen(request)
    for name, values in CHOICES.items():
        value = request.POST.get(name)
        if value in values:
            picked[name] = value
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    value = ".".join(f"{name}-{picked[name]}" for name in CHOICES if name in picked)
    response.set_cookie(COOKIE, value, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


@require_GET
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the keyboard shortcuts and how the list is ranked."""
    return render(request, "ui/help.html", {"shortcuts": effective(getattr(request.user, "preferences", {}))})


@require_GET
@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every part of the look in its states."""
    return render(request, "ui/gallery.html", {"figures": samples.figures()})
