"""The patient's assessments and needs, beginning one, and the blank form for paper."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions, queries
from throughline.practice.assessment.actions import MODES, Sitting
from throughline.practice.assessment.records import AssessmentLine, Instrument
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.web.blank import blank_lines
from throughline.practice.assessment.web.pages import called, wording
from throughline.record.people import queries as people

FIRST = ("comprehensive", "phq2", "phq9", "gad7", "auditc", "ahc_hrsn")
SEX = {"male": "male", "female": "female"}


@require_GET
@page("assessment.list", needs=Permission.SEE_PATIENT, patient="patient_id")
def assessments(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show what was assessed, what is open, and the needs that stand."""
    known = sorted(library.instruments().values(), key=lambda i: (i.id not in FIRST, i.short_title.lower()))
    identity = people.identity(viewer, patient_id)
    found = queries.assessments_of(viewer, patient_id)
    context = {
        "identity": identity,
        "patient_id": patient_id,
        "unfinished": [line for line in found if line.signed_at is None],
        "signed": [line for line in found if line.signed_at is not None],
        "needs": queries.needs_of(viewer, patient_id),
        "asked": [i for i in known if i.shows_wording],
        "entered": [i for i in known if not i.shows_wording],
        "again": again_of(found),
        "languages": offered_languages(known),
        "spoken": identity.language,
        "modes": MODES.items(),
        "may_assess": viewer.may(Permission.ASSESS, identity.site_id),
        "tab": "assessments",
    }
    return render(request, "assessment/list.html", context)


def again_of(found: list[AssessmentLine]) -> list[AssessmentLine]:
    """Return the latest signed one of each instrument that is not open now: what can be asked again in one key."""
    begun = {line.instrument for line in found if line.signed_at is None}
    latest = {line.instrument: line for line in reversed(found) if line.signed_at is not None}
    return sorted((line for key, line in latest.items() if key not in begun), key=lambda line: line.title)


def offered_languages(known: list[Instrument]) -> list[tuple[str, str]]:
    """Return the languages some instrument is worded in, English first."""
    codes = {code for instrument in known for code in instrument.languages}
    return sorted(((code, called(code)) for code in codes), key=lambda pair: pair[0] != "en")


@require_POST
@page("assessment.start", needs=Permission.ASSESS, patient="patient_id")
def start(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Begin an instrument, or go on with the one that is open."""
    identity = people.identity(viewer, patient_id)
    key = request.POST.get("instrument", "")
    language = _worded(request, key, identity.language)
    sitting = Sitting(
        mode=request.POST.get("mode", "interview"),
        language=language,
        respondent=request.POST.get("respondent", ""),
        context={"sex": SEX[identity.gender]} if identity.gender in SEX else {},
    )
    made = actions.start_assessment(
        patient_id=patient_id,
        instrument=key,
        sitting=sitting,
        by=viewer.actor,
        at=viewer.at,
    )
    return redirect("assessment:run", assessment_id=made)


def _worded(request: HttpRequest, key: str, spoken: str) -> str:
    """Return the language to ask in: the one chosen, else the patient's, where the instrument is worded in it."""
    known, chosen = library.instruments().get(key), request.POST.get("language", "")
    language = chosen or spoken
    if known is None or language in known.languages:
        return language or "en"
    if chosen in dict(offered_languages(list(library.instruments().values()))):
        name = called(chosen)
        said = (
            f"{known.short_title} has no {name} wording that may be used here: ask in English through an interpreter."
        )
        messages.info(request, said)
    return "en"


@require_GET
@page("assessment.blank", needs=None)
def blank(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Show an instrument to be printed and filled by hand; only those whose wording may be shown."""
    instrument = library.instruments().get(key)
    if instrument is None or not instrument.shows_wording:
        raise Http404
    wanted = request.GET.get("language", "en")
    language = wanted if wanted in instrument.languages else "en"
    context = {"instrument": instrument, "lines": blank_lines(instrument, language)} | wording(instrument, language)
    return render(request, "assessment/blank.html", context)
