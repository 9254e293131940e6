"""Background work of drafts."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from throughline.foundation.access import wall
from throughline.foundation.drafts.actions import clear_old
from throughline.foundation.kernel.actor import system


@app.periodic(cron="41 3 * * *")
@app.task(name="drafts.clear-old", queueing_lock="drafts.clear-old")
def clear_old_drafts(timestamp: int) -> None:
    """Delete what nobody came back to for 30 days, every night."""
    with wall.opened():
        clear_old(by=system("drafts"), at=datetime.now(UTC))
