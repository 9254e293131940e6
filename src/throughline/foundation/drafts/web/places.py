"""Where a draft or a presence belongs: the patient its key names, whom the viewer must see, and the site."""

from uuid import UUID

from throughline.foundation.access.queries import may_see
from throughline.foundation.drafts.records import Key
from throughline.foundation.kernel.actions import NotFound, Place, locate
from throughline.foundation.kernel.viewer import Viewer


def site_of(viewer: Viewer) -> UUID | None:
    """Return the site that holds what is about no patient: the first of the viewer's own; None when she has none."""
    return min(viewer.site_ids, default=None)


def place_of(viewer: Viewer, key: Key) -> Place:
    """Return where the thing a key names belongs. Raises NotFound when it is not there or not the viewer's to see."""
    if not key.argument:
        site_id = site_of(viewer)
        if site_id is None:
            raise NotFound("You belong to no site.")
        return Place(site_id)
    try:
        place = locate(key.argument, key.value)
    except KeyError:
        raise NotFound("There is no such thing.") from None
    if place.site_id not in viewer.site_ids:
        raise NotFound("There is no such record, or not on your list.")
    if place.patient_id and not may_see(viewer, patient_id=place.patient_id, site_id=place.site_id):
        raise NotFound("There is no such record, or not on your list.")
    return place
