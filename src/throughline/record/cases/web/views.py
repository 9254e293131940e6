"""One case: its state, programmes, consents and steps, and the acts its state allows."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts.records import Settled
from throughline.foundation.drafts.web.conflicts import conflict, settle
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id, entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.cases import actions, queries, rules
from throughline.record.cases.programmes import programmes


@require_GET
@page("cases.case", needs=Permission.SEE_PATIENT, patient="case_id")
def case(request: HttpRequest, viewer: Viewer, case_id: UUID) -> HttpResponse:
    """Show a case whole."""
    return render(request, "cases/case.html", _context(viewer, case_id))


def _context(viewer: Viewer, case_id: UUID) -> dict[str, object]:
    found = queries.case(viewer, case_id)
    enrolled = {e.programme for e in found.enrolments if e.until is None}
    return {
        "case": found,
        "steps": [(rules.step_words(one.act, one.after), one) for one in queries.history(viewer, case_id)],
        "may": viewer.may(Permission.ENROL, found.site_id),
        "acts": {act for act, (allowed, _) in rules.TRANSITIONS.items() if found.state in allowed},
        "close_reasons": rules.CLOSE_REASONS.items(),
        "pause_reasons": rules.PAUSE_REASONS.values(),
        "programmes": [p for key, p in programmes().items() if key not in enrolled],
        "criteria": sorted(programmes().values(), key=lambda p: (p.key not in enrolled, p.title)),
    }


@require_POST
@page("cases.change", needs=Permission.ENROL, patient="case_id")
def change(request: HttpRequest, viewer: Viewer, case_id: UUID) -> HttpResponse:
    """Carry out one act on the case; a refusal shows the page again with its sentence and what was typed."""
    if request.POST.get("act") == "acuity" and (asked := _two_acuities(request, viewer, case_id)):
        return asked
    try:
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Refusal("Choose what to do with the case.")
        messages.success(request, act(request, viewer, case_id))
    except Refusal as refusal:
        context = _context(viewer, case_id) | {"error": str(refusal), "typed": request.POST}
        return render(request, "cases/case.html", context, status=422)
    return redirect("cases:case", case_id=case_id)


def _pause(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError as error:
        raise Refusal("Enter the day on which the case resumes.") from error
    reason = request.POST.get("reason", "")
    actions.pause_case(case_id=case_id, until=until, reason=reason, by=viewer.actor, at=viewer.at)
    return f"Paused until {until:%b %-d, %Y}."


def _resume(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    actions.resume_case(case_id=case_id, by=viewer.actor, at=viewer.at)
    return "The case goes on."


def _close(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    reason, summary = request.POST.get("reason", ""), request.POST.get("summary", "")
    actions.close_case(case_id=case_id, reason=reason, summary=summary, by=viewer.actor, at=viewer.at)
    return "Case closed; its open tasks ended with it."


def _reopen(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    actions.reopen_case(case_id=case_id, reason=request.POST.get("reason", ""), by=viewer.actor, at=viewer.at)
    return "Case reopened."


def _consent(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    sent = request.POST
    if sent.get("decision") not in ("given", "declined"):
        raise Refusal("Say whether consent was given or declined.")
    consent = actions.ConsentIn(
        scope=sent.get("scope") or "case-management",
        decision=sent["decision"],
        method=sent.get("method", "verbal"),
        given_by=sent.get("given_by", ""),
        limits=sent.get("limits", ""),
    )
    actions.record_consent(case_id=case_id, consent=consent, by=viewer.actor, at=viewer.at)
    return "Consent recorded."


def _withdraw(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    consent_id = entered_id(request.POST.get("consent", ""), "Choose the consent.")
    who = request.POST.get("withdrawn_by", "")
    actions.withdraw_consent(case_id=case_id, consent_id=consent_id, withdrawn_by=who, by=viewer.actor, at=viewer.at)
    return "Withdrawal recorded. Decide what becomes of the case."


def _enrol(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    key = request.POST.get("programme", "")
    if key not in programmes():
        raise Refusal("Choose a programme from the list.")
    actions.enrol(case_id=case_id, programme=key, screening={}, by=viewer.actor, at=viewer.at)
    return f"Enrolled in {programmes()[key].title}."


def _acuity(request: HttpRequest, viewer: Viewer, case_id: UUID) -> str:
    now = queries.case(viewer, case_id).acuity
    acuity = _settled_acuity(request, now).values["acuity"]
    level = entered_number(acuity, 0)
    reason = request.POST.get("reason", "")
    actions.set_acuity(case_id=case_id, acuity=level, reason=reason, was=now, by=viewer.actor, at=viewer.at)
    return f"Acuity {level} of 4."


def _settled_acuity(request: HttpRequest, now: int) -> Settled:
    return settle(request, {"acuity": "Acuity"}, {"acuity": str(now)}, {"acuity": str})


def _two_acuities(request: HttpRequest, viewer: Viewer, case_id: UUID) -> HttpResponse | None:
    """Return the choice between two acuities when a colleague set another since the form was opened; else None."""
    settled = _settled_acuity(request, queries.case(viewer, case_id).acuity)
    if not settled.conflicts:
        return None
    set_by = [step.by_name for step in queries.history(viewer, case_id) if step.act == "acuity"]
    back = reverse("cases:case", args=[case_id])
    return conflict(request, settled, changed_by=set_by[0] if set_by else "A colleague", back=back, about="Acuity")


ACTS: dict[str, Callable[[HttpRequest, Viewer, UUID], str]] = {
    "pause": _pause,
    "resume": _resume,
    "close": _close,
    "reopen": _reopen,
    "consent": _consent,
    "withdraw": _withdraw,
    "enrol": _enrol,
    "acuity": _acuity,
}


@require_POST
@page("cases.take", needs=Permission.TAKE_CASE)
def take(request: HttpRequest, viewer: Viewer, case_id: UUID) -> HttpResponse:
    """Take an unowned case of one's site."""
    taken = next((c for c in queries.unassigned_cases(viewer, limit=500) if c.id == case_id), None)
    if taken is None:
        raise actions.UnableToAssign("Somebody has taken this case meanwhile, or it is not at your site.")
    actions.take_case(site_id=taken.site_id, case_id=case_id, by=viewer.actor, at=viewer.at)
    messages.success(request, f"{taken.patient_name}: the case is yours.")
    return redirect("desk:patient", patient_id=taken.patient_id)
