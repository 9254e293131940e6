"""Documents as PDF: each sheet says whose it is, who printed it and when."""

from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents.queries.documents import attachment, document
from throughline.record.documents.records import DocumentRecord, Sheet, facts, notice, paragraph
from throughline.record.documents.rules.enclosing import looked_at, with_contents
from throughline.record.documents.rules.typesetting import to_pdf
from throughline.record.people.queries import identity


def sheet_of(viewer: Viewer, patient_id: UUID, *, site: str, reference: str = "") -> Sheet:
    """Return what stands on each sheet a viewer prints of a patient. Raises NotFound unless she may be seen."""
    who = identity(viewer, patient_id)
    return sheet_for(viewer, name=who.name, born=who.born, mrn=who.mrn, site=site, reference=reference)


def sheet_for(viewer: Viewer, *, name: str, born: str, mrn: str, site: str, reference: str = "") -> Sheet:
    """Return the sheet for a named patient; the time is the viewer's, with its zone."""
    local = viewer.at.astimezone(ZoneInfo(viewer.time_zone))
    when = f"{local:%b} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M %p} {local.tzname()}"
    return Sheet(name, born, mrn, site, viewer.actor.name, when, reference)


def reference_of(found: DocumentRecord) -> str:
    """Return the small line that says from which wording a document was made and how far that is reviewed."""
    made = f"{found.template} {found.template_version}".strip()
    return ", ".join(part for part in (made, found.language, found.standing, _state(found)) if part)


def _state(found: DocumentRecord) -> str:
    return "DRAFT, not signed" if found.state == "drafted" else ""


def signature_of(found: DocumentRecord, time_zone: str) -> tuple[str, ...]:
    """Return who signed a document and when, as it stands below it; nothing for a draft."""
    if found.signed_at is None:
        return ()
    local = found.signed_at.astimezone(ZoneInfo(time_zone))
    if found.language == "es":
        return (f"Firmado por {found.signed_by}", f"{local:%d/%m/%Y}", found.site_name)
    return (f"Signed by {found.signed_by}", f"{local:%b} {local.day}, {local.year}", found.site_name)


def pdf(viewer: Viewer, document_id: UUID) -> tuple[bytes, DocumentRecord]:
    """Return a document as a PDF, the files enclosed in it page by page, and its record. Raises NotFound."""
    found = document(viewer, document_id)
    sheet = sheet_of(viewer, found.patient_id, site=found.site_name, reference=reference_of(found))
    enclosed = sorted(found.attachments, key=lambda one: (one.added_at, one.id))
    files = looked_at(attachment(viewer, one.id) for one in enclosed)
    return (
        to_pdf(
            title=found.title,
            language=found.language,
            parts=with_contents(found.parts, files) if files else found.parts,
            sheet=sheet,
            signature=signature_of(found, viewer.time_zone),
            large=found.for_patient,
            enclosed=files,
            at=viewer.at,
        ),
        found,
    )


def cover_pdf(viewer: Viewer, document_id: UUID, *, to: str = "", fax: str = "", phone: str = "") -> bytes:
    """Return a fax cover sheet for a document: to whom, from whom, no health detail, and what to do if it went astray.

    It names no patient: a cover sheet lies open in a tray. (45 CFR 164.530(c): reasonable safeguards.)
    """
    found = document(viewer, document_id)
    local = viewer.at.astimezone(ZoneInfo(viewer.time_zone))
    rows = (
        ("To", to or "________________________________"),
        ("Fax", fax or "________________________________"),
        ("From", f"{viewer.actor.name}, {found.site_name}"),
        ("Phone", phone or "________________________________"),
        ("Date", f"{local:%b} {local.day}, {local.year}"),
        ("Sheets", "this cover and ______ more"),
    )
    parts = (
        facts(rows),
        notice(
            "Confidential health information. If this reached you by mistake, call the sender at once, do not read or "
            "copy what follows, and destroy it."
        ),
        paragraph("Please confirm receipt by phone."),
    )
    sheet = sheet_for(viewer, name="Fax", born="", mrn="", site=found.site_name, reference="fax cover sheet")
    return to_pdf(title="Fax", language="en", parts=parts, sheet=sheet, at=viewer.at)
