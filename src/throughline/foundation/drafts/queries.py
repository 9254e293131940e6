"""Reads of drafts: one's own kept words, and who else is writing at a place."""

from collections.abc import Collection

from throughline.foundation.drafts import rules
from throughline.foundation.drafts.models import Draft, Presence
from throughline.foundation.drafts.records import Kept, Writing
from throughline.foundation.kernel.viewer import Viewer

_KEPT = ("key", "page", "patient_id", "began_at", "saved_at", "words")


def kept(viewer: Viewer, keys: Collection[str] | None = None) -> dict[str, Kept]:
    """Return the viewer's own kept words by the form's key, those of `keys` or all, the last saved first."""
    if viewer.user_id is None or (keys is not None and not keys):
        return {}
    rows = Draft.objects.filter(user_id=viewer.user_id, sent_at__isnull=True, discarded_at__isnull=True)
    rows = rows.filter(saved_at__gt=viewer.at - rules.KEPT_FOR)
    if keys is not None:
        rows = rows.filter(key__in=list(keys))
    found = {}
    for row in rows.order_by("-saved_at").values(*_KEPT):
        words = {field: tuple(values) for field, values in row.pop("words").items()}
        if rules.is_worth_keeping(words):
            found[row["key"]] = Kept(**row, words=words)
    return found


def writing_at(viewer: Viewer, place: str) -> list[Writing]:
    """Return who else is writing at the place now and at which part of it, in alphabetical order."""
    if viewer.user_id is None:
        return []
    seen = Presence.objects.filter(place=place, seen_at__gt=viewer.at - rules.PRESENT_FOR)
    found = seen.exclude(user_id=viewer.user_id).order_by("who").values_list("who", "part")
    return [Writing(who, part) for who, part in found]


def was_sent(viewer: Viewer, key: str, sheet: str) -> bool:
    """Whether this very sheet has been sent: a second sending of it is the same act, repeated after a lost answer."""
    if viewer.user_id is None or not sheet:
        return False
    return Draft.objects.filter(user_id=viewer.user_id, key=key, sent_sheet=sheet).exists()
