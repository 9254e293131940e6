"""Reads of gaps: one patient's with what is in order, the caseload's, and what a command prints."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.review.models import Examined, Gap
from throughline.practice.review.records import GapRecord
from throughline.record.cases import queries as cases

MOST = 50  # lines of one page of the caseload's list; the next page goes on after the last of them


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The last look at a patient's case: its gaps, what was set aside, what is in order, what cannot be told."""

    case_id: UUID | None
    open: tuple[GapRecord, ...] = ()
    dismissed: tuple[GapRecord, ...] = ()
    mended: tuple[GapRecord, ...] = ()
    checked: tuple[dict[str, Any], ...] = ()
    untold: tuple[dict[str, Any], ...] = ()
    looked_at: datetime | None = None
    stale: bool = False
    trouble: str = ""


def review_of(viewer: Viewer, patient_id: UUID) -> Reviewed:
    """Return the last look at a patient's open case. Raises NotFound for a patient the viewer may not see.

    `stale` when something happened since, or time has passed a boundary, and nobody has looked yet.
    """
    case = cases.open_case_of(viewer, patient_id)
    if case is None:
        return Reviewed(None)
    seen = Examined.objects.filter(case_id=case.id).first()
    rows = [_record(row) for row in Gap.objects.filter(case_id=case.id).order_by("-on_today", "since", "key")]
    mended = sorted((r for r in rows if r.state == "mended"), key=lambda r: r.opened_at, reverse=True)
    return Reviewed(
        case.id,
        tuple(r for r in rows if r.state == "open"),
        tuple(r for r in rows if r.state == "dismissed"),
        tuple(mended[:20]),
        tuple(seen.checked) if seen else (),
        tuple(seen.untold) if seen else (),
        seen.looked_at if seen else None,
        seen is None or _is_stale(seen, viewer.at),
        seen.trouble if seen else "",
    )


def _is_stale(seen: Examined, at: datetime) -> bool:
    due = seen.next_look_at is not None and seen.next_look_at <= at
    return seen.looked_at is None or seen.dirty_since is not None or due


def _record(row: Gap) -> GapRecord:
    return GapRecord(
        id=row.id,
        case_id=row.case_id,
        patient_id=row.patient_id,
        key=row.key,
        title=row.title,
        says=row.says,
        since=row.since,
        opened_at=row.opened_at,
        state=row.state,
        owner=row.role,
        remedy=row.remedy,
        reasons=row.reasons,
        dismissed_reason=row.dismissed_reason,
        review_on=row.review_on,
        dismissed_by=row.dismissed_by_name,
        task_id=row.task_id,
        version=row.version,
    )


def _of_caseload(viewer: Viewer, whole: bool) -> Any:
    found = Gap.objects.filter(sees(viewer), state="open")
    return found if whole else found.filter(case__owner_id=viewer.user_id)


def caseload_gaps(
    viewer: Viewer, *, whole: bool = False, check: str = "", after: UUID | None = None
) -> tuple[list[GapRecord], UUID | None]:
    """Return one page of the open gaps of the viewer's cases (with `whole`, of every case she sees), and its end.

    What stands on Today comes first, then what is missing longest. The end is the gap to go on `after`, None on the
    last page; a gap that is closed meanwhile still says where the page before it ended. `check` keeps those of one
    kind; what a gap is about (one need, one action) does not count for the kind.
    """
    found = _of_caseload(viewer, whole)
    if check:
        found = found.filter(Q(key=check) | Q(key__startswith=f"{check}:"))
    last = Gap.objects.filter(sees(viewer), pk=after).first() if after else None
    if last is not None:
        later = Q(since__gt=last.since) | Q(since=last.since, id__gt=last.id)
        found = found.filter(Q(on_today=last.on_today) & later | Q(on_today__lt=last.on_today))
    rows = list(found.select_related("patient", "case__owner").order_by("-on_today", "since", "id")[: MOST + 1])
    return [_named(row) for row in rows[:MOST]], rows[MOST - 1].id if len(rows) > MOST else None


def _named(row: Gap) -> GapRecord:
    owner = str(row.case.owner) if row.case.owner else ""
    return replace(_record(row), patient_name=row.patient.display_name, owner_name=owner)


def gap_counts(viewer: Viewer, *, whole: bool = False) -> list[tuple[str, str, int, int]]:
    """Return (kind, title, gaps, cases) of the open gaps, the most frequent first."""
    rows = (
        _of_caseload(viewer, whole)
        .values_list("key", "title")
        .annotate(n=Count("id"), cases=Count("case", distinct=True))
    )
    kinds: dict[str, list[Any]] = {}
    for key, title, count, of_cases in sorted(rows, key=lambda row: (-row[2], row[1])):
        kind = key.partition(":")[0]
        known = kinds.setdefault(kind, [title, 0, 0])
        known[1] += count
        known[2] += of_cases
    listed = [(kind, title, count, of_cases) for kind, (title, count, of_cases) in kinds.items()]
    return sorted(listed, key=lambda row: (-row[2], row[1]))


def told_of_case(case_id: UUID) -> dict[str, Any]:
    """Return the last look at a case as plain values, for the command line; whose own work is not a viewer's."""
    seen = Examined.objects.get(case_id=case_id)
    gaps = Gap.objects.filter(case_id=case_id, state="open").order_by("since", "key")
    fields = ("key", "title", "says", "role", "remedy", "reasons")
    return {
        "case": str(case_id),
        "looked_at": seen.looked_at.isoformat() if seen.looked_at else None,
        "next_look_at": seen.next_look_at.isoformat() if seen.next_look_at else None,
        "gaps": [{f: getattr(g, f) for f in fields} | {"since": g.since.isoformat()} for g in gaps],
        "checked": seen.checked,
        "untold": seen.untold,
    }
