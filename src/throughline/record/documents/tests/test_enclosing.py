"""Files from elsewhere in a packet: set page by page, or listed as sent beside it with a sentence. No database."""

import base64
import io
from datetime import UTC, datetime

import pytest
import typst
from pypdf import PdfReader, PdfWriter

from throughline.record.documents.records import Attached, Sheet, facts, heading, notice, paragraph
from throughline.record.documents.rules.enclosing import looked_at, with_contents
from throughline.record.documents.rules.typesetting import to_pdf

AT = datetime(2026, 3, 9, 14, tzinfo=UTC)
SHEET = Sheet("Okafor, Ada", "Jan 2, 1950", "MRN-7", "Bellbrook", "Dana Whitfield", "Mar 9, 2026, 10:00 AM EDT", "")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PARTS = (
    facts((("To", "Lakeside Therapy"),)),
    notice("Agreed in writing by Ada Okafor"),
    heading("Question"),
    paragraph("Why?"),
)


def pdf_of(*pages):
    said = b" #pagebreak() ".join(page.encode() for page in pages)
    return bytes(typst.compile(b"#set page(width: 10cm, height: 8cm)\n" + said))


def locked(content):
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(content)).pages:
        writer.add_page(page)
    writer.encrypt("geheim", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def printed(*files):
    found = looked_at(files)
    made = to_pdf(
        title="Referral", language="en", parts=with_contents(PARTS, found), sheet=SHEET, enclosed=found, at=AT,
        signature=("Signed by Dana Whitfield",),
    )  # fmt: skip
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def test_the_pages_of_a_pdf_follow_under_our_head_with_number_contents_and_consent():
    pages = printed(Attached("Lab.pdf", "application/pdf", pdf_of("Potassium 5.9", "Sodium 131")))
    assert len(pages) == 3
    assert "Agreed in writing by Ada Okafor" in pages[0]
    assert "In this packet" in pages[0]
    assert "Lab.pdf" in pages[0]
    for number, said in ((1, "Potassium 5.9"), (2, "Sodium 131")):
        assert said in pages[number]
        assert "Okafor, Ada" in pages[number]
        assert f"Page {number + 1} of 3" in pages[number]


def test_a_picture_takes_a_page_of_its_own():
    pages = printed(Attached("Wound.png", "image/png", PNG))
    assert len(pages) == 2
    assert "Wound.png" in pages[1]


@pytest.mark.parametrize(
    ("name", "media_type", "content", "why"),
    [
        ("Scan.tif", "image/tiff", b"II*\x00", "cannot be set into a packet"),
        ("Old.pdf", "application/pdf", locked(pdf_of("Secret")), "locked with a password"),
        ("Torn.pdf", "application/pdf", b"%PDF-1.4 torn", "damaged"),
        ("Torn.png", "image/png", PNG[:20], "damaged"),
    ],
)
def test_what_cannot_be_set_is_listed_as_sent_beside_with_the_reason(name, media_type, content, why):
    pages = printed(
        Attached(name, media_type, content), Attached("Lab.pdf", "application/pdf", pdf_of("Potassium 5.9"))
    )
    assert len(pages) == 2
    assert "Sent beside this packet" in pages[0]
    assert f"{name}: " in pages[0].replace("\n", " ")
    assert why in pages[0].replace("\n", " ")


def test_without_files_the_contents_are_as_they_were():
    assert with_contents(PARTS, []) == PARTS
