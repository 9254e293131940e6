"""The intake board, the referral form, a list of referrals, and one referral with its screening and decision."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.intake import actions, listing, queries, rules
from throughline.practice.intake.web.forms import ConsentForm, ReferralForm, ScreeningForm
from throughline.record.cases import queries as cases
from throughline.record.cases.actions import ConsentIn
from throughline.record.cases.programmes import programmes
from throughline.record.people import queries as people_queries

ON_A_PAGE, MOST_DIGITS = 50, 7


def _site(request: HttpRequest, sites: Sequence[tuple[UUID, str]]) -> UUID:
    """Return the site chosen of those she may enter referrals at; the only one needs no choice."""
    if not sites:
        raise Refusal("You have no site at which you may do this. Ask an administrator.")
    return next((key for key, _ in sites if str(key) == request.POST.get("site")), sites[0][0])


def _today(viewer: Viewer) -> date:
    return viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()


@require_GET
@page("intake.board", needs=Permission.REFER_IN)
def board(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the referrals that wait, urgent first, and the cases nobody owns."""
    count = queries.waiting(viewer)
    pages = max(1, -(-count // ON_A_PAGE))
    said = request.GET.get("page", "")
    number = min(int(said), pages) if said.isdecimal() and len(said) < MOST_DIGITS and int(said) else 1
    start = (number - 1) * ON_A_PAGE
    context = {
        "waiting": [_line(r, viewer) for r in queries.board(viewer, after=start, limit=ON_A_PAGE)],
        "count": count,
        "number": number,
        "pages": pages,
        "decided": [_line(r, viewer) for r in queries.recently_decided(viewer)],
        "unassigned": cases.unassigned_cases(viewer) if viewer.may(Permission.TAKE_CASE) else [],
        "may_screen": viewer.may(Permission.SCREEN_REFERRAL),
    }
    return render(request, "intake/board.html", context)


def _line(record: queries.ReferralRecord, viewer: Viewer) -> dict[str, object]:
    today = _today(viewer)
    return {
        "r": record,
        "about": formats.birth_date(record.patient_born, today),
        "waits": formats.span(viewer.at - record.received_at),
        "identified": formats.short_day(record.identified_on, today),
    }


@require_http_methods(["GET", "POST"])
@page("intake.refer", needs=Permission.REFER_IN)
def refer(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Take a referral: show who is already known before a second record is made."""
    sites = queries.sites_to_refer_at(viewer)
    context: dict[str, Any] = {"sites": sites}
    if request.method == "GET":
        context["form"] = ReferralForm(initial={"identified_on": _today(viewer)})
        return render(request, "intake/refer.html", context)
    site_id, use = _site(request, sites), request.POST.get("use", "")
    form = ReferralForm(request.POST)
    context |= {"form": form, "site_id": site_id}
    if not form.is_valid():
        return render(request, "intake/refer.html", context, status=422)
    likely = [] if use else people_queries.likely_matches(site_id, form.person())
    if likely:
        known = queries.named(site_id, {suspect.patient_id: suspect.weighed.reasons for suspect in likely})
        return render(request, "intake/refer.html", context | {"likely": known})
    try:
        referral_id = _receive(form, site_id, use, viewer)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return render(request, "intake/refer.html", context, status=422)
    messages.success(request, "Referral taken in.")
    return redirect("intake:referral", referral_id=referral_id)


def _receive(form: ReferralForm, site_id: UUID, use: str, viewer: Viewer) -> UUID:
    data = form.cleaned_data
    particulars = {
        key: data[key]
        for key in ("source", "source_name", "source_phone", "reason", "programme", "urgent", "identified_on")
    }
    if use and use != "new":
        sent = actions.ReferralIn(
            patient_id=entered_id(use, "Choose the patient again."), received_at=viewer.at, **particulars
        )
        return actions.receive_referral(site_id=site_id, referral=sent, by=viewer.actor, at=viewer.at)
    return actions.refer_new_patient(
        site_id=site_id, person=form.person(), particulars=particulars, by=viewer.actor, at=viewer.at
    )


@require_http_methods(["GET", "POST"])
@page("intake.list", needs=Permission.REFER_IN)
def upload(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Take a comma-separated list of referrals; refused lines are named and the others kept."""
    sites = queries.sites_to_refer_at(viewer)
    context: dict[str, object] = {"columns": rules.COLUMNS, "needed": rules.NEEDED, "sites": sites}
    context["programmes"] = [(one.key, one.title) for one in programmes().values()]
    if request.method == "POST":
        sent = request.FILES.get("list")
        if sent is None:
            context["error"] = "Choose a file first."
        elif (sent.size or 0) > 5_000_000:
            context["error"] = "The file is larger than 5 MB. Split it."
        else:
            context["site_id"] = site_id = _site(request, sites)
            try:
                text = sent.read().decode("utf-8-sig")
                taken = listing.take_list(
                    site_id=site_id, text=text, today=_today(viewer), by=viewer.actor, at=viewer.at
                )
                context |= {"taken": taken.taken, "known": taken.known, "refused": taken.refused}
            except UnicodeDecodeError:
                context["error"] = "The file is not in UTF-8. Save it as “CSV UTF-8” and send it again."
            except Refusal as refusal:
                context["error"] = str(refusal)
    return render(request, "intake/list.html", context, status=422 if context.get("error") else 200)


@require_GET
@page("intake.referral", needs=Permission.REFER_IN)
def referral(request: HttpRequest, viewer: Viewer, referral_id: UUID) -> HttpResponse:
    """Show one referral: what was asked, the criteria with their reasons, and the decision to take."""
    return render(request, "intake/referral.html", _referral_context(viewer, referral_id))


def _referral_context(viewer: Viewer, referral_id: UUID) -> dict[str, object]:
    record = queries.referral(viewer, referral_id)
    return {
        "line": _line(record, viewer),
        "r": record,
        "others": [_line(other, viewer) for other in queries.others_of_patient(viewer, record)],
        "steps": queries.steps(viewer, referral_id),
        "screening": ScreeningForm(),
        "consent": ConsentForm(),
        "decline_reasons": rules.DECLINE_REASONS.items(),
        "open": record.state in rules.OPEN,
        "may_screen": viewer.may(Permission.SCREEN_REFERRAL, record.site_id),
        "may_enrol": viewer.may(Permission.ENROL, record.site_id),
    }


@require_POST
@page("intake.screen", needs=Permission.SCREEN_REFERRAL)
def screen(request: HttpRequest, viewer: Viewer, referral_id: UUID) -> HttpResponse:
    """Hold the criteria against the record and what was asked."""
    form = ScreeningForm(request.POST)
    if not form.is_valid():
        context = _referral_context(viewer, referral_id) | {"screening": form}
        return render(request, "intake/referral.html", context, status=422)
    said = {key: value for key, value in form.cleaned_data.items() if value is not None}
    actions.screen_referral(referral_id=referral_id, said=said, by=viewer.actor, at=viewer.at)
    return redirect("intake:referral", referral_id=referral_id)


@require_POST
@page("intake.decide", needs=Permission.SCREEN_REFERRAL)
def decide(request: HttpRequest, viewer: Viewer, referral_id: UUID) -> HttpResponse:
    """Enrol, decline, ask, mark as a duplicate, or reopen."""
    try:
        return _decided(request, viewer, referral_id)
    except Refusal as refusal:
        context = _referral_context(viewer, referral_id) | {"error": str(refusal), "consent": ConsentForm(request.POST)}
        return render(request, "intake/referral.html", context, status=422)


def _decided(request: HttpRequest, viewer: Viewer, referral_id: UUID) -> HttpResponse:
    act, by, at = request.POST.get("act", ""), viewer.actor, viewer.at
    if act == "enrol":
        return _enrolled(request, viewer, referral_id)
    if act == "decline":
        code, note = request.POST.get("code", ""), request.POST.get("note", "")
        actions.decline_referral(referral_id=referral_id, code=code, note=note, by=by, at=at)
    elif act == "ask":
        actions.ask_for_information(referral_id=referral_id, question=request.POST.get("question", ""), by=by, at=at)
    elif act == "duplicate":
        other = entered_id(request.POST.get("of", ""), "Choose the referral this one repeats.")
        actions.mark_duplicate(referral_id=referral_id, duplicate_of=other, by=by, at=at)
    elif act == "reopen":
        actions.reopen_referral(referral_id=referral_id, reason=request.POST.get("note", ""), by=by, at=at)
    else:
        raise Refusal("Choose what to do with the referral.")
    return redirect("intake:board" if act in ("decline", "duplicate") else f"/intake/{referral_id}/")


def _enrolled(request: HttpRequest, viewer: Viewer, referral_id: UUID) -> HttpResponse:
    form = ConsentForm(request.POST)
    if not form.is_valid():
        raise Refusal("Say how consent was given and who decided.")
    data = form.cleaned_data
    consent = None
    if data["decision"]:
        consent = ConsentIn("case-management", data["decision"], data["method"], data["given_by"])
    actions.enrol_referral(
        referral_id=referral_id,
        consent=consent,
        override_reason=data["override_reason"],
        take=data["take"],
        by=viewer.actor,
        at=viewer.at,
    )
    messages.success(request, "Enrolled." + (" The case is yours." if data["take"] else ""))
    record = queries.referral(viewer, referral_id)
    return redirect("desk:patient", patient_id=record.patient_id) if data["take"] else redirect("intake:board")
