"""Acts on a clock, each a page with one form: meet, pause, resume, extend, correct, attempt, cancel, reopen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.clocks import actions, queries
from throughline.record.clocks.rules import moments
from throughline.record.clocks.shown import ClockShown
from throughline.record.clocks.web.forms import ActForm, CorrectForm

Do = Callable[[UUID, dict[str, Any], Viewer], None]


@dataclass(frozen=True)
class Act:
    """One act: its heading, the labels of its form, what it does, what is said after it."""

    title: str
    do: Do
    said: str
    when: str = ""
    reason: str = "Why"
    must: bool = True


def _meet(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.meet_clock(clock_id=clock_id, met_at=given["when"], reason=given["reason"], by=viewer.actor, at=viewer.at)


def _pause(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.pause_clock(clock_id=clock_id, since=given["when"], reason=given["reason"], by=viewer.actor, at=viewer.at)


def _resume(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.resume_clock(clock_id=clock_id, until=given["when"], reason=given["reason"], by=viewer.actor, at=viewer.at)


def _extend(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.extend_clock(
        clock_id=clock_id, noticed_at=given["when"], reason=given["reason"], by=viewer.actor, at=viewer.at
    )


def _attempt(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.note_attempt(
        clock_id=clock_id, attempted_at=given["when"], channel=given["reason"], by=viewer.actor, at=viewer.at
    )


def _cancel(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.cancel_clock(clock_id=clock_id, reason=given["reason"], by=viewer.actor, at=viewer.at)


def _reopen(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    actions.reopen_clock(clock_id=clock_id, reason=given["reason"], by=viewer.actor, at=viewer.at)


def _correct(clock_id: UUID, given: dict[str, Any], viewer: Viewer) -> None:
    facts = {name.removeprefix("fact_"): "" for name in given if name.startswith("fact_")} | given["facts"]
    actions.correct_clock(
        clock_id=clock_id, start=given["start"], facts=facts, reason=given["reason"], by=viewer.actor, at=viewer.at
    )


ACTS: Mapping[str, Act] = {
    "meet": Act("Done", _meet, "The clock is met.", "When it was done", "How you know", must=False),
    "pause": Act("Pause", _pause, "The clock stands still.", "Since when", "Why it stands still"),
    "resume": Act("Go on", _resume, "The clock goes on.", "From when", "What came", must=False),
    "extend": Act("Extend", _extend, "The extension is recorded.", "When it was noticed", "Why, and how it was told"),
    "attempt": Act("Note a try", _attempt, "The try is noted.", "When", "Channel (phone, letter, visit)"),
    "cancel": Act("Cancel", _cancel, "The clock is cancelled.", "", "Why it no longer matters"),
    "reopen": Act("Open again", _reopen, "The clock is open again.", "", "Why it is open again"),
    "correct": Act("Correct", _correct, "Corrected; the old date stays in its history."),
}


@require_http_methods(["GET", "POST"])
@page("clocks.act", needs=Permission.WORK_CLOCKS, patient="clock_id")
def act(request: HttpRequest, viewer: Viewer, clock_id: UUID, act: str) -> HttpResponse:
    """Show the form of an act on a clock, or carry it out."""
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    shown = queries.clock(viewer, clock_id)
    form = _form(request, viewer, shown, act, chosen)
    if form.is_bound and form.is_valid():
        with refusals_into(form):
            chosen.do(clock_id, form.cleaned_data, viewer)
            messages.success(request, chosen.said)
            return redirect("clocks:clock", clock_id=clock_id)
    context = {"clock": shown, "chip": shown.chip, "act": chosen, "form": form}
    return render(request, "clocks/act.html", context, status=form_status(form))


def _form(request: HttpRequest, viewer: Viewer, shown: ClockShown, name: str, chosen: Act) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    zone = moments.zone_named(shown.chip.zone)
    if name != "correct":
        return ActForm(data, zone=zone, now=viewer.at, when=chosen.when, reason=chosen.reason, must=chosen.must)
    form = CorrectForm(data, rule=queries.rule_of(viewer, shown.chip.id), zone=zone, given=shown.given)
    begun = moments.read(shown.start, zone)
    form.fields["start_day"].initial = moments.day_of(begun, zone)
    if isinstance(begun, datetime):
        form.fields["start_time"].initial = begun.astimezone(zone).time()
    return form
