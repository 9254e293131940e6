"""Delivery outside the product: printed and mailed, faxed by hand, read out, downloaded; and what came back."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.record.documents import events
from throughline.record.documents.actions.moving import about, locked, move
from throughline.record.documents.rules import states


@action("documents.hand-over", needs=Permission.WORK_CASE, on="document_id")
def hand_over(*, document_id: UUID, way: str, note: str = "", by: Actor, at: datetime) -> None:
    """Record how a signed document was passed on (a key of states.WAYS), by whom and when.

    Raises UnableToMoveDocument for a draft or an unknown way.
    """
    if way not in states.WAYS:
        raise states.UnableToMoveDocument("Choose how it was passed on.")
    found = locked(document_id)
    words = states.WAYS[way][1]
    found.channel = way
    move(found, "hand-over", reason=f"{words}. {note.strip()}".strip(), by=by, at=at)
    publish(events.DocumentDelivered(**about(found), how=words), by=by, at=at)


@action("documents.report-failure", needs=Permission.WORK_CASE, on="document_id")
def report_failure(*, document_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Record that a document came back or never arrived. Raises UnableToMoveDocument without a reason."""
    if not reason.strip():
        raise states.UnableToMoveDocument("Say what happened: returned mail, fax not answered, wrong person.")
    found = locked(document_id)
    move(found, "fail", reason=reason.strip(), by=by, at=at)
    publish(events.DocumentFailed(**about(found), reason=reason.strip()), by=by, at=at)
