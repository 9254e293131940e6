"""Invitations to download, and a colleague's private calendar feed with the page that opens and revokes it."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from throughline.edge.interop.ical.writing import Meeting, feed, invitation
from throughline.foundation.access import wall
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import account_of, viewer_for
from throughline.foundation.access.web.page import page
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.actions.slots import close_feed, hashed, open_feed
from throughline.practice.coordination.queries import appointments as queries
from throughline.practice.coordination.records.appointments import AppointmentRecord

BACK, AHEAD = timedelta(days=31), timedelta(days=366)
NOBODY = "mailto:throughline@localhost"


def _meeting(found: AppointmentRecord, *, place: str = "", description: str = "") -> Meeting:
    """An appointment as it leaves: its kind, never what it is for, and nobody's name."""
    return Meeting(
        id=str(found.id),
        summary=found.kind_words,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        zone=found.time_zone,
        state=found.state,
        sequence=found.sequence,
        changed_at=found.updated_at,
        place=place,
        description=description,
    )


def _calendar_file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@page("interop.invitation", needs=Permission.SEE_PATIENT, patient="appointment_id")
def invitation_file(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Give one appointment as an invitation for the patient, or its cancellation; where to go, not why."""
    found = queries.appointment(viewer, appointment_id)
    email = account_of(viewer).email
    meeting = _meeting(found, place=found.place, description=found.phone)
    return _calendar_file(invitation(meeting, organizer=f"mailto:{email}" if email else NOBODY), "appointment")


@require_http_methods(["GET", "POST"])
@page("interop.feed-settings", needs=Permission.COORDINATE)
def settings(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Open one's private address, shown once, or revoke it."""
    address = ""
    if request.POST.get("act") == "close":
        close_feed(by=viewer.actor, at=viewer.at)
        messages.success(request, "The address is closed. Calendars that read it get nothing any more.")
        return redirect("interop:feed-settings")
    if request.method == "POST":
        secret = secrets.token_urlsafe(32)
        open_feed(secret=secret, by=viewer.actor, at=viewer.at)
        address = request.build_absolute_uri(reverse("interop:feed", args=[secret]))
    context = {"address": address, "since": queries.feed_since(viewer)}
    return render(request, "interop/feed.html", context)


@require_GET
def feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """Give a colleague's appointments to whoever holds the secret address; a revoked or wrong one finds nothing.

    It signs nobody in, so it wears no page decorator: the secret is the permission, the wall is narrowed to the
    colleague's sites, and each reading is in the audit.
    """
    owner = queries.feed_owner(hashed(token))
    if owner is None:
        return HttpResponse("There is no such calendar.", status=404, content_type="text/plain; charset=utf-8")
    viewer = viewer_for(owner, at=datetime.now(UTC))
    if not viewer.may(Permission.COORDINATE):
        return HttpResponse("There is no such calendar.", status=404, content_type="text/plain; charset=utf-8")
    with wall.narrowed_to(viewer.site_ids):
        rows = queries.of_colleague(viewer, since=viewer.at - BACK, until=viewer.at + AHEAD)
        content = feed([_meeting(row) for row in rows], name="Throughline")
        write_entry(
            kind="export", name="interop.feed", by=viewer.actor, at=viewer.at, purpose=viewer.purpose,
            site_id=next(iter(viewer.site_ids), None), patient_id=None, detail={"rows": len(rows)},
        )  # fmt: skip
    return _calendar_file(content, "throughline")
