"""How long a session lives: signed out after minutes without activity, and after hours in any case
(45 CFR 164.312(a)(2)(iii)). The page asks `/session/` how long is left and can say that somebody is still there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.queries import has_second_factor, viewer_for
from throughline.foundation.access.web import answers
from throughline.foundation.access.web.sign_in_forms import SignInForm

BEGAN, SEEN, FACTOR = "session_began", "session_seen", "session_second_factor"
# The last activity is written at most this often: one row less to update on most requests.
COARSENESS = timedelta(seconds=30)
WARNING = timedelta(minutes=2)


def idle_limit() -> timedelta:
    """Return how long nobody may do anything."""
    return timedelta(minutes=settings.IDLE_MINUTES)


def time_left(session: object, at: datetime) -> timedelta:
    """Return how long the session still lives at `at` if nobody does anything; zero or less when it is over."""
    began = datetime.fromtimestamp(session.get(BEGAN, at.timestamp()), UTC)  # type: ignore[attr-defined]
    seen = datetime.fromtimestamp(session.get(SEEN, at.timestamp()), UTC)  # type: ignore[attr-defined]
    return min(seen + idle_limit(), began + timedelta(hours=settings.SESSION_HOURS)) - at


class SessionLimits:
    """Middleware that ends sessions in time and, where it is required, asks for a second factor first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out who stayed too long; count activity; go on."""
        if request.user.is_authenticated:
            at = datetime.now(UTC)
            if time_left(request.session, at) <= timedelta(0):
                logout(request)
                messages.info(request, _("You were signed out because the time was up. Sign in to go on."))
            else:
                self._count(request, at)
                if request.path.startswith(("/accounts/", "/help/", "/gallery/")):  # pages without the decorator
                    request.viewer = viewer_for(request.user, at=at)  # type: ignore[attr-defined]
                if self._must_add_factor(request):
                    return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)

    def _count(self, request: HttpRequest, at: datetime) -> None:
        """Note the activity; asking how long is left is none, nor is a page refreshing itself."""
        request.session.setdefault(BEGAN, at.timestamp())
        asked_only = request.path == reverse("access:session") and request.method == "GET"
        if asked_only or request.headers.get("X-Throughline-Poll"):
            return
        seen = request.session.get(SEEN)
        if seen is None or at.timestamp() - seen >= COARSENESS.total_seconds():
            request.session[SEEN] = at.timestamp()

    def _must_add_factor(self, request: HttpRequest) -> bool:
        if not settings.SECOND_FACTOR_REQUIRED or request.path.startswith(("/accounts/", "/static/", "/session/")):
            return False
        if not request.session.get(FACTOR):
            request.session[FACTOR] = has_second_factor(request.user.pk)  # type: ignore[arg-type]
        return not request.session[FACTOR]


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Return the warning two minutes before the end, or nothing; a POST is activity and so goes on."""
    if not request.user.is_authenticated:
        if request.method == "GET" and not answers.is_fragment(request):
            return HttpResponseRedirect(reverse("account_login"))
        return answers.sign_in_first(request)
    left = time_left(request.session, datetime.now(UTC))
    if request.method == "POST" and not answers.is_fragment(request):
        return HttpResponseRedirect("/")
    return render(
        request, "access/_session.html", {"warn": left <= WARNING, "seconds": max(int(left.total_seconds()), 0)}
    )


@never_cache
@require_GET
def session_back(request: HttpRequest) -> HttpResponse:
    """Return the page a nurse lands on who signed in again in a second tab: it sends her back to the first."""
    if not request.user.is_authenticated:
        return answers.sign_in_first(request)
    return render(request, "access/session_back.html")


@never_cache
@require_POST
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Sign in from the dialog over a page whose session ended, and let that page go on.

    Password and rate limits are those of the sign-in page. A second factor is asked for in a new tab; without htmx the
    answer is the way to the sign-in page. The page itself notices when somebody else signed in, and shows nothing more.
    """
    if not answers.is_fragment(request):
        return HttpResponseRedirect(reverse("account_login"))
    form = SignInForm(request.POST, request=request)
    was, further = request.POST.get("was", ""), ""
    if not request.user.is_authenticated and form.is_valid():
        answer = form.login(request, redirect_url=reverse("access:session-back"))
        further = answer.get("Location", "")
    if request.user.is_authenticated:
        return render(request, "access/_session.html", {"warn": False, "seconds": 0})
    context = {"form": form, "was": was, "further": further}
    return render(request, "access/_sign_in_again.html", context, status=200 if further else 422)
