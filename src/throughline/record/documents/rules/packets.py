"""A packet: cover, index with page numbers, summary and documents as one tagged PDF, each section on its own sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from throughline.record.documents.records import (
    INDEX,
    PAGE_BREAK,
    DocumentIn,
    Part,
    bullets,
    facts,
    heading,
    notice,
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a packet. `language` is that of its text; `remark` what its reader must know: a draft, unreviewed."""

    title: str
    parts: tuple[Part, ...]
    language: str = "en"
    remark: str = ""


def assemble_packet(
    *, title: str, cover: Iterable[tuple[str, str]], consent: str, sections: Sequence[Section],
    shared: Iterable[str] = (), withheld: Iterable[str] = (), recipient: str = "", subject: str = "",
    language: str = "en",
) -> DocumentIn:  # fmt: skip
    """Return the packet as a document to be drafted.

    `cover` holds names and values (to, from, date, reason), `consent` the line that allows the sharing, `shared` and
    `withheld` what is in it and what is kept back and why. Every section begins a sheet and stands in the index.
    Raises ValueError for a packet without consent line or sections.
    """
    if not consent.strip() or not sections:
        raise ValueError("A packet needs the consent it rests on and at least one section.")
    parts: list[Part] = [facts(tuple(cover)), notice(consent)]
    for words, items in (("What is shared", tuple(shared)), ("What is kept back, and why", tuple(withheld))):
        if items:
            parts += [heading(words), bullets(items)]
    parts += [heading("In this packet"), INDEX]
    for section in sections:
        parts += [PAGE_BREAK, *_section(section, language)]
    return DocumentIn(
        kind="packet", title=title, parts=tuple(parts), language=language, recipient=recipient, subject=subject,
        template="packet", template_version="1",
    )  # fmt: skip


def _section(section: Section, language: str) -> list[Part]:
    """Return a section's parts below its own heading, each saying its language where it is not the packet's."""
    foreign = section.language if section.language != language else ""
    below = [
        replace(
            part,
            level=min(part.level + 1, 4) if part.kind == "heading" and part.level < 2 else part.level,
            lang=part.lang or foreign,
        )
        for part in section.parts
        if part.kind != "index"
    ]
    remark = [notice(section.remark)] if section.remark else []
    return [heading(section.title, 1, lang=foreign), *remark, *below]
