"""Reads of documents. Each takes the viewer first and shows only documents of patients she may see."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents.models import Attachment, Document
from throughline.record.documents.queries.shares import shares_of
from throughline.record.documents.records import (
    KINDS,
    Attached,
    AttachmentRecord,
    DocumentRecord,
    StepRecord,
    Summary,
    part_of,
)
from throughline.record.documents.rules import states
from throughline.record.documents.rules.packets import Section
from throughline.record.documents.rules.wording import reading_of, reading_words

_LIST = (
    "id", "kind", "title", "language", "state", "recipient", "created_at", "created_by_name", "changed_at",
)  # fmt: skip


def documents_of(viewer: Viewer, patient_id: UUID, *, limit: int = 200) -> list[Summary]:
    """Return a patient's documents, the latest first."""
    return _summaries(viewer, Q(patient_id=patient_id), limit)


def documents_about(viewer: Viewer, subject: str) -> list[Summary]:
    """Return the documents drafted about a subject ("task:<id>", "referral:<id>"), the latest first."""
    return _summaries(viewer, Q(subject=subject), 50)


def _summaries(viewer: Viewer, which: Q, limit: int) -> list[Summary]:
    live = Q(shares__revoked_at__isnull=True, shares__expires_at__gt=viewer.at)
    rows = Document.objects.filter(sees(viewer), which).annotate(live=Count("shares", filter=live))
    return [
        Summary(
            id=row["id"],
            kind=row["kind"],
            kind_words=KINDS.get(row["kind"], row["kind"]),
            title=row["title"],
            language=row["language"],
            state=row["state"],
            state_words=states.WORDS[row["state"]],
            recipient=row["recipient"],
            created_at=row["created_at"],
            created_by=row["created_by_name"],
            changed_at=row["changed_at"],
            live_shares=row["live"],
        )
        for row in rows.order_by("-created_at", "-id").values(*_LIST, "live")[:limit]
    ]


def document(viewer: Viewer, document_id: UUID) -> DocumentRecord:
    """Return one document whole. Raises NotFound when there is none or the viewer may not see it."""
    row = (
        Document.objects.filter(sees(viewer), pk=document_id).select_related("site")
        .prefetch_related("transitions").first()
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such document, or you may not see it.")
    shares = tuple(shares_of(viewer, document_id))
    return record(row, viewer, shares)


def record(row: Document, viewer: Viewer, shares: tuple = ()) -> DocumentRecord:  # type: ignore[type-arg]
    """Return a row as its record."""
    parts = tuple(part_of(kept) for kept in row.parts)
    reading = reading_of(parts, row.language)
    waiting = [share.opens_at for share in shares if share.standing == "waiting"]
    return DocumentRecord(
        id=row.id,
        site_id=row.site_id,
        site_name=row.site.name,
        patient_id=row.patient_id,
        case_id=row.case_id,
        kind=row.kind,
        kind_words=KINDS.get(row.kind, row.kind),
        title=row.title,
        language=row.language,
        parts=parts,
        template=row.template,
        template_version=row.template_version,
        standing=row.standing,
        subject=row.subject,
        recipient=row.recipient,
        for_patient=row.for_patient,
        reading=reading_words(reading),
        plain_enough=reading.plain_enough,
        missing=tuple(row.missing),
        state=row.state,
        state_words=states.WORDS[row.state],
        channel=row.channel,
        leaves_at=min(waiting, default=None),
        created_at=row.created_at,
        created_by=row.created_by_name,
        signed_at=row.signed_at,
        signed_by=row.signed_by_name,
        version=row.version,
        steps=tuple(
            StepRecord(s.act, states.ACT_WORDS.get(s.act, s.act), s.before, s.after, s.reason, s.at, s.by_name)
            for s in sorted(row.transitions.all(), key=lambda step: (step.at, step.id))
        ),
        shares=shares,
        attachments=tuple(files_of(viewer, row.patient_id, document_id=row.id)),
    )


def files_of(viewer: Viewer, patient_id: UUID, *, document_id: UUID | None = None) -> list[AttachmentRecord]:
    """Return the files kept with a patient's record, the latest first; with `document_id` only that document's."""
    rows = Attachment.objects.filter(sees(viewer), patient_id=patient_id).defer("content")
    if document_id:
        rows = rows.filter(document_id=document_id)
    return [
        AttachmentRecord(
            id=row.id,
            patient_id=row.patient_id,
            document_id=row.document_id,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
            added_at=row.added_at,
            added_by=row.added_by_name,
        )
        for row in rows.order_by("-added_at", "-id")
    ]


def attachment(viewer: Viewer, attachment_id: UUID) -> Attached:
    """Return the bytes of a file. Raises NotFound when there is none or the viewer may not see it."""
    row = Attachment.objects.filter(sees(viewer), pk=attachment_id).first()
    if row is None:
        raise NotFound("There is no such file, or you may not see it.")
    return Attached(row.name, row.media_type, bytes(row.content))


def sections_of(viewer: Viewer, document_ids: Iterable[UUID]) -> list[Section]:
    """Return documents as sections of a packet, in the order asked for. Raises NotFound for one she may not see.

    Unsigned and unreviewed ones say so in the packet.
    """
    found = [document(viewer, document_id) for document_id in document_ids]
    return [
        Section(
            title=one.title,
            parts=one.parts,
            language=one.language,
            remark="; ".join(filter(None, ("Draft, not signed" if one.state == "drafted" else "", one.standing))),
        )
        for one in found
    ]
