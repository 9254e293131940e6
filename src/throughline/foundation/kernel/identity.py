"""Identifiers that sort by the time they were made, so that new rows land at the end of an index."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a new time-ordered identifier (UUID version 7, RFC 9562)."""
    return uuid_utils.compat.uuid7()
