"""The weekly look over a case as its story goes: continuity is kept week by week, as it stood then."""

from datetime import datetime, time, timedelta
from uuid import UUID

from throughline.edge.site.seeding.moments import ZONE
from throughline.edge.site.seeding.stage import Act, Stage, later
from throughline.practice.review.actions import looking

WEEKS = 12
NIGHT = time(2, 20)  # when the nightly look runs


def course(stage: Stage, case_id: UUID, opened: datetime) -> list[Act]:
    """Return a look over the case in each of the last weeks before this one since it was opened, in the small hours of
    the week's last day."""
    this_monday = stage.today - timedelta(days=stage.today.weekday())
    nights = [datetime.combine(this_monday - timedelta(days=7 * back + 1), NIGHT, tzinfo=ZONE) for back in range(WEEKS)]
    return [
        (at, later(looking.look, case_id=case_id, by=looking.LOOKER, at=at)) for at in reversed(nights) if at > opened
    ]
