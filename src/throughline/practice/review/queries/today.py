"""Gaps as rows of Today: for each case the one missing longest, and how many more, in one statement."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from throughline.foundation.access.queries import sees_parameters, sees_sql
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import ranking
from throughline.practice.caseload.records import Due

_GAPS = f"""
select distinct on (g.case_id) g.patient_id, g.id, g.title, g.says, c.owner_id,
  count(*) over (partition by g.case_id) - 1 as more
from cases_case c join review_gap g on g.case_id = c.id
where c.owner_id = any(%(wanted)s) and c.state = 'active' and g.state = 'open' and g.on_today
  and (%(only)s::uuid is null or g.patient_id = %(only)s) and {sees_sql("g.patient_id", "g.site_id")}
order by g.case_id, g.since, g.id
"""


def gaps_due(viewer: Viewer, wanted: set[UUID | None], only: UUID | None) -> Iterator[tuple[UUID, Due]]:
    """Yield by patient what is missing longest in each active case of these colleagues, as one thing due."""
    asked = {**sees_parameters(viewer), "wanted": [one for one in wanted if one], "only": only}
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, asked)
        rows = cursor.fetchall()
    for patient_id, gap_id, title, says, owner_id, more in rows:
        yield (
            patient_id,
            Due(
                id=f"gap:{gap_id}",
                kind="gap",
                task_id=None,
                clock_id=None,
                version=more,
                verb="Gap",
                title=f"{says[:1].lower()}{says[1:]}{f', and {more} more' if more else ''}",
                why=title,
                tier=ranking.GAP,
                state="open",
                owner_id=owner_id,
                due_at=None,
                has_time=False,
                legal=False,
            ),
        )
