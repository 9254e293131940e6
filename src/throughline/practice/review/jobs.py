"""Background entry points of review."""

from datetime import UTC, datetime
from uuid import UUID

from procrastinate.contrib.django import app

from throughline.foundation.access import wall
from throughline.practice.review.actions import looking


@app.task(name=looking.JOB)
def look(case_id: str) -> None:
    """Look at a case after something happened to it."""
    with wall.opened():
        looking.look(case_id=UUID(case_id), by=looking.LOOKER, at=datetime.now(UTC))


@app.periodic(cron="* * * * *")
@app.task(name="review.look-due", queueing_lock="review.look-due")
def look_due(timestamp: int) -> None:
    """Look at what time changed, and at what a lost job left behind, every minute."""
    with wall.opened():
        looking.look_due(at=datetime.now(UTC), most=20_000, other_checks=False)


@app.periodic(cron="20 2 * * *")
@app.task(name="review.nightly", queueing_lock="review.nightly")
def nightly(timestamp: int) -> None:
    """Enter cases nobody has looked at yet, look at all that is due, and drop the marks of closed cases."""
    with wall.opened():
        at = datetime.now(UTC)
        looking.enter_cases(at=at)
        looking.look_due(at=at)
        looking.forget_closed(at=at)
