"""Starting a clock by hand: choose the rule, give its facts, see the arithmetic, start."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.time import zone_words
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.clocks import actions, queries
from throughline.record.clocks.actions import ClockIn
from throughline.record.clocks.records import ClockError
from throughline.record.clocks.rules import catalogue, moments, worked
from throughline.record.clocks.web.forms import StartForm


@require_GET
@page("clocks.choose", needs=Permission.WORK_CLOCKS, patient="patient_id")
def choose(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Choose which clock to start, by words, id or citation."""
    asked = request.GET.get("q", "").strip().lower()
    rules = [
        rule
        for rule in queries.rules(viewer)
        if asked in f"{rule.id} {rule.title} {rule.key} {rule.citation} {rule.lines}".lower()
    ]
    return render(request, "clocks/choose.html", {"rules": rules, "asked": asked, "patient_id": patient_id})


@require_http_methods(["GET", "POST"])
@page("clocks.start", needs=Permission.WORK_CLOCKS, patient="patient_id")
def start(request: HttpRequest, viewer: Viewer, patient_id: UUID, key: str) -> HttpResponse:
    """Give the facts of a clock, see how the date comes out, and start it."""
    try:
        rule = catalogue.rule(key)
    except ClockError as error:
        raise NotFound(str(error)) from error
    zone = queries.zone_of(viewer, patient_id)
    form = StartForm(request.POST if request.method == "POST" else None, rule=rule, zone=moments.zone_named(zone))
    steps: tuple[str, ...] = ()
    if form.is_bound and form.is_valid():
        with refusals_into(form):
            if "see" not in request.POST:
                return _started(request, viewer, patient_id, rule.key, form)
            steps = _seen(viewer, rule.key, form, zone)
    context = {"rule": rule, "form": form, "steps": steps, "patient_id": patient_id, "zone": zone_words(zone)}
    context["founded"] = worked.confidence_in_words(rule.confidence_note)
    return render(request, "clocks/start.html", context, status=form_status(form))


def _started(request: HttpRequest, viewer: Viewer, patient_id: UUID, key: str, form: StartForm) -> HttpResponse:
    given = form.cleaned_data
    clock = ClockIn(key=key, start=given["start"], facts=given["facts"], part=given.get("part") or "")
    clock_id = actions.start_clock(patient_id=patient_id, clock=clock, by=viewer.actor, at=viewer.at)
    messages.success(request, "The clock runs.")
    return redirect("clocks:clock", clock_id=clock_id)


def _seen(viewer: Viewer, key: str, form: StartForm, zone: str) -> tuple[str, ...]:
    given = form.cleaned_data
    asked = f"{key}/{given['part']}" if given.get("part") else key
    try:
        return queries.preview(viewer, key=asked, start=given["start"], zone=zone, facts=given["facts"])
    except ClockError as error:
        form.add_error(None, str(error))
        return ()
