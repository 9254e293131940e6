"""Documents without a database: states, links, files, letters, and that no text can become markup."""

import io
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.foundation.content.library import load
from throughline.record.documents.records import (
    INDEX,
    PAGE_BREAK,
    Sheet,
    bullets,
    choices,
    facts,
    heading,
    notice,
    paragraph,
    part_of,
    quote,
    table,
    write_in,
)
from throughline.record.documents.rules import files, sharing, states, wording
from throughline.record.documents.rules.packets import Section, assemble_packet
from throughline.record.documents.rules.typesetting import to_pdf

AT = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)
SHEET = Sheet("Ngozi Adeyemi", "05/04/1958", "T000001", "Harbor", "Dana Whitfield, RN", "Mar 9, 2026, 11:20 AM EDT")
MARKUP = r"""# $ * @ \ [ ] _ ` < > ~ = - + / // /* #set text(fill: red) #eval("1") $x$ [a](b) <script>alert(1)"""


def reader(*parts, title="Your care plan", language="en", **rest):
    made = to_pdf(title=title, language=language, parts=parts, sheet=SHEET, at=AT, **rest)
    return pypdf.PdfReader(io.BytesIO(made))


def text_of(found):
    return " ".join(" ".join(page.extract_text() for page in found.pages).split())


def structure(found):
    names = set()

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                names.add(node["/S"])
            if "/K" in node:
                walk(node["/K"])

    walk(found.trailer["/Root"]["/StructTreeRoot"])
    return names


def test_the_pdf_is_tagged_has_language_and_title_and_claims_ua():
    found = reader(
        heading("Goals"), paragraph("Weigh each day."), bullets(["a", "b"]), table(["Day", "lb"], [["1", "168.2"]]),
        language="es", title="Su plan de cuidado",
    )  # fmt: skip
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "es"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert found.metadata.title == "Su plan de cuidado"
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD"} <= structure(found)
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


@given(st.lists(st.integers(-1, 9), max_size=8))
@settings(max_examples=15, deadline=None)
def test_no_order_of_headings_costs_the_conformance(levels):
    found = reader(*(heading(f"Section {level}", level) for level in levels), paragraph("x"))
    assert b"pdfuaid:part" in found.trailer["/Root"]["/Metadata"].get_object().get_data()


def test_every_sheet_says_whose_it_is_who_printed_it_when_and_its_number():
    found = reader(*[part for n in range(3) for part in (paragraph(f"Sheet {n}"), PAGE_BREAK)], paragraph("last"))
    assert len(found.pages) == 4
    for number, sheet in enumerate(found.pages, start=1):
        text = " ".join(sheet.extract_text().split())
        for expected in ("Ngozi Adeyemi", "05/04/1958", "T000001", "Dana Whitfield, RN", "11:20 AM EDT"):
            assert expected in text
        assert f"Page {number} of 4" in text


def test_a_spanish_sheet_speaks_spanish():
    assert "Página 1 de 1" in text_of(reader(paragraph("Hola"), language="es"))


def test_a_passage_in_another_language_is_marked():
    made = to_pdf(
        title="Plan", language="es", parts=[paragraph("Hola"), paragraph("Weigh daily", lang="en")], sheet=SHEET, at=AT
    )
    kids = structure_languages(pypdf.PdfReader(io.BytesIO(made)))
    assert "en" in kids


def structure_languages(found):
    said = set()

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/Lang" in node:
                said.add(str(node["/Lang"]))
            if "/K" in node:
                walk(node["/K"])

    walk(found.trailer["/Root"]["/StructTreeRoot"])
    return said


def test_an_index_lists_the_sections_with_their_pages():
    text = text_of(reader(INDEX, PAGE_BREAK, heading("Summary", 1), paragraph("x"), PAGE_BREAK, heading("Plan", 1)))
    assert text.index("Summary") < text.index("x")
    assert text.count("Summary") == 2
    assert text.count("Plan") == 2


@pytest.mark.parametrize("make", [
    paragraph, notice, quote, heading, lambda t: bullets([t]), lambda t: table([t], [[t]]), lambda t: facts([("k", t)]),
    lambda t: choices(t, [t], [0]), lambda t: write_in(t, 2),
])  # fmt: skip
def test_markup_in_a_text_appears_literally(make):
    assert " ".join(MARKUP.split()) in text_of(reader(make(MARKUP)))


SIGNS = st.text(alphabet=st.sampled_from("#$*@\\[]_`<>~=-+/{}()'\"%^&|;:,.!?abc 12ñÉ"), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(SIGNS)
def test_no_value_put_into_a_letter_can_become_markup(value):
    """Each sign of a patient's or nurse's text stands in the PDF, in its order, whatever typst would make of it."""
    letter = load("letters", wording.read_letter)["unreached"]["en"]
    values = dict.fromkeys(wording.VARIABLES, "x") | {"patient": value, "nurse": value}
    title, parts, missing = wording.filled(letter, values)
    assert not missing
    squeezed = "".join(text_of(reader(*parts, title=title)).split()).replace("•", "")
    assert "".join(f"Dear {value},".split()) in squeezed


def test_a_value_that_looks_like_a_variable_is_not_filled_again():
    assert wording.fill("Dear {patient}", {"patient": "{nurse}", "nurse": "secret"}) == "Dear {nurse}"


def test_signs_our_fonts_lack_still_make_a_tagged_page():
    found = reader(paragraph("😀 中文"), paragraph("after"))
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"].value
    assert "after" in text_of(found)


@given(st.text())
def test_a_literal_text_holds_no_control_sign_and_keeps_the_rest(text):
    kept = wording.literal(text)
    assert "\x00" not in kept
    assert "\r" not in kept
    assert wording.literal(kept) == kept


LETTERS = [
    pytest.param(letter, id=f"{key}-{language}")
    for key, wordings in load("letters", wording.read_letter).items()
    for language, letter in wordings.items()
]


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_for_patients_is_plain_enough(letter):
    reading = wording.reading_of(letter.parts, letter.language)
    assert letter.for_patient
    assert reading.plain_enough, wording.reading_words(reading)


@pytest.mark.parametrize("letter", LETTERS)
def test_our_own_wording_is_marked_until_somebody_reviewed_it(letter):
    assert ("not yet reviewed" in wording.standing_of(letter)) is (not letter.reviewer)


def test_the_examples_of_the_letters_say_what_they_should():
    for key, item in load("letters").items():
        for example in item.examples:
            letter = load("letters", wording.read_letter)[key][example["language"]]
            _, parts, missing = wording.filled(letter, dict(example["values"]))
            assert example["says"] in " ".join(part.words for part in parts) + letter.title
            assert not missing, (key, missing)


def test_a_blank_stays_visible_and_can_be_filled():
    letter = load("letters", wording.read_letter)["unreached"]["en"]
    _, parts, missing = wording.filled(letter, {"patient": "Ngozi"})
    assert "phone" in missing
    assert any("[phone number to call?]" in part.words for part in parts)
    whole = wording.fill_blanks(parts, {"phone": "(937) 555-0100"})
    assert any("call me at (937) 555-0100" in part.words for part in whole)


def test_long_dates_in_both_languages():
    assert wording.long_date(date(2025, 3, 4), "en") == "March 4, 2025"
    assert wording.long_date(date(2025, 3, 4), "es") == "4 de marzo de 2025"


@given(st.lists(st.text(min_size=1), min_size=1), st.text())
def test_a_part_comes_back_from_json_as_it_was(items, text):
    for part in (bullets(items), paragraph(text), choices(text, items, [0]), table(items, [items]), write_in(text, 3)):
        assert part_of(part.plain()) == part


@pytest.mark.parametrize(("state", "act"), [
    ("drafted", "send"), ("drafted", "hand-over"), ("signed", "revise"), ("delivered", "recall"), ("sent", "sign"),
    ("delivered", "discard"), ("drafted", "fail"),
])  # fmt: skip
def test_what_a_state_does_not_allow_is_refused(state, act):
    with pytest.raises(states.UnableToMoveDocument):
        states.apply(state, act)


def test_the_way_of_a_document():
    assert states.apply("drafted", "revise") == "drafted"
    assert states.apply("drafted", "sign") == "signed"
    assert states.apply("signed", "send") == "sent"
    assert states.apply("sent", "recall") == "recalled"
    assert states.apply("sent", "open") == "delivered"
    assert states.apply("delivered", "fail") == "failed"


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"recipient": " "}, "for whom"), ({"consent": ""}, "consent"), ({"days": 0}, "90"), ({"days": 91}, "90"),
])  # fmt: skip
def test_a_link_needs_somebody_a_consent_and_an_end(fields, sentence):
    with pytest.raises(sharing.UnableToShare, match=sentence):
        sharing.check_share(**({"recipient": "Dr. Ruiz", "consent": "verbal", "days": 7} | fields))


def standing(at, **rest):
    usual = {"revoked": False, "recalled": False, "consent_holds": True}
    return sharing.standing(at=at, opens_at=AT, expires_at=AT + timedelta(days=7), **(usual | rest))


def test_a_link_waits_opens_and_expires_at_the_instant():
    assert standing(AT - timedelta(seconds=1)) == "waiting"
    assert standing(AT) == "open"
    assert standing(AT + timedelta(days=7) - timedelta(seconds=1)) == "open"
    assert standing(AT + timedelta(days=7)) == "expired"


@pytest.mark.parametrize(("given_", "said"), [
    ({"revoked": True}, "revoked"), ({"recalled": True}, "recalled"), ({"consent_holds": False}, "consent"),
])  # fmt: skip
def test_what_ends_a_link_wins_over_its_time(given_, said):
    assert standing(AT, **given_) == said
    assert standing(AT - timedelta(hours=1), **given_) == said


def test_only_our_own_shape_of_token_is_looked_up():
    assert sharing.looks_like_token("A" * 43)
    for other in ("", "A" * 42, "A" * 44, "A" * 42 + "/", "A" * 42 + "\n", "A" * 43 + "\n"):
        assert not sharing.looks_like_token(other)


PDF, PNG = b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n..."


@pytest.mark.parametrize("content", [
    b"", b"MZ\x90\x00", b"<html><script>", b"<svg xmlns", b"PK\x03\x04", b"#!/bin/sh", b"GIF89a", b" %PDF-1.7",
])  # fmt: skip
def test_a_file_that_could_carry_a_programme_is_refused(content):
    with pytest.raises(files.UnableToAttach):
        files.media_type_of(content)


def test_a_file_is_what_its_bytes_say_up_to_ten_megabytes():
    assert files.media_type_of(PDF) == "application/pdf"
    assert files.media_type_of(PNG) == "image/png"
    assert files.media_type_of(PDF.ljust(files.LARGEST)) == "application/pdf"
    with pytest.raises(files.UnableToAttach, match="10 MB"):
        files.media_type_of(PDF.ljust(files.LARGEST + 1))


@pytest.mark.parametrize(("name", "clean"), [
    ("../../etc/passwd.exe", "passwd.pdf"), ("C:\\scans\\Lab 1.PDF", "Lab 1.pdf"), ("", "file.pdf"),
    ('a"\r\nX-Evil: 1.pdf', "a X-Evil 1.pdf"), (".pdf", "file.pdf"),
])  # fmt: skip
def test_a_name_carries_no_folder_and_no_header(name, clean):
    assert files.clean_name(name, "application/pdf") == clean


def packet(**rest):
    usual = {
        "title": "Referral to Twin Forks Heart Clinic",
        "cover": [("To", "Twin Forks Heart Clinic"), ("Reason", "Weight up 5 lb")],
        "consent": "Shared on her verbal consent of Mar 9, 2026.",
        "sections": [
            Section("Summary", (heading("Needs", 1), paragraph("Fluid overload"))),
            Section("Su plan", (paragraph("Pésese cada día."),), language="es", remark="Not yet reviewed"),
        ],
        "shared": ["care plan"],
        "withheld": ["substance use records: no written consent"],
    }
    return assemble_packet(**(usual | rest))


def test_a_packet_has_cover_consent_index_and_each_section_on_its_sheet():
    made = packet()
    found = reader(*made.parts, title=made.title)
    sheets = [" ".join(page.extract_text().split()) for page in found.pages]
    assert len(sheets) == 3
    for words in ("Twin Forks", "verbal consent", "What is kept back", "In this packet", "Summary", "Su plan"):
        assert words in sheets[0]
    assert "Fluid overload" in sheets[1]
    assert "Pésese cada día." in sheets[2]
    assert "Not yet reviewed" in sheets[2]
    assert "es" in structure_languages(found)
    assert b"pdfuaid:part" in found.trailer["/Root"]["/Metadata"].get_object().get_data()


@pytest.mark.parametrize("lacking", [{"consent": " "}, {"sections": []}])
def test_a_packet_without_consent_or_content_is_refused(lacking):
    with pytest.raises(ValueError, match="consent"):
        packet(**lacking)
