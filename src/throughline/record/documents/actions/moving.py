"""What every step of a document does: the table is asked, the row moves, the step is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.kernel.actions import NotFound, Place, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.documents.models import Attachment, Document, DocumentShare, DocumentTransition
from throughline.record.documents.rules import states


@locator("document_id")
def _place_of_document(document_id: UUID) -> Place:
    return _place(Document, document_id, "There is no such document, or you may not see it.")


@locator("share_id")
def _place_of_share(share_id: UUID) -> Place:
    return _place(DocumentShare, share_id, "There is no such link, or you may not see it.")


@locator("attachment_id")
def _place_of_attachment(attachment_id: UUID) -> Place:
    return _place(Attachment, attachment_id, "There is no such file, or you may not see it.")


def _place(model: Any, row_id: UUID, sentence: str) -> Place:
    found = model.objects.filter(pk=row_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound(sentence)
    return Place(site_id=found[0], patient_id=found[1])


def locked(document_id: UUID) -> Document:
    """Return the document, locked until the transaction ends."""
    return Document.objects.select_for_update().get(pk=document_id)


def move(document: Document, act: str, *, reason: str = "", by: Actor, at: datetime) -> None:
    """Carry out one act of the table and keep the step. Raises UnableToMoveDocument when the table forbids it."""
    before = document.state
    document.state = states.apply(before, act)
    document.changed_at = at
    document.version += 1
    document.save()
    note_step(document, act, before, reason=reason, by=by, at=at)


def note_step(document: Document, act: str, before: str, *, reason: str = "", by: Actor, at: datetime) -> None:
    """Keep one step of a document's life."""
    DocumentTransition.objects.create(
        document=document,
        act=act,
        before=before,
        after=document.state,
        reason=reason,
        at=at,
        by_id=by.user_id,
        by_name=by.name,
    )


def about(document: Document) -> dict[str, Any]:
    """Return what every event of a document says of it."""
    return {
        "site_id": document.site_id,
        "patient_id": document.patient_id,
        "case_id": document.case_id,
        "document_id": document.id,
        "title": document.title,
        "document_kind": document.kind,
        "subject": document.subject,
    }
