"""Links that expire: made for one recipient on one consent, waiting in the outbox, counted at each opening, ended."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from throughline.foundation.access.permissions import Permission
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.journal.leaving import Parcel, UnableToRecall, carries, leave, recall_message, takes_back
from throughline.foundation.journal.publishing import publish
from throughline.foundation.journal.queries import leaves_at
from throughline.foundation.kernel.actions import NotFound, Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.record.cases.models import Consent
from throughline.record.documents import events
from throughline.record.documents.actions.drafting import draft_document, sign_document
from throughline.record.documents.actions.moving import about, locked, move, note_step
from throughline.record.documents.models import Document, DocumentShare, ShareOpening
from throughline.record.documents.queries.shares import standing_of
from throughline.record.documents.records import DocumentIn, Shared, ShareIn
from throughline.record.documents.rules import sharing
from throughline.record.documents.rules.sharing import UnableToShare

OPEN_LINK = "documents.open-link"


class LinkClosed(Refusal):
    """A link that does not open now. `standing` says why, as a key of sharing.STANDINGS."""

    def __init__(self, standing: str) -> None:
        super().__init__(f"This link is closed: {sharing.STANDINGS[standing]}.")
        self.standing = standing


@action("documents.share", needs=Permission.COORDINATE, on="document_id")
def share(*, document_id: UUID, wanted: ShareIn, by: Actor, at: datetime) -> Shared:
    """Make a link to a signed document for one recipient, and return it with its token, which is kept nowhere.

    The link opens once it has waited in the outbox (15 seconds, or as the sender chose) and was not recalled there.
    Raises UnableToShare without recipient or consent, for more than 90 days, or when the consent named does not hold;
    raises UnableToMoveDocument for a draft.
    """
    sharing.check_share(recipient=wanted.recipient, consent=wanted.consent, days=wanted.days)
    found = locked(document_id)
    consent = _consent(found, wanted.consent_id, at)
    token = secrets.token_urlsafe(32)
    found.channel = "link"
    move(found, "send", reason=f"By link to {wanted.recipient.strip()}.", by=by, at=at)
    made = DocumentShare(
        site_id=found.site_id,
        patient_id=found.patient_id,
        document=found,
        token_hash=sharing.hashed(token),
        recipient=wanted.recipient.strip()[:200],
        channel=wanted.channel.strip()[:40],
        consent=wanted.consent.strip(),
        given_consent=consent,
        created_at=at,
        created_by_id=by.user_id,
        created_by_name=by.name,
        expires_at=at + timedelta(days=wanted.days),
    )
    parcel = Parcel(what=f"Link to: {found.title}", to=made.recipient, back=f"/document/{found.id}/")
    made.message_id = leave(
        OPEN_LINK, {"share_id": made.id}, parcel, by=by, at=at, site_id=found.site_id, patient_id=found.patient_id
    )
    made.opens_at = leaves_at(made.message_id)
    made.save()
    until = f"{made.expires_at:%b} {made.expires_at.day}, {made.expires_at.year}"
    publish(events.DocumentShared(**_of(made), expires=until), by=by, at=at)
    publish(events.DocumentSent(**about(found), how="by link", recipient=made.recipient), by=by, at=at)
    return Shared(share_id=made.id, token=token, opens_at=made.opens_at, expires_at=made.expires_at)


@action("documents.share-new", needs=Permission.COORDINATE, on="patient_id")
def share_new(*, patient_id: UUID, document: DocumentIn, wanted: ShareIn, by: Actor, at: datetime) -> Shared:
    """Draft, sign and share a snapshot in one act: for views assembled from the record, such as a care team member's.

    Refuses as `draft_document`, `sign_document` and `share`; whatever is refused leaves no trace.
    """
    document_id = draft_document(patient_id=patient_id, document=document, by=by, at=at)
    sign_document(document_id=document_id, by=by, at=at)
    return share(document_id=document_id, wanted=wanted, by=by, at=at)


def _consent(found: Document, consent_id: UUID | None, at: datetime) -> Consent | None:
    if consent_id is None:
        return None
    consent = Consent.objects.filter(pk=consent_id, patient_id=found.patient_id).first()
    if consent is None or consent.decision != "given" or consent.withdrawn_at is not None:
        raise UnableToShare("The consent named was not given or is withdrawn. Ask the patient first.")
    if consent.expires_on is not None and consent.expires_on < at.date():
        raise UnableToShare("The consent named has expired. Ask the patient again first.")
    return consent


def _of(made: DocumentShare) -> dict[str, Any]:
    return about(made.document) | {"share_id": made.id, "recipient": made.recipient}


@action("documents.revoke-share", needs=Permission.WORK_CASE, on="share_id")
def revoke_share(*, share_id: UUID, reason: str = "", by: Actor, at: datetime) -> None:
    """End a link at once; one that was ended already stays as it is. A link that has not left yet is recalled."""
    made = DocumentShare.objects.select_for_update().select_related("document").get(pk=share_id)
    if made.revoked_at is not None:
        return
    _end(made, reason, by=by, at=at)
    _take_out(made, by=by, at=at)


def _end(made: DocumentShare, reason: str, *, by: Actor, at: datetime) -> None:
    made.revoked_at, made.revoked_by_name, made.revoke_reason = at, by.name, reason.strip()[:200]
    made.save()
    publish(events.ShareRevoked(**_of(made), reason=made.revoke_reason), by=by, at=at)


def _take_out(made: DocumentShare, *, by: Actor, at: datetime) -> None:
    """Take the link's message out of the outbox if it still waits there and is this actor's."""
    if made.message_id is None or at >= made.opens_at:
        return
    try:
        # A savepoint of its own: a refusal that is passed over must not take the outer act with it.
        with transaction.atomic():
            recall_message(outbox_id=made.message_id, by=by, at=at)
    except (NotFound, UnableToRecall):
        # A colleague's message, or one just gone: the link is ended all the same, which is what counts.
        return


@action("documents.recall", needs=Permission.WORK_CASE, on="document_id")
def recall_document(*, document_id: UUID, reason: str = "", by: Actor, at: datetime) -> None:
    """Take a sent document back: every link to it ends. Raises UnableToMoveDocument once somebody has opened it."""
    found = locked(document_id)
    move(found, "recall", reason=reason, by=by, at=at)
    for made in DocumentShare.objects.filter(document=found, revoked_at__isnull=True):
        revoke_share(share_id=made.id, reason=reason or "Recalled.", by=by, at=at)
    publish(events.DocumentRecalled(**about(found), reason=reason), by=by, at=at)


@action("documents.open-shared", needs=Permission.SEE_PATIENT, on="share_id")
def open_shared(*, share_id: UUID, what: str, by: Actor, at: datetime) -> UUID:
    """Count one opening of a link (`what`: "page" or "pdf"), write it to the audit, and return the document's id.

    Raises LinkClosed when the link is expired, ended, recalled, not yet open, or its consent has ended.
    """
    made = DocumentShare.objects.select_for_update(of=("self",)).select_related("document", "given_consent").get(
        pk=share_id
    )  # fmt: skip
    standing = standing_of(made, at)
    if standing != "open":
        raise LinkClosed(standing)
    first = not made.openings.exists()
    ShareOpening.objects.create(share=made, at=at, what=what)
    write_entry(
        kind="read", name="documents.shared", by=by, at=at, site_id=made.site_id, patient_id=made.patient_id,
        purpose="disclosure", detail={"share": str(made.id), "recipient": made.recipient, "what": what},
    )  # fmt: skip
    if first:
        found = locked(made.document_id)
        if found.state == "sent":
            move(found, "open", reason=f"By {made.recipient}.", by=by, at=at)
        publish(events.SharedOpened(**_of(made)), by=by, at=at)
    return made.document_id


@carries(OPEN_LINK)
def _leave(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    """Note that a link has left the outbox; one ended meanwhile leaves nothing."""
    made = DocumentShare.objects.select_related("document").filter(pk=UUID(payload["share_id"])).first()
    if made is None or made.revoked_at is not None:
        return
    note_step(made.document, "leave", made.document.state, reason=f"Link for {made.recipient}.", by=by, at=at)


@takes_back(OPEN_LINK)
def _unsend(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    """End a link taken back from the outbox; the document is recalled with its last link."""
    made = DocumentShare.objects.select_related("document").get(pk=UUID(payload["share_id"]))
    if made.revoked_at is None:
        _end(made, "Taken back before it left.", by=by, at=at)
    found = locked(made.document_id)
    if found.state == "sent" and not found.shares.filter(revoked_at__isnull=True).exists():
        move(found, "recall", reason="Its link was taken back.", by=by, at=at)
        publish(events.DocumentRecalled(**about(found)), by=by, at=at)
