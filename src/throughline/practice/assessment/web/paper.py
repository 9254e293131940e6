"""An instrument on paper, as a page and as a tagged PDF: blank to be filled by hand, or filled as it was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries
from throughline.practice.assessment.records import AssessmentRecord, Instrument
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.conclusions import conclusions
from throughline.practice.assessment.rules.scoring import score
from throughline.practice.assessment.web.blank import blank_lines
from throughline.practice.assessment.web.pages import origin
from throughline.practice.assessment.web.questions import lines_of
from throughline.record.documents.queries import sheet_for, sheet_of
from throughline.record.documents.records import (
    Part,
    Sheet,
    choices,
    facts,
    heading,
    notice,
    paragraph,
    table,
    write_in,
)
from throughline.record.documents.rules.typesetting import to_pdf
from throughline.record.people import queries as people

ABSENT = {"en": ("Refused", "Unable", "Not asked"), "es": ("No quiso", "No pudo", "No se preguntó")}
HEAD = {
    "en": ("Name", "Date of birth", "Date", "Asked by"),
    "es": ("Nombre", "Fecha de nacimiento", "Fecha", "Quién pregunta"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A form ready for page or PDF, with what the page says of a document."""

    title: str
    language: str
    parts: tuple[Part, ...]
    signed_by: str = ""
    signed_at: datetime | None = None
    site_name: str = ""


def blank_paper(instrument: Instrument, language: str) -> Paper:
    """Return the blank form: where to write who and when, every question with its boxes, and whose words they are."""
    parts = [write_in(label) for label in HEAD[language]]
    if lead := instrument.lead.get(language) or instrument.lead.get("en", ""):
        parts.append(paragraph(lead))
    for line in blank_lines(instrument, language):
        parts += _blank(line, language)
    return Paper(instrument.title, language, (*parts, *_origin(instrument, language)))


def _blank(line: Mapping[str, Any], language: str) -> list[Part]:
    if line["heading"]:
        return [heading(line["text"])]
    when = f" ({line['when']})" if line["when"] else ""
    text = " ".join(part for part in (line["number"], f"{line['text']}{when}") if part)
    options = [" ".join(part for part in (points, words) if part) for words, points in line["options"]]
    options = options or [str(number) for number in line["scale"]]
    if options:
        return [choices(text, [*options, *ABSENT[language]])]
    return [write_in(text, line["lines"]), choices("", ABSENT[language])]


def _origin(instrument: Instrument, language: str) -> list[Part]:
    """Return the attribution a licence asks for, and the notice of a translation nobody has reviewed."""
    made = [paragraph(f"{origin(instrument)} {instrument.version}", lang="" if language == "en" else "en")]
    translation = instrument.translations.get(language)
    if translation is not None and translation.confidence != "reviewed":
        made.append(notice(f"Translation: {translation.source} ({translation.confidence})", lang="en"))
    return made


def filled_paper(record: AssessmentRecord, name: str) -> Paper:
    """Return an assessment as it was answered, its result and addenda; what was private stays off the paper."""
    line, language = record.line, record.language if record.language in ABSENT else "en"
    english = "" if language == "en" else "en"  # what is ours on this paper and not the form's
    parts: list[Part] = [facts(_head(record, name), lang=english), *_concluded(record, english)]
    for said in lines_of(record, only_settled=True):
        if not said.get("private"):
            parts += _answered(said)
    outcome = score(record.instrument, record.answers, record.context)
    if outcome.score is not None:
        result = f"{outcome.score} {outcome.band or ''}".strip()
        parts += [heading("Result", lang=english), paragraph(result, lang=english)]
    elif outcome.missing:
        missing = f"No total: {len(outcome.missing)} answers are missing."
        parts += [heading("Result", lang=english), paragraph(missing, lang=english)]
    for addendum in record.addenda:
        parts.append(paragraph(f"Addendum by {addendum.by}, {_day(addendum.at)}: {addendum.text}", lang=english))
    parts += _origin(record.instrument, language)
    return Paper(line.title, language, tuple(parts), line.signed_by, line.signed_at)


def _concluded(record: AssessmentRecord, lang: str) -> list[Part]:
    """Return what was concluded in each domain, with its own author and date (NCQA PHM 5 D); nothing without domains.

    The findings stand among the answers, where what is private is left out.
    """
    rows = [
        (one.title, one.text or "Not written", one.author, _day(one.at) if one.at else "")
        for one in conclusions(record.instrument, record.answers, record.language)
    ]
    head = ("Domain", "Conclusion", "By", "Date")
    return [heading("Conclusions", lang=lang), table(head, rows, caption="Conclusions", lang=lang)] if rows else []


def _day(at: datetime) -> str:
    """Return the day of an instant where the reader is."""
    return f"{localtime(at):%m/%d/%Y}"


def _head(record: AssessmentRecord, name: str) -> tuple[tuple[str, str], ...]:
    state = f"signed {_day(record.line.signed_at)}" if record.line.signed_at else "not signed yet"
    rows = (("Patient", name), ("Asked by", record.line.started_by), ("How", record.mode), ("State", state))
    return (*rows, ("Answered by", record.respondent)) if record.respondent else rows


def _answered(said: Mapping[str, Any]) -> list[Part]:
    if "heading" in said:
        return [heading(said["heading"])]
    text = " ".join(part for part in (said["number"], said["text"]) if part)
    ticked = [place for place, option in enumerate(said["options"]) if option in said["picked"]]
    made = [choices(text, said["options"], ticked)] if ticked else [facts(((text, said["said"] or "Open"),))]
    if said["words"]:
        made.append(Part("quote", text=said["words"], lang=said["words_language"] or ""))
    return made


def _pdf(paper: Paper, sheet: Sheet, at: datetime) -> HttpResponse:
    signature = (f"{paper.signed_by}", _day(paper.signed_at)) if paper.signed_at else ()
    content = to_pdf(
        title=paper.title, language=paper.language, parts=paper.parts, sheet=sheet, signature=signature, at=at
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="form.pdf"'
    return answer


@require_GET
@page("assessment.print", needs=Permission.SEE_PATIENT, patient="assessment_id")
def filled(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Show the filled form as it is printed."""
    record = queries.assessment(viewer, assessment_id)
    identity = people.identity(viewer, record.patient_id)
    paper = filled_paper(record, identity.name)
    context = {"document": paper, "identity": identity, "patient_id": record.patient_id, "line": record.line}
    return render(request, "assessment/print.html", context | {"tab": "assessments"})


@require_GET
@page("assessment.print-pdf", needs=Permission.SEE_PATIENT, patient="assessment_id")
def filled_pdf(request: HttpRequest, viewer: Viewer, assessment_id: UUID) -> HttpResponse:
    """Give the filled form as a tagged PDF."""
    record = queries.assessment(viewer, assessment_id)
    identity = people.identity(viewer, record.patient_id)
    reference = f"{record.instrument.id} {record.instrument.version}"
    sheet = sheet_of(viewer, record.patient_id, site="", reference=reference)
    return _pdf(filled_paper(record, identity.name), sheet, viewer.at)


@require_GET
@page("assessment.blank-pdf", needs=None)
def blank_pdf(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Give a blank form as a tagged PDF; only instruments whose wording may be shown."""
    instrument = library.instruments().get(key)
    if instrument is None or not instrument.shows_wording:
        raise Http404
    wanted = request.GET.get("language", "en")
    language = wanted if wanted in instrument.languages and wanted in ABSENT else "en"
    sheet = sheet_for(viewer, name="", born="", mrn="", site="", reference=f"{instrument.id} {instrument.version}")
    return _pdf(blank_paper(instrument, language), sheet, viewer.at)
