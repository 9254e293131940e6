"""What a member outside, or the receiver of a referral, is handed: a document of what was allowed. Pure."""

from collections.abc import Iterable

from throughline.practice.coordination.records.sharing import Selection
from throughline.record.documents.records import Part, bullets, facts, heading, notice, paragraph


def parts_of(
    selection: Selection, *, consent: str, cover: Iterable[tuple[str, str]] = (), asked: Iterable[str] = ()
) -> tuple[Part, ...]:
    """Return the parts of a snapshot: cover facts, what is asked, what was allowed, and the consent it rests on.

    The notice against redisclosure (42 CFR 2.32) stands first where anything shown asks for it; the line of consent
    says its scope, which 42 CFR 2.32(b) asks to go with it.
    """
    made: list[Part] = [notice(selection.notice)] if selection.notice else []
    if lines := tuple(cover):
        made.append(facts(lines))
    questions = [line for line in asked if line]
    if questions:
        made += [heading("What is asked for"), *(paragraph(line) for line in questions)]
    for part in selection.parts:
        made += [heading(part.words), bullets(part.lines)]
    if not selection.parts and not questions:
        made.append(paragraph("The patient shares nothing more at present. Ask the care team by phone."))
    made += [heading("What this rests on"), paragraph(consent)]
    if selection.notice:
        made.append(notice(selection.notice))
    return tuple(made)
