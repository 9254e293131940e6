"""From a token to what it opens: the one read that happens before anybody is known."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from throughline.foundation.access import wall
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.kernel.actor import system
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents.models import DocumentShare
from throughline.record.documents.rules.sharing import hashed, looks_like_token, same_hash


def holder_of(token: str, *, at: datetime) -> tuple[UUID, Viewer] | None:
    """Return the link a token belongs to and who its holder is as a viewer of that one site; None for any other text.

    The wall is open for this look alone, which reads one row by its hash.
    """
    if not looks_like_token(token):
        return None
    with wall.opened():
        row = DocumentShare.objects.filter(token_hash=hashed(token)).select_related("site").first()
    if row is None or not same_hash(row.token_hash, token):
        return None
    viewer = system_viewer(system(f"link for {row.recipient}"), at=at, site_ids=[row.site_id])
    return row.id, replace(viewer, time_zone=row.site.time_zone, purpose="disclosure")
