"""When X happens, also Y: calls go down the order of packages, reactions go up through this table alone."""

from datetime import datetime

from throughline.foundation.journal.publishing import Reaction, react
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.kernel.events import Event
from throughline.record.cases.events import CaseClosed
from throughline.record.clocks import hearing as clock_hearing
from throughline.record.tasks import actions as tasks


def _end_tasks(event: CaseClosed, *, by: Actor, at: datetime) -> None:
    """A closed case leaves no open task."""
    if event.case_id is not None:
        tasks.cancel_tasks_of_case(case_id=event.case_id, reason="The case closed.", by=system("case closing"), at=at)


# (event, reaction(event, *, by, at)), carried out inside the event's own transaction.
SAME_TRANSACTION: tuple[tuple[type[Event], Reaction], ...] = (
    (Event, clock_hearing.hear),  # content says which events start, meet, pause or cancel which clocks
    (CaseClosed, _end_tasks),
)


def install() -> None:
    """Register every row of the table. Called once when Django starts."""
    for event_type, reaction in SAME_TRANSACTION:
        react(event_type, reaction)
