"""Files from elsewhere: kept as they came, once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.identity import new_id
from throughline.record.documents import events
from throughline.record.documents.models import Attachment, Document
from throughline.record.documents.rules import files
from throughline.record.people.models import Patient


@action("documents.enclose", needs=Permission.WORK_CASE, on="document_id")
def enclose_files(*, document_id: UUID, attachment_ids: Iterable[UUID], by: Actor, at: datetime) -> int:
    """Put files of the record into a draft, as they are now; return how many. Its PDF then holds them page by page.

    Raises UnableToAttach for a document that is signed already, or a file of somebody else.
    """
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.state != Document.State.DRAFTED:
        raise files.UnableToAttach("It is signed already. Make it anew to put a file into it.")
    wanted = list(attachment_ids)
    kept = list(Attachment.objects.filter(pk__in=wanted, patient_id=document.patient_id))
    if len(kept) != len(set(wanted)):
        raise files.UnableToAttach("One of the files is gone. Choose again.")
    for one in sorted(kept, key=lambda one: wanted.index(one.id)):
        # The file itself is no news and no evidence: it is on record already.
        one.pk, one.document_id, one.added_at = new_id(), document_id, at
        one.added_by_id, one.added_by_name = by.user_id, by.name
        one.save(force_insert=True)
    return len(kept)


@action("documents.attach", needs=Permission.WORK_CASE, on="patient_id")
def attach_file(
    *, patient_id: UUID, name: str, content: bytes, document_id: UUID | None = None, by: Actor, at: datetime
) -> UUID:
    """Keep a file and return its identifier; the same bytes at the same place are kept once.

    Raises UnableToAttach for an empty or too large file, and for a type that is not kept.
    """
    media_type = files.media_type_of(content)
    patient = Patient.objects.get(pk=patient_id)
    if document_id and not Document.objects.filter(pk=document_id, patient=patient).exists():
        raise files.UnableToAttach("The document belongs to somebody else.")
    fingerprint = files.fingerprint(content)
    here = Q(document_id=document_id) if document_id else Q(document__isnull=True)
    same = Attachment.objects.filter(here, patient=patient, sha256=fingerprint).first()
    if same is not None:
        return same.id
    kept = Attachment.objects.create(
        site_id=patient.site_id,
        patient=patient,
        document_id=document_id,
        name=files.clean_name(name, media_type),
        media_type=media_type,
        size=len(content),
        sha256=fingerprint,
        content=content,
        added_at=at,
        added_by_id=by.user_id,
        added_by_name=by.name,
    )
    told = events.FileAttached(site_id=patient.site_id, patient_id=patient_id, attachment_id=kept.id, name=kept.name)
    publish(told, by=by, at=at)
    return kept.id
