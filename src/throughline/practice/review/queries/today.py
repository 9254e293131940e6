"""Gaps as rows of Today: for each case the one missing longest, and how many more, in one statement."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from throughline.foundation.access.queries import sees_sql
from throughline.practice.caseload import ranking
from throughline.practice.caseload.records import Due, Further

_GAPS = f"""
select distinct on (g.case_id) g.patient_id, g.id, g.title, g.says, c.owner_id,
  count(*) over (partition by g.case_id) - 1 as more
from cases_case c join lateral (
  select * from review_gap g where g.case_id = c.id and g.state = 'open' and g.on_today offset 0) g on true
where c.owner_id = any(%(wanted)s) and c.state = 'active'
  and (%(only)s::uuid is null or c.patient_id = %(only)s) and {sees_sql("g.patient_id", "g.site_id")}
order by g.case_id, g.since, g.id
"""


def _dues(rows: list[dict[str, Any]]) -> Iterator[tuple[UUID, Due]]:
    """Yield by patient what is missing longest in an active case, as one thing due."""
    for row in rows:
        says, more = row["says"], row["more"]
        yield (
            row["patient_id"],
            Due(
                id=f"gap:{row['id']}",
                kind="gap",
                task_id=None,
                clock_id=None,
                version=more,
                verb="Gap",
                title=f"{says[:1].lower()}{says[1:]}{f', and {more} more' if more else ''}",
                why=row["title"],
                tier=ranking.GAP,
                state="open",
                owner_id=row["owner_id"],
                due_at=None,
                has_time=False,
                legal=False,
            ),
        )


gaps_due = Further(_GAPS, _dues)
