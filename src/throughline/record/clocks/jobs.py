"""The sweeper's background entry point."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from throughline.foundation.access import wall
from throughline.record.clocks.sweeping import sweep


@app.periodic(cron="* * * * *")
@app.task(name="clocks.sweep", queueing_lock="clocks.sweep")
def sweep_clocks(timestamp: int) -> None:
    """Flip every clock whose boundary has passed, every minute; several workers may do so at once."""
    with wall.opened():
        sweep(at=datetime.now(UTC))
