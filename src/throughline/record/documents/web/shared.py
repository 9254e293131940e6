"""What somebody without an account sees through a link: one document, or a sentence why it does not open.

These addresses wear no page decorator: there is no user. The token is the key, the door is rate limited, nothing may be
cached or indexed, the address tells no other site, and neither it nor the token reaches a log.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET

from throughline.foundation.access import wall
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents import actions, queries
from throughline.record.documents.web.answers import pdf_answer
from throughline.record.people import queries as people

Answer = Callable[[HttpRequest, Viewer, UUID], HttpResponse]
CLOSED: dict[str, str] = {
    "unknown": "This link is not valid. Check that you copied all of it, or ask the sender for a new one.",
    "waiting": "This link opens in a moment. Wait half a minute and open it again.",
    "expired": "This link has expired. Ask the sender for a new one.",
    "revoked": "The sender has ended this link. Ask the sender if you still need the document.",
    "recalled": "The sender has taken this document back. Ask the sender if you still need it.",
    "consent": "The patient's consent to share this has ended, so the link no longer opens.",
    "busy": "There were too many requests from your network. Wait a minute and open the link again.",
}


@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the shared document."""
    return _opened(request, token, "page", _page)


@require_GET
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Give the shared document as a tagged PDF."""
    return _opened(request, token, "pdf", _pdf)


def _page(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    found = queries.document(viewer, document_id)
    context = {
        "document": found,
        "identity": people.identity(viewer, found.patient_id),
        "signature": queries.signature_of(found, viewer.time_zone),
    }
    return render(request, "documents/shared.html", context)


def _pdf(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    content, found = queries.pdf(viewer, document_id)
    return pdf_answer(content, found)


def _opened(request: HttpRequest, token: str, what: str, answer: Answer) -> HttpResponse:
    # The public door of allauth's limiter lets every GET pass; the inner one counts them when told to.
    if not consume(request, app="allauth.account", action="shared_link", limit_get=True):
        return _sealed(_closed(request, "busy", 429))
    at = datetime.now(UTC)
    held = queries.holder_of(token, at=at)
    if held is None:
        return _sealed(_closed(request, "unknown", 404))
    share_id, viewer = held
    with wall.narrowed_to(viewer.site_ids), timezone.override(ZoneInfo(viewer.time_zone)):
        try:
            document_id = actions.open_shared(share_id=share_id, what=what, by=viewer.actor, at=at)
        except actions.LinkClosed as closed:
            _note_refusal(viewer, share_id, closed.standing)
            return _sealed(_closed(request, closed.standing, 410))
        return _sealed(answer(request, viewer, document_id))


def _note_refusal(viewer: Viewer, share_id: UUID, standing: str) -> None:
    (site_id,) = viewer.site_ids
    write_entry(
        kind="refused", name="documents.shared", by=viewer.actor, at=viewer.at, site_id=site_id, patient_id=None,
        purpose="disclosure", detail={"share": str(share_id), "why": standing},
    )  # fmt: skip


def _closed(request: HttpRequest, why: str, status: int) -> HttpResponse:
    response = render(request, "documents/closed.html", {"text": CLOSED[why]}, status=status)
    # Django would write the address of a refused request, and with it the token, to the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _sealed(response: HttpResponse) -> HttpResponse:
    """Return the answer, never to be kept, found by search engines, or named to another site."""
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
