"""Reads of continuity: a case's weeks, and the caseload's, each case as its last look up to a week found it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.review.models import ContinuityWeek
from throughline.record.cases.models import Case

WEEKS = 12
ENOUGH = 2  # visits from which an index says something


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a case: both indices, threads, days without an owner, open gaps."""

    week: date
    visits: int
    providers: int
    coc: float | None
    upc: float | None
    usual: str
    whole: int
    broken: int
    unowned_days: int
    open_gaps: int


@dataclass(frozen=True, slots=True)
class CaseloadWeek:
    """One week of a caseload: means of the indices over cases with enough visits, sums of the rest."""

    week: date
    cases: int
    counted: int
    coc: float | None
    upc: float | None
    whole: int
    broken: int
    longest_unowned: int
    open_gaps: int


def of_case(viewer: Viewer, patient_id: UUID) -> list[Week]:
    """Return the weeks of a patient's open case, newest first; nothing for a patient the viewer may not see."""
    rows = ContinuityWeek.objects.filter(sees(viewer), patient_id=patient_id).exclude(case__state="closed")
    return [_week(row) for row in rows.order_by("-week")[:52]]


def _week(row: ContinuityWeek) -> Week:
    return Week(**{name: getattr(row, name) for name in Week.__slots__})


def of_caseload(viewer: Viewer, *, whole: bool = False, weeks: int = WEEKS) -> list[CaseloadWeek]:
    """Return the weeks of the viewer's caseload (with `whole`, of every case she sees), newest first.

    A case counts in every week since its first look, as it stood at its last look up to that week, while it is open.
    """
    cases = Case.objects.filter(sees(viewer)).exclude(state="closed")
    cases = cases if whole else cases.filter(owner_id=viewer.user_id)
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    monday = today - timedelta(days=today.weekday())
    rows = ContinuityWeek.objects.filter(case_id__in=cases.values("id"), week__lte=monday).order_by("week")
    by_case: dict[UUID, list[ContinuityWeek]] = {}
    for row in rows:
        by_case.setdefault(row.case_id, []).append(row)
    found = []
    for back in range(weeks):
        week = monday - timedelta(weeks=back)
        then = [r for r in (_as_of(rows_of, week) for rows_of in by_case.values()) if r is not None]
        if then:
            found.append(_summed(week, then))
    return found


def _as_of(rows: Sequence[ContinuityWeek], week: date) -> ContinuityWeek | None:
    return next((row for row in reversed(rows) if row.week <= week), None)


def _summed(week: date, rows: Sequence[ContinuityWeek]) -> CaseloadWeek:
    counted = [row for row in rows if row.visits >= ENOUGH]
    return CaseloadWeek(
        week=week,
        cases=len(rows),
        counted=len(counted),
        coc=_mean([row.coc for row in counted]),
        upc=_mean([row.upc for row in counted]),
        whole=sum(row.whole for row in rows),
        broken=sum(row.broken for row in rows),
        longest_unowned=max(row.unowned_days for row in rows),
        open_gaps=sum(row.open_gaps for row in rows),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
