"""My account: second factor, sessions, password, and what I may do where."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from throughline.foundation.access.queries import account_of
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer


@page("access.account", needs=None)
def account(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the viewer's own roles, teams, sign-in methods and open sessions."""
    return render(request, "access/account.html", {"account": account_of(viewer)})


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Answer 404 for a page of allauth's that this product does not offer."""
    raise Http404
