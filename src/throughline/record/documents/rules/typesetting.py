"""A document as a tagged PDF (PDF/UA-1), set by typst from data: nothing in a text can become markup."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from throughline.record.documents.records import Part, Sheet
from throughline.record.documents.rules.enclosing import Enclosed, laid_out

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "dob": "DOB", "mrn": "MRN", "printed": "Printed by", "page": "Page", "of": "of",
        "confidential": "Confidential: contains health information",
    },
    "es": {
        "dob": "nacimiento", "mrn": "expediente", "printed": "Impreso por", "page": "Página", "of": "de",
        "confidential": "Confidencial: contiene información de salud",
    },
}  # fmt: skip
USUAL, LARGE = 11.0, 13.5  # points: for colleagues, for patients


@cache
def _template() -> bytes:
    return Path(__file__).with_name("document.typ").read_bytes()


def _says_something(part: Part) -> bool:
    """Whether there is anything to set; an empty heading or list would be a tag without content."""
    if part.kind in ("index", "break"):
        return True
    if part.kind == "table":
        return bool(part.head and part.rows)
    return bool(part.rows or part.items) if part.kind in ("list", "facts", "choices") else bool(part.text.strip())


def _stepwise(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts with no level of headings skipped, as ISO 14289-1 7.4.2 asks; the title is the first level."""
    last = 1
    for part in parts:
        if part.kind == "heading":
            last = min(max(part.level, 1), last + 1)
            part = replace(part, level=last)
        yield part


def to_pdf(
    *, title: str, language: str, parts: Iterable[Part], sheet: Sheet, signature: Iterable[str] = (),
    large: bool = False, enclosed: Sequence[Enclosed] = (), at: datetime,
) -> bytes:  # fmt: skip
    """Return the document as a PDF with structure tags, its language and title; every sheet says whose it is, who
    printed it, when, and its number of how many. `large` sets it in a size for patients.

    It conforms to PDF/UA-1 unless a text holds signs our fonts lack: then those of the machine are used and the
    conformance is not claimed, but the tags stay. So it is with files `enclosed`, which follow page by page.
    """
    data: dict[str, Any] = {
        "title": title or "Untitled",
        "author": sheet.site,
        "lang": language,
        "words": WORDS.get(language, WORDS["en"]),
        "size": LARGE if large else USUAL,
        "sheet": asdict(sheet),
        "parts": [asdict(part) for part in _stepwise(part for part in parts if _says_something(part))],
        "signature": [line for line in signature if line],
    }
    import typst  # several megabytes, which no page that prints nothing has to hold

    with laid_out(enclosed) as (root, files):
        given = {"data": json.dumps(data | {"files": files})}
        when = int(at.astimezone(UTC).timestamp())
        options: dict[str, Any] = {"sys_inputs": given, "format": "pdf", "timestamp": when}
        if root is not None:
            return bytes(typst.compile(_template(), root=root, **options))
        try:
            made = typst.compile(_template(), pdf_standards=["ua-1"], ignore_system_fonts=True, **options)
        except typst.TypstError:
            made = typst.compile(_template(), **options)
        return bytes(made)
