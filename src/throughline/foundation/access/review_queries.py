"""Reads for whoever reviews access: emergency openings, and who looked at or was refused what."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughline.foundation.access import rules
from throughline.foundation.access.labels import patient_names
from throughline.foundation.access.models import BreakGlass
from throughline.foundation.access.records import AuditRow, AuditRows, Opening
from throughline.foundation.audit.queries import entries
from throughline.foundation.audit.records import AuditLine, AuditSearch
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer


def openings(viewer: Viewer, *, sites: Collection[UUID], reviewed: bool = False, limit: int = 200) -> list[Opening]:
    """Return emergency openings at these sites: those that wait for review, oldest first, or the reviewed, newest."""
    order = "-reviewed_at" if reviewed else "opened_at"
    found = _openings(viewer, sites).filter(reviewed_at__isnull=not reviewed).order_by(order)[:limit]
    return _shown(viewer, list(found))


def opening(viewer: Viewer, break_glass_id: UUID, *, sites: Collection[UUID]) -> Opening:
    """Return one emergency opening at these sites. Raises NotFound when there is none."""
    found = list(_openings(viewer, sites).filter(id=break_glass_id))
    if not found:
        raise NotFound("There is no such emergency opening at your sites.")
    return _shown(viewer, found)[0]


def _openings(viewer: Viewer, sites: Collection[UUID]):  # type: ignore[no-untyped-def]  # a queryset of our own model
    reach = viewer.site_ids & frozenset(sites)
    return BreakGlass.objects.filter(access__site_id__in=reach).select_related("access__user", "reviewed_by")


def _shown(viewer: Viewer, found: list[BreakGlass]) -> list[Opening]:
    names = patient_names(viewer, [row.access.patient_id for row in found])
    return [
        Opening(
            id=row.id,
            patient_id=row.access.patient_id,
            patient_name=names.get(row.access.patient_id, ""),
            opened_by=str(row.access.user),
            opened_by_id=row.access.user_id,
            opened_at=row.opened_at,
            expires_at=row.expires_at,
            reason_title=rules.EMERGENCY_REASONS.get(row.reason_code, row.reason_code),
            reason=row.reason,
            reviewed_at=row.reviewed_at,
            reviewed_by=str(row.reviewed_by) if row.reviewed_by else "",
            justified=row.justified,
            finding=row.finding,
        )
        for row in found
    ]


def audit_rows(
    viewer: Viewer,
    search: AuditSearch,
    *,
    sites: Collection[UUID],
    before: tuple[datetime, UUID] | None,
    limit: int = 50,
) -> AuditRows:
    """Return a page of the audit with patients named, newest first."""
    page = entries(viewer, search, sites=sites, before=before, limit=limit)
    names = patient_names(viewer, [line.patient_id for line in page.lines])
    return AuditRows(rows=tuple(_row(line, names) for line in page.lines), older=page.older)


def _row(line: AuditLine, names: dict[UUID, str]) -> AuditRow:
    return AuditRow(
        at=line.at,
        kind=line.kind,
        what=rules.words_of(line.name, line.kind),
        who=line.actor_name or "Nobody signed in",
        actor_id=line.actor_id,
        patient_id=line.patient_id,
        patient_name=names.get(line.patient_id, "") if line.patient_id else "",
        purpose=line.purpose,
        why=str(line.detail.get("why") or line.detail.get("reason") or ""),
    )
