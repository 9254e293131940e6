"""Which entries of the directory were joined into one, and what parting two of them would do."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.people.models import EntryJoin
from throughline.record.people.queries.join_map import MODELS, still_there
from throughline.record.people.records import JoinRecord, PartPreview

# What turns back, for one and for several; a table that is not named here is told of by its own name.
_WORDS = {
    "people.practitionerrole": ("place of work", "places of work"),
    "people.namedprovider": ("mention in a record received", "mentions in records received"),
    "people.organization.part_of_id": ("part", "parts"),
    "people.organization.merged_into_id": ("entry joined before", "entries joined before"),
    "people.practitioner.merged_into_id": ("entry joined before", "entries joined before"),
    "coordination.teammember": ("place on a care team", "places on care teams"),
    "coordination.appointment": ("appointment", "appointments"),
    "coordination.referralout": ("referral", "referrals"),
    "coordination.slot": ("published time", "published times"),
}
_FACTS = {
    "npi": "NPI", "phone": "phone", "fax": "fax", "email": "e-mail", "languages": "languages", "kind": "kind",
    "credentials": "credentials", "city": "city", "state": "state", "postal_code": "ZIP code", "hours": "hours",
    "part_of_id": "what it is part of",
}  # fmt: skip


def joins_of(viewer: Viewer, kind: str, key: UUID) -> tuple[JoinRecord, ...]:
    """Return the joins into one entry of a directory of the viewer's sites, those taken back too, the latest first."""
    rows = EntryJoin.objects.filter(kind=kind, kept=key, site_id__in=viewer.site_ids)
    return _records(kind, rows.order_by("-joined_at", "-id"))


def part_preview(viewer: Viewer, join_id: UUID) -> PartPreview:
    """Return what taking a join back would do. Raises NotFound when it is not at the viewer's sites."""
    join = EntryJoin.objects.filter(pk=join_id, site_id__in=viewer.site_ids).first()
    if join is None:
        raise NotFound("There is no such join, or it is not at your site.")
    kept = MODELS[join.kind].objects.get(pk=join.kept)
    counts = [(holding, rows.count()) for holding, rows in still_there(join)]
    back = [
        _FACTS.get(name, name)
        for name, before in join.kept_before.items()
        if _same(getattr(kept, name), join.kept_after.get(name)) and join.kept_after.get(name) != before
    ]
    return PartPreview(
        join=_records(join.kind, [join])[0],
        kept_name=str(kept),
        moves=tuple((_words(holding.label, holding.column, count), count) for holding, count in counts if count),
        facts=tuple(back),
    )


def _same(value: Any, kept: Any) -> bool:
    return bool((str(value) if isinstance(value, UUID) else value) == kept)


def _words(label: str, column: str, count: int) -> str:
    one, several = _WORDS.get(f"{label}.{column}") or _WORDS.get(label) or (label.partition(".")[2],) * 2
    return one if count == 1 else several


def _records(kind: str, joins: Iterable[EntryJoin]) -> tuple[JoinRecord, ...]:
    held = list(joins)
    names = MODELS[kind].objects.in_bulk([join.gone for join in held]) if held else {}
    return tuple(
        JoinRecord(
            join_id=join.pk, kind=join.kind, kept_id=join.kept, gone_id=join.gone, gone_name=str(names[join.gone]),
            at=join.joined_at, by=join.joined_by_name, parted_at=join.parted_at, parted_by=join.parted_by_name,
            reason=join.part_reason,
        )
        for join in held
    )  # fmt: skip
