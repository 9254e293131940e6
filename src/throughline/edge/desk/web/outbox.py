"""The outbox: what waits to leave the house, to whom, for how long yet; take back, try again."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.queries import outbox_seconds
from throughline.foundation.access.web.page import page
from throughline.foundation.journal import leaving
from throughline.foundation.journal import queries as journal
from throughline.foundation.journal.records import Leaving
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats


@require_GET
@page("desk.outbox", needs=None)
def outbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what the viewer sent: what waits with the seconds left, what failed, what left within a day."""
    rows = [_line(one, viewer) for one in journal.leaving_of(viewer)]
    request.session["outbox_open"] = any(row["one"].waits for row in rows)
    context = {
        "waiting": [row for row in rows if row["one"].waits],
        "past": [row for row in rows if not row["one"].waits],
        "seconds": outbox_seconds(viewer.user_id) if viewer.user_id else None,
    }
    return render(request, "desk/outbox.html", context)


def _line(one: Leaving, viewer: Viewer) -> dict[str, Any]:
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    return {
        "one": one,
        "left": one.seconds_left(viewer.at),
        "sent": formats.moment(one.created_at, viewer.time_zone, today),
        "next": formats.moment(one.not_before, viewer.time_zone, today),
        "ended": formats.moment(one.done_at or one.recalled_at or one.created_at, viewer.time_zone, today),
    }


@require_GET
@page("desk.outbox-count", needs=None)
def count(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Return the top bar's entry with how much waits; it goes on asking only while something does."""
    found = journal.waiting_count(viewer)
    if bool(found) != bool(request.session.get("outbox_open")):
        request.session["outbox_open"] = bool(found)
    return render(request, "ui/_outbox.html", {"waiting": bool(found), "count": found})


@require_POST
@page("desk.recall", needs=None)
def recall(request: HttpRequest, viewer: Viewer, message_id: UUID) -> HttpResponse:
    """Take one message back and lead to where it can be corrected."""
    taken = leaving.recall_message(outbox_id=message_id, by=viewer.actor, at=viewer.at)
    messages.success(request, _("Taken back: %(what)s. It has not left.") % {"what": taken.what})
    safe = taken.back.startswith("/") and not taken.back.startswith("//")
    return redirect(taken.back if safe and request.POST.get("then") == "correct" else "desk:outbox")


@require_POST
@page("desk.retry", needs=None)
def retry(request: HttpRequest, viewer: Viewer, message_id: UUID) -> HttpResponse:
    """Try a message that failed again at once."""
    leaving.retry_message(outbox_id=message_id, by=viewer.actor, at=viewer.at)
    messages.info(request, _("It is tried again now."))
    return redirect("desk:outbox")
