"""The outbox: carries out what waits in it, again and later when it fails. `leaving` puts in what can be taken back."""

import logging
from datetime import datetime

from django.db import transaction

from throughline.foundation.journal import rules
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.publishing import handlers
from throughline.foundation.journal.records import Delivery
from throughline.foundation.kernel.actor import system
from throughline.foundation.kernel.time import require_aware

logger = logging.getLogger(__name__)


def deliver_due(*, at: datetime, limit: int = 500) -> Delivery:
    """Carry out what is due, oldest first, each message in a transaction of its own, and say how it went.

    Any number of workers may do this at once: a message in another's hands is skipped. One that fails is tried again
    later (rules.next_try) and keeps its last error; it never stops the others.
    """
    require_aware(at)
    done = failed = 0
    while done + failed < limit:
        went_well = _deliver_one(at)
        if went_well is None:
            break
        done, failed = done + went_well, failed + (not went_well)
    return Delivery(done=done, failed=failed)


def _deliver_one(at: datetime) -> bool | None:
    """Return whether the next message was carried out; None when nothing is due."""
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, recalled_at__isnull=True, not_before__lte=at)
            .order_by("not_before")
            .first()
        )
        if message is None:
            return None
        message.attempts += 1
        try:
            with transaction.atomic():
                _handle(message, at)
        except Exception as failure:
            # Not swallowed: kept on the row, counted, logged without the payload, and tried again.
            logger.warning("Outbox message %s (%s) failed: %s", message.id, message.kind, type(failure).__name__)
            message.last_error = f"{type(failure).__name__}: {failure}"[:1000]
            message.not_before = rules.next_try(at, message.attempts)
        else:
            message.done_at, message.last_error = at, ""
        message.save(update_fields=["attempts", "last_error", "not_before", "done_at"])
        return message.done_at is not None


def _handle(message: OutboxMessage, at: datetime) -> None:
    handler = handlers.get(message.kind)
    if handler is None:
        raise LookupError(f"No part of the product carries out {message.kind}.")
    handler(message.payload, system(f"automatic, after {message.created_by_name}"), at)
