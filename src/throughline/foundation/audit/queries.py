"""Reads of the audit, for access review and export, and of a row's history: whose hand was on it last."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet

from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.audit.records import AuditLine, AuditPage, AuditSearch
from throughline.foundation.kernel.reading import Part, instant
from throughline.foundation.kernel.viewer import Viewer

_LINE = (
    "id",
    "at",
    "kind",
    "name",
    "actor_id",
    "actor_name",
    "actor_kind",
    "site_id",
    "patient_id",
    "purpose",
    "detail",
)


def entries(
    viewer: Viewer,
    search: AuditSearch,
    *,
    sites: Collection[UUID],
    before: tuple[datetime, UUID] | None = None,
    limit: int = 100,
) -> AuditPage:
    """Return what the search finds at these sites of the viewer's, newest first, `limit` lines older than `before`.

    The caller names the sites where the viewer may review; sites she does not belong to are left out.
    """
    found = _found(viewer, search, sites)
    if before:
        found = found.filter(at__lte=before[0]).filter(Q(at__lt=before[0]) | Q(id__lt=before[1]))
    rows = list(found.order_by("-at", "-id").values(*_LINE)[: limit + 1])
    lines = tuple(AuditLine(**row) for row in rows[:limit])
    return AuditPage(lines=lines, older=(lines[-1].at, lines[-1].id) if len(rows) > limit else None)


def all_entries(viewer: Viewer, search: AuditSearch, *, sites: Collection[UUID]) -> Iterator[AuditLine]:
    """Yield everything the search finds at these sites, oldest first, without holding it in memory."""
    rows = _found(viewer, search, sites).order_by("at", "id").values(*_LINE)
    for row in rows.iterator(chunk_size=2000):
        yield AuditLine(**row)


def _found(viewer: Viewer, search: AuditSearch, sites: Collection[UUID]) -> QuerySet[AuditEntry]:
    wanted = Q(site_id__in=viewer.site_ids & frozenset(sites))
    if search.since:
        wanted &= Q(at__gte=search.since)
    if search.until:
        wanted &= Q(at__lt=search.until)
    if search.patient_id:
        wanted &= Q(patient_id=search.patient_id)
    if search.actor_id:
        wanted &= Q(actor_id=search.actor_id)
    if search.kinds:
        wanted &= Q(kind__in=search.kinds)
    if search.name:
        wanted &= Q(name=search.name)
    return AuditEntry.objects.filter(wanted)


_LOOK = f"""
select at from {AuditEntry._meta.db_table}
where patient_id = %(patient)s and actor_id = %(user)s and kind = 'read' and name = %(look)s and at < %(look_before)s
order by at desc limit 1
"""


def last_look_part(viewer: Viewer, patient_id: UUID, page: str, *, before: datetime) -> Part[datetime | None]:
    """Return when the viewer herself last read that page of the patient before an instant, or None."""
    asked = {"patient": patient_id, "user": viewer.user_id, "look": page, "look_before": before}
    return Part((_LOOK,), asked, lambda rows: instant(rows[0]["at"]) if rows else None)


def changed_last_by(viewer: Viewer, model: str, key: UUID, *, others: bool = False) -> str:
    """Return who changed a row last by its history, for what stands in no patient's story.

    `model` as "people.Practitioner"; with `others` who but the viewer. "" where nobody is told of, as for a row no
    person ever changed.
    """
    rows = apps.get_model(f"{model}Event").objects.filter(pgh_obj_id=key, pgh_label="update", pgh_context__isnull=False)
    rows = rows.filter(site_id__in=viewer.site_ids)
    if others:
        rows = rows.exclude(pgh_context__metadata__user=str(viewer.user_id))
    return str(rows.order_by("-pgh_id").values_list("pgh_context__metadata__name", flat=True).first() or "")
