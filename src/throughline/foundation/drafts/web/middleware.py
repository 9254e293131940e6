"""Gives every form marked `data-draft` its draft, and forgets the draft when the form has been sent.

A page without such a form costs one search in its bytes and no statement; a page with one costs one statement.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_urlsafe

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import escape
from django.utils.translation import gettext as _

from throughline.foundation.access import wall
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.drafts import actions, queries, rules
from throughline.foundation.drafts.records import Kept
from throughline.foundation.drafts.web import forms
from throughline.foundation.drafts.web.offers import offer
from throughline.foundation.drafts.web.places import site_of
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats

MARK = b'data-draft="'
SENT = (200, 201, 204, 302, 303)


class Drafts:
    """Middleware; stands inside the one that ends sessions, because it needs to know who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as ever; forget what was sent; put drafts into the forms that are marked."""
        key = request.POST.get("draft", "") if request.method == "POST" else ""
        if key and request.POST.get("draft_again") and (again := _sent_before(request, key)):
            return again
        response = self.get_response(request)
        viewer = getattr(request, "viewer", None)
        if viewer is None or viewer.user_id is None:
            return response
        if key and response.status_code in SENT and not getattr(request, "keep_draft", False):
            _forget(request, viewer, key)
        if _has_forms(response):
            _expand(request, response, viewer)
        return response


def _has_forms(response: HttpResponse) -> bool:
    html = response.get("Content-Type", "").startswith("text/html")
    return html and not response.streaming and MARK in response.content


def _sent_before(request: HttpRequest, key: str) -> HttpResponse | None:
    """Return the answer to a form sent a second time because the answer to the first was lost; None when it was not."""
    from throughline.foundation.access.queries import viewer_for

    if not request.user.is_authenticated:
        return None
    viewer = viewer_for(request.user, at=datetime.now(UTC))
    with wall.narrowed_to(viewer.site_ids):
        if not queries.was_sent(viewer, key, request.POST.get("draft_sheet", "")):
            return None
    messages.success(request, _("It was saved before the connection was lost."))
    if is_fragment(request):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    back = request.POST.get("draft_page", "/")
    return HttpResponseRedirect(back if back.startswith("/") and not back.startswith("//") else "/")


def _forget(request: HttpRequest, viewer: Viewer, text: str) -> None:
    try:
        key = rules.read_key(text)
    except ValueError:
        return
    with wall.narrowed_to(viewer.site_ids):
        site_id = site_of(viewer)
        if site_id is not None:
            sheet = request.POST.get("draft_sheet", "")
            actions.forget_sent(key=str(key), sheet=sheet, site_id=site_id, by=viewer.actor, at=viewer.at)


def _expand(request: HttpRequest, response: HttpResponse, viewer: Viewer) -> None:
    html = response.content.decode(response.charset or "utf-8")
    found = forms.marked(html)
    asked_for = response.status_code == 200
    with wall.narrowed_to(viewer.site_ids):
        kept = queries.kept(viewer, {form.key for form in found}) if asked_for else {}
    going_on = request.GET.get("draft", "")

    def change(form: forms.Found, body: str) -> tuple[str, str, str]:
        mine = kept.get(form.key)
        head = (
            f'<input type="hidden" name="draft" value="{escape(form.key)}">'
            f'<input type="hidden" name="draft_sheet" value="{token_urlsafe(12)}">'
            f'<input type="hidden" name="draft_page" value="{escape(request.path)}">'
        )
        state = "" if mine is None or going_on != form.key else _words_of(mine, viewer)
        foot = f'<p class="small muted wide" data-draft-state{"" if state else " hidden"}>{escape(state)}</p>'
        if mine is None or going_on == form.key:
            return "", head, (forms.filled(body, mine.words) if mine else body) + foot
        return _offer(request, mine, body, viewer), head, body + foot

    response.content = forms.rewritten(html, found, change)
    if "Content-Length" in response:
        response["Content-Length"] = str(len(response.content))


def _words_of(mine: Kept, viewer: Viewer) -> str:
    return _("Saved %(time)s") % {"time": formats.clock(mine.saved_at, viewer.time_zone)}


def _offer(request: HttpRequest, mine: Kept, body: str, viewer: Viewer) -> str:
    query = request.GET.copy()
    query["draft"] = mine.key
    page = mine.page if is_fragment(request) and mine.page else request.path
    return offer(request, mine, forms.named(body, mine.words), f"{page}?{query.urlencode()}", viewer)
