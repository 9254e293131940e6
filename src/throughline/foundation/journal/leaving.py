"""What leaves the house waits, and can be taken back until it has left: message, fax, letter, referral, invitation.

How a capability uses it. Once, in the module of its actions (imported when Django starts):

    from throughline.foundation.journal.leaving import Parcel, carries, leave, takes_back

    @carries("documents.fax")            # the kind: capability and thing, stable, because stored rows name it
    def _fax(payload, by, at):           # called after the wait, in a transaction of its own, behind an open wall;
        ...                              # an exception keeps its error and is tried again, doubling from one minute

    @takes_back("documents.fax")         # called inside the transaction of the recall: set the row back to draft
    def _unsend(payload, by, at): ...    # (optional; raise a Refusal to refuse the recall)

and in the action that sends, inside its transaction:

    message_id = leave(
        "documents.fax", {"letter_id": letter.id},           # identifiers only: the words stay in their own table
        Parcel(what="Appeal letter", to="Northern Plan, fax (937) 555-0100", back=f"/p/{patient_id}/documents/"),
        by=by, at=at, site_id=site_id, patient_id=patient_id,
    )

`leave` returns the identifier of the waiting message; the wait is the sender's own setting (15 seconds unless she chose
0 to 60), and a system actor does not wait. She sees it at /outbox/ and in the top bar, with the seconds left, "Take
back", and after a failure the reason and "Try again". `is_waiting(message_id)` tells whether it can still be recalled.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from throughline.foundation.journal import publishing, rules
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.records import Parcel
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.time import require_aware

__all__ = ["Parcel", "carries", "is_waiting", "leave", "recall_message", "retry_message", "takes_back"]

Handler = Callable[[dict[str, Any], Actor, datetime], None]
_taken_back: dict[str, Handler] = {}
_ask_seconds: list[Callable[[UUID], int | None]] = []
DELIVERY = "journal.deliver-leaving"
# Whether the piece of work going on here put something in the outbox: then its page shows the counter.
left_here: ContextVar[bool] = ContextVar("throughline_left_here", default=False)


class UnableToRecall(Refusal):
    """The message has left, or it is somebody else's."""


class UnableToRetry(Refusal):
    """The message has left or was taken back."""


def carries(kind: str) -> Callable[[Handler], Handler]:
    """Register what carries out messages of `kind`: `handler(payload, by, at)`. TypeError when two do."""

    def register(handler: Handler) -> Handler:
        if kind in publishing.handlers:
            raise TypeError(f"Two parts of the product carry out {kind}.")
        publishing.handlers[kind] = handler
        return handler

    return register


def takes_back(kind: str) -> Callable[[Handler], Handler]:
    """Register what else must happen when a message of `kind` is taken back, in the same transaction."""

    def register(handler: Handler) -> Handler:
        _taken_back[kind] = handler
        return handler

    return register


def ask_seconds(find: Callable[[UUID], int | None]) -> None:
    """Install who knows how many seconds a user lets her messages wait; access does so at start."""
    _ask_seconds[:] = [find]


def _wait(by: Actor) -> timedelta:
    chosen = _ask_seconds[0](by.user_id) if _ask_seconds and by.user_id is not None and not by.is_system else None
    return rules.wait(chosen, automatic=by.is_system)


def leave(
    kind: str,
    payload: dict[str, Any],
    parcel: Parcel,
    *,
    by: Actor,
    at: datetime,
    site_id: UUID,
    patient_id: UUID | None = None,
) -> UUID:
    """Put something in the outbox that leaves the house after the sender's wait, and return the message's id.

    Must run inside the action's transaction. Raises ValueError for a parcel that does not say what goes to whom.
    """
    require_aware(at)
    if not parcel.what or not parcel.to:
        raise ValueError("A parcel says what leaves and to whom: its sender must be able to recognise it.")
    not_before = at + _wait(by)
    message_id = publishing.enqueue(
        kind, payload, by=by, at=at, site_id=site_id, patient_id=patient_id, not_before=not_before, parcel=parcel
    )
    left_here.set(True)
    # In the same transaction: the worker wakes for it, and the minute's sweep is only the second net.
    app.configure_task(DELIVERY, schedule_at=not_before).defer()
    return message_id


def is_waiting(message_id: UUID) -> bool:
    """Whether the message has neither left nor been taken back."""
    publishing.settle()
    return OutboxMessage.objects.filter(id=message_id, done_at__isnull=True, recalled_at__isnull=True).exists()


def _mine(message_id: UUID, by: Actor) -> OutboxMessage:
    publishing.settle()
    mine = OutboxMessage.objects.select_for_update().filter(id=message_id, created_by=by.user_id).first()
    if mine is None or by.user_id is None:
        raise NotFound("There is no such message of yours in the outbox.")
    return mine


@locator("outbox_id")
def _place_of_message(outbox_id: UUID) -> Place:
    publishing.settle()
    found = OutboxMessage.objects.filter(id=outbox_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("There is no such message of yours in the outbox.")
    return Place(site_id=found[0], patient_id=found[1])


@action("journal.recall", needs=None, on="outbox_id")
def recall_message(*, outbox_id: UUID, by: Actor, at: datetime) -> OutboxMessage:
    """Take a waiting message back, so that it never leaves; what it was sent from is set back with it.

    Only its author may. Raises NotFound when there is no such message of hers, UnableToRecall when it has left.
    """
    mine = _mine(outbox_id, by)
    if mine.done_at:
        raise UnableToRecall("It has left already and cannot be taken back. Send a correction instead.")
    if mine.recalled_at is None:
        mine.recalled_at = at
        mine.save(update_fields=["recalled_at"])
        if mine.kind in _taken_back:
            _taken_back[mine.kind](mine.payload, by, at)
    return mine


@action("journal.retry", needs=None, on="outbox_id")
def retry_message(*, outbox_id: UUID, by: Actor, at: datetime) -> None:
    """Let a message that failed be tried again at once. Raises NotFound or UnableToRetry."""
    mine = _mine(outbox_id, by)
    if mine.done_at or mine.recalled_at:
        raise UnableToRetry("It has left or was taken back already.")
    if mine.attempts:
        mine.not_before = at
        mine.save(update_fields=["not_before"])
        app.configure_task(DELIVERY, schedule_at=at).defer()
