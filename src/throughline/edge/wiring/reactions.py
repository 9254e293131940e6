"""When X happens, also Y: calls go down the order of packages, reactions go up through this table alone."""

from throughline.foundation.journal.publishing import Reaction, react
from throughline.foundation.kernel.events import Event
from throughline.record.clocks import hearing as clock_hearing

# (event, reaction(event, *, by, at)), carried out inside the event's own transaction.
SAME_TRANSACTION: tuple[tuple[type[Event], Reaction], ...] = (
    (Event, clock_hearing.hear),  # content says which events start, meet, pause or cancel which clocks
)


def install() -> None:
    """Register every row of the table. Called once when Django starts."""
    for event_type, reaction in SAME_TRANSACTION:
        react(event_type, reaction)
