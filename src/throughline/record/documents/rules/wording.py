"""Letters as content: read, checked, filled in. A value is put in as it stands and is never read as anything else."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from throughline.foundation.content.readability import Reading, measure
from throughline.foundation.content.records import Item
from throughline.record.documents.records import KINDS, Letter, Part

VARIABLE = re.compile(r"\{([a-z_]+)\}")
# What a letter may ask for, with the words a blank is shown by.
VARIABLES: Mapping[str, str] = {
    "today": "today's date",
    "patient": "patient's name",
    "nurse": "nurse's name",
    "site": "name of the site",
    "phone": "phone number to call",
    "tries": "how many tries",
    "recipient": "name of the recipient",
    "topic": "what it is about",
    "day": "day",
    "time": "time",
    "place": "place",
}
SHORT_KINDS = {"heading": "heading", "text": "text", "list": "list", "notice": "notice"}
MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip


def read_letter(item: Item) -> Mapping[str, Letter]:
    """Return a letter by language. Raises ValueError for an unknown kind, block or variable, or no English."""
    data = item.data
    if data["kind"] not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if "en" not in data["languages"]:
        raise ValueError("a letter needs English wording")
    return {language: _letter(item, language, wording) for language, wording in data["languages"].items()}


def _letter(item: Item, language: str, wording: Mapping[str, Any]) -> Letter:
    parts = tuple(_part(block) for block in wording["parts"])
    asked = dict.fromkeys(name for text in (wording["title"], *(p.words for p in parts)) for name in variables_in(text))
    if strangers := set(asked) - set(VARIABLES):
        raise ValueError(f"{language}: unknown variables {', '.join(sorted(strangers))}")
    return Letter(
        key=item.key,
        version=str(item.version),
        kind=str(item.data["kind"]),
        title=str(wording["title"]),
        language=language,
        purpose=str(item.data["purpose"]),
        parts=parts,
        variables=tuple(asked),
        confidence=str(wording.get("confidence", item.confidence)),
        reviewer=str(wording.get("reviewer", "") or (item.reviewer if language == "en" else "")),
        citation=item.citation,
        for_patient=bool(item.data.get("for_patient", False)),
    )


def _part(block: Mapping[str, Any]) -> Part:
    kind = next((name for name in SHORT_KINDS if name in block), "")
    if not kind:
        raise ValueError(f"a block must be one of {', '.join(SHORT_KINDS)}")
    value = block[kind]
    return Part(kind, items=tuple(value)) if kind == "list" else Part(kind, text=str(value).strip())


def variables_in(text: str) -> list[str]:
    """Return the names a text asks for, in their order."""
    return VARIABLE.findall(text)


def blank(name: str) -> str:
    """Return how a value nobody knows yet stands in the text."""
    return f"[{VARIABLES.get(name, name)}?]"


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables replaced in one pass: what a value holds is never looked at again."""
    return VARIABLE.sub(lambda found: values.get(found[1], "") or blank(found[1]), text)


def filled(letter: Letter, values: Mapping[str, str]) -> tuple[str, tuple[Part, ...], tuple[str, ...]]:
    """Return the letter's title and parts with the values, and the names of the blanks that are left."""
    parts = tuple(_filled(part, lambda text: fill(text, values)) for part in letter.parts)
    return fill(letter.title, values), parts, tuple(name for name in letter.variables if not values.get(name))


def fill_blanks(parts: Iterable[Part], values: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the parts with blanks replaced by the values that are given; the others stay."""

    def put(text: str) -> str:
        for name, value in values.items():
            if value.strip():
                text = text.replace(blank(name), value.strip())
        return text

    return tuple(_filled(part, put) for part in parts)


def literal(text: str) -> str:
    """Return a text without control characters, which neither a page, a table nor a PDF can carry; lines stay."""
    return "".join(sign for sign in text.replace("\r\n", "\n") if sign in "\n\t" or unicodedata.category(sign) != "Cc")


def literal_parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts, their texts made literal."""
    return tuple(_filled(part, literal) for part in parts)


def _filled(part: Part, put: Any) -> Part:
    return Part(
        kind=part.kind,
        text=put(part.text),
        items=tuple(put(item) for item in part.items),
        rows=tuple(tuple(put(cell) for cell in row) for row in part.rows),
        head=tuple(put(name) for name in part.head),
        ticked=part.ticked,
        by=put(part.by),
        level=part.level,
        lang=part.lang,
    )


def standing_of(letter: Letter) -> str:
    """Return what a reader must know of the wording, or "" when a reviewer has signed it."""
    if letter.reviewer and "M" not in letter.confidence.split("/"):
        return ""
    language = "Spanish" if letter.language == "es" else "English"
    return f"{language} wording of our own, not yet reviewed"


def long_date(day: date, language: str) -> str:
    """Return "March 14, 2025", in Spanish "14 de marzo de 2025"."""
    if language == "es":
        return f"{day.day} de {MONTHS_ES[day.month - 1]} de {day.year}"
    return f"{day:%B} {day.day}, {day.year}"


def reading_of(parts: Iterable[Part], language: str) -> Reading:
    """Return how hard our own words of a document read; quotations, names and values are not ours to measure."""
    own = [part.words for part in parts if part.kind in ("heading", "text", "list", "notice", "choices")
           and part.lang in ("", language)]  # fmt: skip
    return measure("\n".join(own), language if language in ("en", "es") else "en")


def reading_words(reading: Reading) -> str:
    """Return a measure in words: "grade 5.2", or for Spanish "INFLESZ 71 (fairly easy)"."""
    if not reading.words:
        return "nothing to measure"
    return f"INFLESZ {reading.ease:.0f} ({reading.word})" if reading.language == "es" else f"grade {reading.grade}"
