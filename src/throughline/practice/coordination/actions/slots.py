"""Writes of published times (those a provider's system publishes, whole or in parts) and of private feed addresses."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import NotPermitted, action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.identity import new_id
from throughline.practice.coordination.actions.appointment_tasks import ask_provider
from throughline.practice.coordination.models import Appointment, CalendarFeed, Schedule, Slot
from throughline.practice.coordination.records.appointments import PublishedIn, ScheduleIn, SlotIn
from throughline.practice.coordination.rules import published
from throughline.record.people.models import Organization, Practitioner, PractitionerRole

_SAID = ("starts_at", "ends_at", "service", "place", "practitioner_id", "organization_id", "schedule_id", "kind")
_STANDING = ("withdrawn_at", "withdrawn_why", "updated_at")


@action("coordination.publish-slots", needs=Permission.IMPORT_RECORDS, on="site_id")
def publish_slots(*, site_id: UUID, source: str, slots: Sequence[SlotIn], by: Actor, at: datetime) -> int:
    """Take in the free times a provider's system publishes and return how many are free now.

    The list is whole for its source: a time it no longer names is withdrawn unless it was taken here.
    """
    for one in slots:
        fields = {name: getattr(one, name) for name in ("starts_at", "ends_at", "kind", "place", "service")}
        fields |= {"practitioner_id": one.practitioner_id, "organization_id": one.organization_id}
        fields |= {"languages": list(one.languages), "updated_at": at, "withdrawn_at": None, "withdrawn_why": ""}
        Slot.objects.update_or_create(site_id=site_id, source=source, source_id=one.source_id, defaults=fields)
    mine = Slot.objects.filter(site_id=site_id, source=source, taken_by=None, withdrawn_at=None)
    gone = mine.exclude(source_id__in=[one.source_id for one in slots])
    gone.update(withdrawn_at=at, withdrawn_why=published.GONE, updated_at=at)
    return mine.count()


@action("coordination.take-in-slots", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_slots(
    *, site_id: UUID, source: str, schedules: Sequence[ScheduleIn], slots: Sequence[PublishedIn], by: Actor,
    at: datetime,
) -> int:  # fmt: skip
    """Take in schedules and times as another system states them, and return how many of the times are offered now.

    A time that was free and is no longer is withdrawn; where it was taken here, somebody asks the provider unless
    being busy is what our own booking makes it. A time that is over is passed over.
    """
    _schedules(site_id, source, schedules, at)
    coming = {one.source_id: one for one in slots if one.starts_at > at}
    whose = _schedules_of(site_id, source, {one.schedule for one in coming.values()}, at)
    held = {
        row.source_id: row
        for row in Slot.objects.select_for_update(of=("self",))
        .filter(site_id=site_id, source=source, source_id__in=list(coming))
        .select_related("taken_by__patient", "taken_by__case")
    }
    new, changed, doubtful = [], [], []
    for key, said in coming.items():
        row, schedule = held.get(key), whose[said.schedule]
        offered = said.status == "free" and schedule.active
        if row is None and not offered:
            continue
        why = published.withdrawn(said, held=cast(published.Held | None, row), active=schedule.active)
        if row is None:
            row = Slot(id=new_id(), site_id=site_id, source=source, source_id=key)
            new.append(row)
        else:
            changed.append(row)
        if why and row.withdrawn_at is None and row.taken_by_id and why != published.BUSY:
            doubtful.append((row, why))
        _state(row, said, schedule, why, at)
    Slot.objects.bulk_create(new)
    Slot.objects.bulk_update(changed, [*_SAID, *_STANDING], batch_size=500)
    _ask(doubtful, by=by, at=at)
    return sum(1 for row in (*new, *changed) if row.withdrawn_at is None and row.taken_by_id is None)


def _state(row: Slot, said: PublishedIn, schedule: Schedule, why: str, at: datetime) -> None:
    """Write on a row what is said of it; one taken here keeps the time it was taken for."""
    if row.taken_by_id is None:
        row.starts_at, row.ends_at = said.starts_at, said.ends_at
        row.practitioner_id, row.organization_id = schedule.practitioner_id, schedule.organization_id
        row.place, row.service, row.kind = schedule.place, (said.service or schedule.service)[:200], "visit"
        row.schedule = schedule
    if not why or (why == published.BUSY and row.taken_by_id):
        row.withdrawn_at, row.withdrawn_why = None, ""
    elif row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_why = at, why
    row.updated_at = at


@action("coordination.withdraw-unseen", needs=Permission.IMPORT_RECORDS, on="site_id")
def withdraw_unseen(*, site_id: UUID, source: str, schedules: Iterable[str], by: Actor, at: datetime) -> int:
    """Withdraw the times of these schedules that the import of `at` no longer named, and return how many.

    One that was asked for here and not confirmed puts "Confirm" into somebody's list; a booked one is expected to go.
    """
    rows = Slot.objects.filter(
        site_id=site_id, source=source, schedule__source_id__in=list(schedules), updated_at__lt=at, starts_at__gt=at,
        withdrawn_at=None,
    )  # fmt: skip
    gone = list(rows.select_for_update(of=("self",)).select_related("taken_by__patient", "taken_by__case"))
    for row in gone:
        row.withdrawn_at, row.withdrawn_why, row.updated_at = at, published.GONE, at
    Slot.objects.bulk_update(gone, list(_STANDING), batch_size=500)
    asked = [(row, published.GONE) for row in gone if row.taken_by and row.taken_by.state == "proposed"]
    _ask(asked, by=by, at=at)
    return len(gone)


def _ask(doubtful: Sequence[tuple[Slot, str]], *, by: Actor, at: datetime) -> None:
    for row, why in doubtful:
        if isinstance(row.taken_by, Appointment):
            ask_provider(row.taken_by, published.SENTENCES[why], by=by, at=at)


def _schedules(site_id: UUID, source: str, schedules: Sequence[ScheduleIn], at: datetime) -> None:
    named = {target for one in schedules for target in one.providers}
    people = _ids(Practitioner, site_id, source, named, "Practitioner")
    houses = _ids(Organization, site_id, source, named, "Organization")
    roles = {
        row.source_id: row
        for row in PractitionerRole.objects.filter(
            site_id=site_id, source=source, source_id__in=[key for kind, key in named if kind == "PractitionerRole"]
        )
    }
    known: dict[tuple[str, str], dict[str, Any]] = {
        **{("Practitioner", key): {"practitioner_id": found} for key, found in people.items()},
        **{("Organization", key): {"organization_id": found} for key, found in houses.items()},
        **{
            ("PractitionerRole", key): {"practitioner_id": row.practitioner_id, "organization_id": row.organization_id}
            for key, row in roles.items()
        },
    }
    for one in schedules:
        fields: dict[str, Any] = {"practitioner_id": None, "organization_id": None}
        for target in one.providers:
            fields |= {name: value for name, value in known.get(target, {}).items() if fields[name] is None}
        fields |= {"name": one.name[:250], "place": one.place[:300], "service": one.service[:200]}
        fields |= {"active": one.active, "updated_at": at}
        Schedule.objects.update_or_create(site_id=site_id, source=source, source_id=one.source_id, defaults=fields)


def _ids(model: Any, site_id: UUID, source: str, named: set[tuple[str, str]], kind: str) -> dict[str, UUID]:
    keys = [key for of, key in named if of == kind]
    rows = model.objects.filter(site_id=site_id, source=source, source_id__in=keys) if keys else ()
    return {row.source_id: row.merged_into_id or row.pk for row in rows}


def _schedules_of(site_id: UUID, source: str, keys: set[str], at: datetime) -> dict[str, Schedule]:
    """Return the schedules by their ids at the source; one that has not come yet is kept open for when it does."""
    rows = Schedule.objects.filter(site_id=site_id, source=source, source_id__in=list(keys))
    found = {row.source_id: row for row in rows}
    for key in sorted(keys - set(found)):
        known = {"site_id": site_id, "source": source, "source_id": key}
        found[key], _ = Schedule.objects.get_or_create(**known, defaults={"updated_at": at})
    return found


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
