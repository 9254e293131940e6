"""How links stand."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.queries import sees
from throughline.foundation.journal.queries import recalled_messages
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents.models import DocumentShare
from throughline.record.documents.records import OpeningRecord, ShareRecord
from throughline.record.documents.rules import sharing


def shares_of(viewer: Viewer, document_id: UUID) -> list[ShareRecord]:
    """Return the links made to a document, the latest first, each with its openings."""
    rows = DocumentShare.objects.filter(sees(viewer), document_id=document_id).select_related("given_consent")
    return share_records(rows.prefetch_related("openings").order_by("-created_at"), viewer.at)


def share_records(rows: Iterable[DocumentShare], at: datetime) -> list[ShareRecord]:
    """Return rows as records, as they stand at an instant."""
    found = list(rows)
    recalled = recalled_messages([row.message_id for row in found if row.message_id])
    return [_record(row, at, recalled) for row in found]


def standing_of(row: DocumentShare, at: datetime) -> str:
    """Return how one link stands at an instant: a key of sharing.STANDINGS."""
    return _standing(row, at, recalled_messages([row.message_id]) if row.message_id else frozenset())


def _standing(row: DocumentShare, at: datetime, recalled: frozenset[UUID]) -> str:
    consent = row.given_consent
    holds = consent is None or (
        consent.decision == "given"
        and consent.withdrawn_at is None
        and (consent.expires_on is None or consent.expires_on >= at.date())
    )
    return sharing.standing(
        at=at,
        opens_at=row.opens_at,
        expires_at=row.expires_at,
        revoked=row.revoked_at is not None,
        recalled=row.message_id in recalled,
        consent_holds=holds,
    )


def _record(row: DocumentShare, at: datetime, recalled: frozenset[UUID]) -> ShareRecord:
    return ShareRecord(
        id=row.id,
        document_id=row.document_id,
        recipient=row.recipient,
        channel=row.channel,
        consent=row.consent,
        created_at=row.created_at,
        created_by=row.created_by_name,
        opens_at=row.opens_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by_name,
        standing=_standing(row, at, recalled),
        openings=tuple(OpeningRecord(o.at, o.what) for o in sorted(row.openings.all(), key=lambda o: o.at)),
    )
