"""Joining two entries of the directory, and parting them again exactly."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.actions.listing import UnableToList
from throughline.record.people.models import EntryJoin, JoinedRow
from throughline.record.people.queries.join_map import MODELS, naming, still_there

# What the entry that stays takes from the other where it says nothing itself.
_FILLED = ("npi", "phone", "fax", "email", "languages", "credentials", "kind", "city", "state", "postal_code", "hours")
_KEPT = (*_FILLED, "part_of_id")
_GONE = ("active", "kept_here", "part_of_id")


class UnableToPart(Refusal):
    """The two entries cannot be parted now; the sentence says what stands in the way."""


@locator("join_id")
def _place_of_join(join_id: UUID) -> Place:
    site_id = EntryJoin.objects.filter(pk=join_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound("There is no such join, or it is not at your site.")
    return Place(site_id=site_id)


@action("people.join-practitioners", needs=Permission.MERGE_PATIENTS, on="practitioner_id")
def join_practitioners(*, practitioner_id: UUID, into_id: UUID, by: Actor, at: datetime) -> UUID:
    """Make two entries one: all that names `practitioner_id` names `into_id` from now on, which fills its blanks.

    Returns the join's id, by which it is taken back. Raises UnableToList for two NPIs, entries of two sites, or a
    record in which both stand.
    """
    return _join("practitioner", practitioner_id, into_id, by, at)


@action("people.join-organizations", needs=Permission.MERGE_PATIENTS, on="organization_id")
def join_organizations(*, organization_id: UUID, into_id: UUID, by: Actor, at: datetime) -> UUID:
    """Make two entries of one organization one, as `join_practitioners` does."""
    return _join("organization", organization_id, into_id, by, at)


@action("people.part-entries", needs=Permission.MERGE_PATIENTS, on="join_id")
def part_entries(*, join_id: UUID, reason: str, by: Actor, at: datetime) -> UUID:
    """Take a join back: exactly the rows it turned turn back, and the id of the entry that stands again is returned.

    What was written about the entry that stayed since, and what of it was changed since, stays with it. Raises
    UnableToPart when the join was taken back before, when no reason is given, or when the entry was itself joined
    with another since.
    """
    join = EntryJoin.objects.select_for_update().get(pk=join_id)
    if not reason.strip():
        raise UnableToPart("Say how you know that they are two entries.")
    rows = _parted(join)
    _turn_back(join)
    kept, gone = (rows[join.kept], join.kept_before, join.kept_after), (rows[join.gone], join.gone_before, None)
    for row, held, was in (kept, gone):
        row.refresh_from_db()
        for name, before in held.items():
            # What somebody changed of the entry that stayed since the join is hers and stays.
            if was is None or _plain(getattr(row, name)) == was[name]:
                setattr(row, name, before)
        if was is None:
            row.merged_into = None
        row.save()
    join.parted_at, join.parted_by_id, join.parted_by_name = at, by.user_id, by.name
    join.part_reason = reason.strip()[:300]
    join.save()
    restored: UUID = join.gone
    return restored


def _parted(join: EntryJoin) -> dict[UUID, Any]:
    """Return both entries, locked. Raises UnableToPart when they are parted already, or one was joined further."""
    if join.parted_at:
        raise UnableToPart(f"This join was taken back on {join.parted_at:%b} {join.parted_at.day} already.")
    rows = _both(join.kind, join.gone, join.kept)
    if rows[join.kept].merged_into_id:
        raise UnableToPart(f"{rows[join.kept]} was joined with another entry since. Take that join back first.")
    return rows


def _turn_back(join: EntryJoin) -> None:
    for holding, found in still_there(join):
        try:
            with transaction.atomic():
                found.update(**{holding.column: join.gone})
        except IntegrityError as error:
            raise UnableToPart("Both stand in one record by now. End one of the two places there first.") from error


def _both(kind: str, key: UUID, other: UUID) -> dict[UUID, Any]:
    """Return both entries, locked in one order everywhere."""
    return {row.pk: row for row in MODELS[kind].objects.select_for_update().filter(pk__in=[key, other]).order_by("pk")}


def _join(kind: str, key: UUID, into: UUID, by: Actor, at: datetime) -> UUID:
    rows = _both(kind, key, into)
    if len(rows) < 2 or rows[key].site_id != rows[into].site_id:
        raise UnableToList("Choose another entry of the same directory.")
    gone, kept = rows[key], rows[into]
    if kept.merged_into_id or gone.merged_into_id:
        raise UnableToList("One of the two was joined with another before; use that one.")
    if gone.npi and kept.npi and gone.npi != kept.npi:
        raise UnableToList(f"They carry two NPIs, {gone.npi} and {kept.npi}: two different entries of the register.")
    join = EntryJoin.objects.create(
        site_id=kept.site_id, kind=kind, kept=into, gone=key, joined_at=at, joined_by_id=by.user_id,
        joined_by_name=by.name, kept_before=_columns(kept, _KEPT), kept_after={}, gone_before=_columns(gone, _GONE),
    )  # fmt: skip
    _leave_each_other(kept, gone)
    _turn(join)
    for name in _FILLED:
        if hasattr(kept, name) and not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    kept.save()
    gone.active, gone.merged_into, gone.kept_here = False, kept, sorted({*gone.kept_here, "active"})
    gone.save()
    join.kept_after = _columns(kept, _KEPT)
    join.save(update_fields=["kept_after"])
    made: UUID = join.pk
    return made


def _leave_each_other(kept: Any, gone: Any) -> None:
    """A part joined with its whole is part of nothing: an entry never stands inside itself."""
    for one, other in ((kept, gone), (gone, kept)):
        if getattr(one, "part_of_id", None) == other.pk:
            one.part_of_id = None
            one.save(update_fields=["part_of"])


def _turn(join: EntryJoin) -> None:
    """Let every row of every table that names the one entry name the other, and write down which rows those were."""
    for holding in naming(join.kind):
        keys = list(holding.rows_of(join.gone).values_list("pk", flat=True))
        if not keys:
            continue
        JoinedRow.objects.bulk_create(
            [JoinedRow(join=join, table=holding.label, column=holding.column, row=str(key)) for key in keys]
        )
        try:
            with transaction.atomic():
                holding.rows_of(join.gone).update(**{holding.column: join.kept})
        except IntegrityError as error:
            raise UnableToList(
                "Both stand on the care team of one patient. End one of the two places there first."
            ) from error


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names if hasattr(row, name)}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else list(value) if isinstance(value, list | tuple) else value
