"""When X happens, also Y: calls go down the order of packages, reactions go up through this table alone."""

from throughline.foundation.journal.publishing import Reaction, react
from throughline.foundation.kernel.events import Event

# (event, reaction(event, *, by, at)), carried out inside the event's own transaction.
SAME_TRANSACTION: tuple[tuple[type[Event], Reaction], ...] = ()


def install() -> None:
    """Register every row of the table. Called once when Django starts."""
    for event_type, reaction in SAME_TRANSACTION:
        react(event_type, reaction)
