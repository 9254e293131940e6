"""Writes of published free times and of private feed addresses."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import NotPermitted, action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.coordination.models import CalendarFeed, Slot
from throughline.practice.coordination.records.appointments import SlotIn


@action("coordination.publish-slots", needs=Permission.IMPORT_RECORDS, on="site_id")
def publish_slots(*, site_id: UUID, source: str, slots: Sequence[SlotIn], by: Actor, at: datetime) -> int:
    """Take in the free times a provider's system publishes and return how many are free now.

    The list is whole for its source: a time it no longer names is withdrawn unless it was taken here.
    """
    for one in slots:
        fields = {name: getattr(one, name) for name in ("starts_at", "ends_at", "kind", "place")}
        fields |= {"practitioner_id": one.practitioner_id, "organization_id": one.organization_id}
        fields |= {"languages": list(one.languages), "updated_at": at}
        Slot.objects.update_or_create(site_id=site_id, source=source, source_id=one.source_id, defaults=fields)
    mine = Slot.objects.filter(site_id=site_id, source=source, taken_by=None)
    mine.exclude(source_id__in=[one.source_id for one in slots]).delete()
    return mine.count()


def hashed(secret: str) -> str:
    """Return the form in which a feed's secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


@action("coordination.open-feed", needs=Permission.COORDINATE)
def open_feed(*, secret: str, by: Actor, at: datetime) -> UUID:
    """Open one's calendar feed under a secret made by the page; a former address stops working at once."""
    user_id = _self(by)
    CalendarFeed.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=at)
    return CalendarFeed.objects.create(user_id=user_id, secret_hash=hashed(secret), made_at=at).id


@action("coordination.close-feed", needs=Permission.COORDINATE)
def close_feed(*, by: Actor, at: datetime) -> int:
    """Revoke one's feed address; return how many were open."""
    closed: int = CalendarFeed.objects.filter(user_id=_self(by), revoked_at=None).update(revoked_at=at)
    return closed


def _self(by: Actor) -> UUID:
    if by.user_id is None:
        raise NotPermitted("Only a colleague has a calendar feed.")
    return by.user_id
