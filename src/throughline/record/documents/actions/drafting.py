"""Drafting: a document from parts or from a letter of the library, changed until it is signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.record.cases.models import Case
from throughline.record.documents import events
from throughline.record.documents.actions.moving import about, locked, move, note_step
from throughline.record.documents.models import Document
from throughline.record.documents.queries.letters import NoSuchLetter, letter, site_phone
from throughline.record.documents.records import KINDS, LANGUAGES, DocumentIn, Part, part_of
from throughline.record.documents.rules import wording
from throughline.record.people.models import Patient

LONGEST = 200_000  # signs; a packet of sixty dense pages


class UnableToDraft(Refusal):
    """A document that lacks what it needs, or changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterIn:
    """A letter wanted: `language` empty means the patient's own; `values` fill what the record does not know."""

    key: str
    language: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    recipient: str = ""


@action("documents.draft", needs=Permission.WORK_CASE, on="patient_id")
def draft_document(*, patient_id: UUID, document: DocumentIn, by: Actor, at: datetime) -> UUID:
    """Draft a document and return its identifier.

    Raises UnableToDraft for an unknown kind, no title, or nothing in it.
    """
    if document.kind not in KINDS:
        raise UnableToDraft("This kind of document is not known.")
    parts = wording.literal_parts(document.parts)
    if not document.title.strip() or not any(part.words.strip() for part in parts):
        raise UnableToDraft("A document needs a title and something in it.")
    if sum(len(part.words) for part in parts) > LONGEST:
        raise UnableToDraft("This document is too long. Leave out what the reader does not need.")
    patient = Patient.objects.get(pk=patient_id)
    created = Document.objects.create(
        site_id=patient.site_id,
        patient=patient,
        case=Case.objects.filter(patient=patient).exclude(state="closed").first(),
        kind=document.kind,
        language=document.language,
        title=wording.literal(document.title).strip()[:300],
        parts=[part.plain() for part in parts],
        template=document.template,
        template_version=document.template_version,
        standing=document.standing[:200],
        missing=list(document.missing),
        subject=document.subject,
        recipient=wording.literal(document.recipient).strip()[:300],
        for_patient=document.for_patient,
        created_at=at,
        created_by_id=by.user_id,
        created_by_name=by.name,
        changed_at=at,
    )
    note_step(created, "draft", "", by=by, at=at)
    publish(events.DocumentDrafted(**about(created)), by=by, at=at)
    return created.id


@action("documents.draft-letter", needs=Permission.WORK_CASE, on="patient_id")
def draft_letter(*, patient_id: UUID, wanted: LetterIn, by: Actor, at: datetime) -> UUID:
    """Draft a letter of the library from the record and return its identifier.

    Where the library has no wording in the patient's language the draft is English and says so; nothing is
    machine-translated. What nobody knows stays a blank that must be filled before signing.
    """
    patient = Patient.objects.select_related("site").get(pk=patient_id)
    spoken = (wanted.language or patient.language or "en").split("-")[0]
    remark = ""
    try:
        found = letter(wanted.key, spoken)
    except NoSuchLetter:
        if wanted.language:
            raise
        found = letter(wanted.key, "en")
        remark = f"no wording in her language ({LANGUAGES.get(spoken, spoken)}): have it interpreted"
    values = _known(patient, found.language, by, at) | {name: v for name, v in wanted.values.items() if v}
    title, parts, missing = wording.filled(found, values)
    made = DocumentIn(
        kind=found.kind,
        title=title,
        parts=parts,
        language=found.language,
        template=f"letters/{found.key}",
        template_version=found.version,
        standing="; ".join(part for part in (wording.standing_of(found), remark) if part),
        subject=wanted.subject,
        recipient=wanted.recipient or (patient.display_name if found.for_patient else ""),
        for_patient=found.for_patient,
        missing=missing,
    )
    return draft_document(patient_id=patient_id, document=made, by=by, at=at)


def _known(patient: Patient, language: str, by: Actor, at: datetime) -> dict[str, str]:
    """Return what the record knows of the variables a letter may ask for."""
    case = Case.objects.filter(patient=patient).exclude(state="closed").select_related("owner").first()
    owner = str(case.owner) if case and case.owner else ""
    today = at.astimezone(ZoneInfo(patient.time_zone or patient.site.time_zone)).date()
    return {
        "today": wording.long_date(today, language),
        "patient": patient.preferred_name or patient.display_name,
        "nurse": owner if by.is_system else by.name,
        "site": patient.site.name,
        "phone": site_phone(patient.site_id),
    }


@action("documents.revise", needs=Permission.WORK_CASE, on="document_id")
def revise_document(
    *, document_id: UUID, version: int, title: str, texts: Mapping[int, str], blanks: Mapping[str, str],
    recipient: str, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Change a draft: the text of parts by their place, the blanks that can be filled, the recipient.

    Only headings, paragraphs, notices and lists (one item a line) are written by hand. Raises UnableToDraft when the
    draft changed since `version`, UnableToMoveDocument once it is signed.
    """
    found = locked(document_id)
    if found.version != version:
        raise UnableToDraft("Somebody changed this draft meanwhile. Look at it again before changing it.")
    parts = [part_of(kept) for kept in found.parts]
    parts = [_rewritten(part, texts[place]) if place in texts else part for place, part in enumerate(parts)]
    given = {name: wording.literal(value).strip() for name, value in blanks.items() if value.strip()}
    whole = wording.fill_blanks(wording.literal_parts(parts), given)
    found.parts = [part.plain() for part in whole if part.kind in ("index", "break") or part.words.strip()]
    found.title = wording.literal(title).strip()[:300] or found.title
    found.recipient = wording.literal(recipient).strip()[:300]
    found.filled = {**found.filled, **given}
    found.missing = [name for name in found.missing if _still_blank(whole, name)]
    move(found, "revise", by=by, at=at)


def _rewritten(part: Part, text: str) -> Part:
    if part.kind == "list":
        return Part("list", items=tuple(line.strip() for line in text.splitlines() if line.strip()), lang=part.lang)
    if part.kind not in ("heading", "text", "notice"):
        return part
    return Part(part.kind, text=text.strip(), level=part.level, lang=part.lang)


def _still_blank(parts: Iterable[Part], name: str) -> bool:
    return any(wording.blank(name) in part.words for part in parts)


@action("documents.sign", needs=Permission.WORK_CASE, on="document_id")
def sign_document(*, document_id: UUID, by: Actor, at: datetime) -> None:
    """Sign a draft, which can no longer be changed then. Raises UnableToDraft while blanks are left."""
    found = locked(document_id)
    if found.missing:
        left = ", ".join(wording.VARIABLES.get(name, name) for name in found.missing)
        raise UnableToDraft(f"Fill in before signing: {left}.")
    found.signed_at, found.signed_by_id, found.signed_by_name = at, by.user_id, by.name
    move(found, "sign", by=by, at=at)
    publish(events.DocumentSigned(**about(found)), by=by, at=at)


@action("documents.discard", needs=Permission.WORK_CASE, on="document_id")
def discard_document(*, document_id: UUID, reason: str = "", by: Actor, at: datetime) -> None:
    """Give up a document that was not sent; it stays on the list, marked."""
    found = locked(document_id)
    move(found, "discard", reason=reason, by=by, at=at)
    publish(events.DocumentRecalled(**about(found), reason=reason or "Given up before it was sent."), by=by, at=at)


@action("documents.discard-about", needs=Permission.WORK_CASE, on="patient_id")
def discard_about(*, patient_id: UUID, subject: str, reason: str, by: Actor, at: datetime) -> int:
    """Give up the drafts about a subject that became moot, and return how many."""
    drafts = list(Document.objects.filter(patient_id=patient_id, subject=subject, state="drafted"))
    for draft in drafts:
        discard_document(document_id=draft.id, reason=reason, by=by, at=at)
    return len(drafts)
