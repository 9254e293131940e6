"""Pages of clocks: what breaks first, a clock with its arithmetic, a patient's clocks, the rules and their review."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.clocks import actions, queries
from throughline.record.clocks.web.forms import ReviewForm


@require_GET
@page("clocks.first", needs=Permission.WORK_CLOCKS)
def first(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What breaks first: hers, or everything at her sites."""
    whole = request.GET.get("show") == "site"
    chips = queries.first_to_break(viewer, mine=not whole)
    late = sum(chip.state == "overdue" for chip in chips)
    return render(request, "clocks/first.html", {"chips": chips, "whole": whole, "late": late, "most": queries.MOST})


@require_GET
@page("clocks.clock", needs=Permission.SEE_PATIENT, patient="clock_id")
def clock(request: HttpRequest, viewer: Viewer, clock_id: UUID) -> HttpResponse:
    """How a date was found, what can move it, and what was done."""
    shown = queries.clock(viewer, clock_id)
    may = viewer.may(Permission.WORK_CLOCKS, shown.chip.site_id)
    return render(request, "clocks/clock.html", {"clock": shown, "chip": shown.chip, "told": shown.told, "may": may})


@require_GET
@page("clocks.patient", needs=Permission.SEE_PATIENT, patient="patient_id")
def of_patient(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """A patient's clocks, open and ended."""
    context = {
        "patient_id": patient_id,
        "chips": queries.chips_of(viewer, patient_id),
        "ended": queries.chips_of(viewer, patient_id, ended=True),
        "may": viewer.may(Permission.WORK_CLOCKS),
    }
    return render(request, "clocks/patient.html", context)


@require_GET
@page("clocks.rules", needs=None)
def rule_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every clock the library knows, with its citation and who reviewed it."""
    return render(request, "clocks/rules.html", {"rules": queries.rules(viewer)})


@require_http_methods(["GET", "POST"])
@page("clocks.rule", needs=None)
def rule_page(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """One rule, and signing it as reviewed."""
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_into(form):
            actions.review_rule(key=key, changed=form.cleaned_data["changed"], by=viewer.actor, at=viewer.at)
            messages.success(request, "Signed as reviewed.")
            return redirect("clocks:rule", key=key)
    full = queries.rule(viewer, key)
    context = {
        "rule": full.short,
        "full": full,
        "reviews": queries.reviews(viewer, key),
        "form": form,
        "may": viewer.may(Permission.REVIEW_CONTENT),
    }
    return render(request, "clocks/rule.html", context, status=form_status(form))


@require_GET
@page("clocks.trouble", needs=Permission.ADMINISTER)
def trouble(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The operator's page: clocks that could not be counted. It names no patient."""
    return render(request, "clocks/trouble.html", {"rows": queries.troubled(viewer)})


@require_POST
@page("clocks.again", needs=Permission.ADMINISTER)
def again(request: HttpRequest, viewer: Viewer, clock_id: UUID) -> HttpResponse:
    """Try a clock that could not be counted at the next round."""
    actions.look_again(clock_id=clock_id, by=viewer.actor, at=viewer.at)
    messages.success(request, "It is tried again within a minute.")
    return redirect("clocks:trouble")
