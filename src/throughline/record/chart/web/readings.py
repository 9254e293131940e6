"""Readings of a patient: entered by hand, held when doubtful, drawn with their target."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.charts import figure
from throughline.record.chart import actions, queries
from throughline.record.chart.actions import ReadingIn, UnableToRecordObservation
from throughline.record.chart.records.trends import MeasureChoice
from throughline.record.chart.targets import targets_of
from throughline.record.people import queries as people

SOURCES = (("", "Measured by staff"), ("patient", "Told by the patient"), ("device", "From a device"))


@require_http_methods(["GET", "POST"])
@page("chart.readings", needs=Permission.SEE_PATIENT, patient="patient_id")
def readings(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the trends and the form; take a reading in. `?code=` says which measure is entered."""
    if request.method == "GET":
        return render(request, "chart/readings.html", _context(request, viewer, patient_id, {}))
    try:
        entered = actions.enter_reading(
            patient_id=patient_id, reading=_posted(request, viewer), by=viewer.actor, at=viewer.at
        )
    except UnableToRecordObservation as refused:
        context = _context(request, viewer, patient_id, request.POST) | {"error": str(refused)}
        return render(request, "chart/readings.html", context, status=422)
    if entered.held_id:
        messages.warning(request, f"Held for check: {entered.doubt}")
    else:
        messages.success(request, "The reading is on record.")
    target = request.POST.get("next", "")
    if entered.observation_id and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect(target)
    return redirect(f"{request.path}?code={request.POST.get('code', '')}")


def _context(request: HttpRequest, viewer: Viewer, patient_id: UUID, typed: Any) -> dict[str, Any]:
    identity = people.identity(viewer, patient_id)
    found = queries.measured(viewer, patient_id)
    offered = queries.choices()
    asked = typed.get("code") or request.GET.get("code", "")
    chosen = next((one for one in offered if one.code == asked), _likely(offered, tuple(found)))
    bands = targets_of(viewer, patient_id)
    return {
        "identity": identity,
        "patient_id": patient_id,
        "tab": "readings",
        "offered": offered,
        "chosen": chosen,
        "sources": SOURCES,
        "typed": typed,
        "fields": _fields(chosen, typed),
        "now": typed.get("taken_at") or f"{viewer.at.astimezone(ZoneInfo(viewer.time_zone)):%Y-%m-%dT%H:%M}",
        "next": request.GET.get("next", typed.get("next", "")),
        "held": queries.held_of(viewer, patient_id),
        "may_write": viewer.may(Permission.WRITE_CHART, identity.site_id),
        "figures": [
            figure(t.measure, t.scale, t.points, band=bands.get(t.code), until=viewer.at, zone=viewer.time_zone)
            for t in found.values()
        ],
    }


def _likely(offered: tuple[MeasureChoice, ...], recent: tuple[str, ...]) -> MeasureChoice:
    return next((one for code in recent for one in offered if one.code == code), offered[0])


def _fields(chosen: MeasureChoice, typed: Any) -> list[tuple[str, str, str]]:
    parts = chosen.parts or (("value", chosen.name),)
    return [(name if name == "value" else f"part:{name}", words, typed.get(name, typed.get(f"part:{name}", "")))
            for name, words in parts]  # fmt: skip


def _posted(request: HttpRequest, viewer: Viewer) -> ReadingIn:
    post = request.POST
    parts = {key[5:]: _number(str(value)) for key, value in post.items() if key.startswith("part:")}
    try:
        taken = datetime.fromisoformat(post.get("taken_at", "")).replace(tzinfo=ZoneInfo(viewer.time_zone))
    except ValueError as wrong:
        raise UnableToRecordObservation("Say when it was measured, date and time.") from wrong
    return ReadingIn(
        code=post.get("code", ""),
        value=None if parts else _number(post.get("value", "")),
        unit=post.get("unit", ""),
        parts=parts,
        taken_at=taken,
        source=post.get("source", "") if post.get("source", "") in dict(SOURCES) else "",
        note=post.get("note", "")[:1000],
    )


def _number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as wrong:
        raise UnableToRecordObservation("Enter the reading as a number, such as 168.2.") from wrong


@require_POST
@page("chart.settle-held", needs=Permission.WRITE_CHART, patient="held_id")
def settle(request: HttpRequest, viewer: Viewer, held_id: UUID) -> HttpResponse:
    """Keep or reject a reading that was held for check."""
    right, reason = request.POST.get("right") == "1", request.POST.get("reason", "")
    actions.settle_held(held_id=held_id, right=right, reason=reason, by=viewer.actor, at=viewer.at)
    messages.success(request, "The reading is on record." if right else "The reading was rejected.")
    return redirect("chart:readings", patient_id=locate("held_id", held_id).patient_id)


@require_POST
@page("chart.withdraw", needs=Permission.WRITE_CHART, patient="observation_id")
def withdraw(request: HttpRequest, viewer: Viewer, observation_id: UUID) -> HttpResponse:
    """Mark a reading as entered in error."""
    reason = request.POST.get("reason", "")
    actions.withdraw_observation(observation_id=observation_id, reason=reason, by=viewer.actor, at=viewer.at)
    messages.success(request, "The reading is marked as entered in error.")
    return redirect("chart:readings", patient_id=locate("observation_id", observation_id).patient_id)
