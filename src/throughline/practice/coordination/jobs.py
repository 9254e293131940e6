"""Background work of coordination."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from throughline.foundation.access import wall
from throughline.foundation.kernel.actor import system
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes


@app.periodic(cron="*/15 * * * *")
@app.task(name="coordination.ask-outcomes", queueing_lock="coordination.ask-outcomes")
def ask_for_outcomes(timestamp: int) -> None:
    """Ask how each appointment went that is over, every quarter of an hour."""
    with wall.opened():
        ask_outcomes(by=system("appointments"), at=datetime.now(UTC))
