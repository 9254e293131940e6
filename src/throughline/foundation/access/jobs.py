"""Background work of the foundation. It stands here because it opens the wall, which the journal and the audit,
lying below access, cannot."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from throughline.foundation.access import wall
from throughline.foundation.audit.partitions import keep_months_ahead
from throughline.foundation.journal.outbox import deliver_due


@app.periodic(cron="* * * * *")
@app.task(name="journal.deliver-due", queueing_lock="journal.deliver-due", lock="journal.deliver-due")
def deliver_outbox(timestamp: int) -> None:
    """Carry out what waits in the outbox, every minute."""
    with wall.opened():
        deliver_due(at=datetime.now(UTC))


@app.task(name="journal.deliver-leaving")
def deliver_leaving() -> None:
    """Carry out what waits, the moment the wait of something that leaves the house is over."""
    with wall.opened():
        deliver_due(at=datetime.now(UTC))


@app.periodic(cron="17 3 * * *")
@app.task(name="audit.keep-months-ahead", queueing_lock="audit.keep-months-ahead")
def keep_partitions_ahead(timestamp: int) -> None:
    """Make next months' partitions, every night."""
    with wall.opened():
        keep_months_ahead(at=datetime.now(UTC))
