"""The notices desk: who needs which notice by which minute, and how each was delivered."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.clocks import actions, queries
from throughline.record.clocks.rules import moments
from throughline.record.clocks.shown import NoticeShown
from throughline.record.clocks.web.forms import DeliveryForm

SHIFT = timedelta(hours=12)


@require_GET
@page("clocks.notices", needs=Permission.REVIEW_UTILISATION)
def desk(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every notice still to be delivered: late, in this shift, later. Prints as the shift's list."""
    groups: dict[str, list[NoticeShown]] = {"Late": [], "This shift": [], "Later": []}
    for row in queries.notices_due(viewer):
        due = row.chip.due_at
        late = row.chip.state == "overdue"
        soon = due is not None and due <= viewer.at + SHIFT
        groups["Late" if late else "This shift" if soon else "Later"].append(row)
    shown = [(name, rows) for name, rows in groups.items() if rows]
    return render(request, "clocks/notices.html", {"groups": shown, "total": sum(len(rows) for _, rows in shown)})


@require_http_methods(["GET", "POST"])
@page("clocks.notice", needs=Permission.WORK_CLOCKS, patient="clock_id")
def notice(request: HttpRequest, viewer: Viewer, clock_id: UUID) -> HttpResponse:
    """One notice: the data its form prints, and how it was delivered."""
    shown = queries.notice(viewer, clock_id)
    data = request.POST if request.method == "POST" else None
    zone = moments.zone_named(shown.chip.zone)
    form = DeliveryForm(data, notice=shown.notice, zone=zone, now=viewer.at)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with refusals_into(form):
            actions.meet_clock(
                clock_id=clock_id, met_at=given["when"], how=given["how"], reason=given["how"]["title"],
                by=viewer.actor, at=viewer.at,
            )  # fmt: skip
            messages.success(request, f"{shown.notice.title}: delivery recorded.")
            return redirect("clocks:clock", clock_id=clock_id)
    return render(
        request, "clocks/notice.html", {"row": shown, "chip": shown.chip, "form": form}, status=form_status(form)
    )
