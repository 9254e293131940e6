"""The continuity of a case or a caseload, week by week, as trends."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.charts import Figure, Point, Scale, figure
from throughline.practice.review.queries.continuity import CaseloadWeek, Week

INDICES = (("coc", "Continuity of care (COC)"), ("upc", "Usual provider (UPC)"))


def trends(weeks: Sequence[Week] | Sequence[CaseloadWeek], viewer: Viewer) -> list[Figure]:
    """Return a trend of each index over the weeks that have one; none for an index with fewer than two weeks."""
    zone = ZoneInfo(viewer.time_zone)
    found = []
    for key, title in INDICES:
        known = [(week.week, value) for week in weeks if (value := getattr(week, key)) is not None]
        points = [
            Point(datetime.combine(day, time(), zone), value, words=f"{value:.2f}", source="") for day, value in known
        ]
        scale = Scale(title, "", 0, 1, 0.25, timedelta(days=7), decimals=2)
        if len(points) > 1:
            found.append(figure(f"{key}", scale, points, until=viewer.at, zone=viewer.time_zone))
    return found
