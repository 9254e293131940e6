"""Opening a record in an emergency."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.foundation.access import emergency_actions
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import may_see
from throughline.foundation.access.web.forms import BreakGlassForm
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.actions import NotFound, locate
from throughline.foundation.kernel.viewer import Viewer


@require_http_methods(["GET", "POST"])
@page("access.break-glass", needs=Permission.BREAK_GLASS, purpose="emergency")
def break_glass(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Ask for the reason and open the record; who may see it already is sent there."""
    site_id = locate("patient_id", patient_id).site_id
    if site_id not in viewer.site_ids:
        raise NotFound("There is no such patient.")
    if may_see(viewer, patient_id=patient_id, site_id=site_id):
        return redirect(f"/p/{patient_id}/")
    form = BreakGlassForm(request.POST or None)
    if form.is_valid():
        with refusals_into(form):
            emergency_actions.break_glass(
                site_id=site_id, patient_id=patient_id, **form.cleaned_data, by=viewer.actor, at=viewer.at
            )
            messages.warning(request, _("The record is open to you. The opening will be reviewed."))
            return redirect(f"/p/{patient_id}/")
    return render(request, "access/break_glass.html", {"form": form}, status=form_status(form))
