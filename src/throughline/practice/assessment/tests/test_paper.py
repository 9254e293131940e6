"""Forms on paper: blank with every question and box in both languages, filled as answered, tagged."""

import io
from datetime import UTC, datetime

import pypdf
import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.models import Assessment
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.web.paper import ABSENT, blank_paper
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.documents.records import Sheet
from throughline.record.documents.rules.typesetting import to_pdf

AT = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)
SHEET = Sheet("", "", "", "", "Dana Whitfield, RN", "Mar 9, 2026")
SHOWN = [
    pytest.param(instrument, language, id=f"{instrument.id}-{language}")
    for instrument in library.instruments().values()
    if instrument.shows_wording
    for language in instrument.languages
    if language in ABSENT
]


def text_of(paper):
    content = to_pdf(title=paper.title, language=paper.language, parts=paper.parts, sheet=SHEET, at=AT)
    found = pypdf.PdfReader(io.BytesIO(content))
    return found, " ".join(" ".join(page.extract_text() for page in found.pages).split())


@pytest.mark.parametrize(("instrument", "language"), SHOWN)
def test_every_blank_form_is_a_tagged_pdf_with_its_questions(instrument, language):
    paper = blank_paper(instrument, language)
    found, text = text_of(paper)
    assert found.trailer["/Root"]["/Lang"] == language
    assert b"pdfuaid:part" in found.trailer["/Root"]["/Metadata"].get_object().get_data()
    squeezed = text.replace(" ", "")
    for item in instrument.items[:3]:
        words = item.text.get(language) or item.text.get("en", "")
        if words and not item.hidden:
            assert "".join(words.split())[:40] in squeezed


def test_the_phq9_has_its_boxes_and_says_whose_words_they_are():
    _, text = text_of(blank_paper(library.instruments()["phq9"], "en"))
    assert text.count("☐ 0 Not at all") == 9
    assert text.count("☐ Refused") >= 9
    assert "No permission required" in text or "Spitzer" in text


def test_the_spanish_form_is_spanish_and_says_the_translation_is_unreviewed():
    _, text = text_of(blank_paper(library.instruments()["phq9"], "es"))
    assert "Fecha de nacimiento" in text
    assert "Translation:" in text
    assert "Not at all" not in text


@pytest.mark.django_db
def test_a_filled_form_shows_what_was_chosen_and_names_the_patient(client):
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site, name="Ibarra, Consuelo")
    make_case(site, nurse, patient=patient)
    client.force_login(nurse)
    started = client.post(reverse("assessment:start", args=[patient.id]), {"instrument": "phq2", "mode": "interview"})
    assert started.status_code == 302
    found = Assessment.objects.get()
    fields = {"asked": ["1", "2"], "q:1": "LA6570-1", "q:2": "LA6568-5"}
    client.post(reverse("assessment:answer", args=[found.id]), fields)
    page = client.get(reverse("assessment:print", args=[found.id])).content.decode()
    assert page.count("&#9746;") == 2
    answer = client.get(reverse("assessment:print-pdf", args=[found.id]))
    sheets = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    assert "☒ More than half the days" in text
    assert text.count("☒") == 2
    assert "Consuelo Ibarra" in text
    assert answer["Cache-Control"] == "no-store"
    blank = client.get(reverse("assessment:blank-pdf", args=["phq9"]) + "?language=es")
    assert blank.content.startswith(b"%PDF")
