"""My account: second factor, sessions, password, and what I may do where."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.preference_actions import keep_settings
from throughline.foundation.access.queries import account_of
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.access.web.settings_forms import SettingsForm
from throughline.foundation.kernel.viewer import Viewer


@page("access.account", needs=None)
def account(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the viewer's own roles, teams, sign-in methods and open sessions."""
    return render(request, "access/account.html", {"account": account_of(viewer)})


@require_http_methods(["GET", "POST"])
@page("access.settings", needs=None)
def settings(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show and keep the viewer's own keys, the wait of her outbox and the times of her digest."""
    form = SettingsForm(request.POST or None, preferences=getattr(request.user, "preferences", {}))
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            keep_settings(**form.settings(), by=viewer.actor, at=viewer.at)
            messages.success(request, _("Settings kept."))
            return redirect("access:settings")
    return render(request, "access/settings.html", {"form": form}, status=form_status(form))


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Answer 404 for a page of allauth's that this product does not offer."""
    raise Http404
