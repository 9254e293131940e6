"""When a published time is no longer offered, and what that means where it was taken here. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from throughline.practice.coordination.records.appointments import PublishedIn

GONE, BUSY, OFF, ERROR, MOVED = "gone", "busy", "off", "error", "moved"
SENTENCES: Mapping[str, str] = {
    GONE: "The provider's system no longer lists this time. Ask whether it is ours.",
    BUSY: "The provider's system says this time is taken.",
    OFF: "The provider's system says nobody can be seen at this time any more.",
    ERROR: "The provider's system says this time was published by mistake.",
    MOVED: "The provider's system moved this time. Ask which one holds.",
}


class Held(Protocol):
    """A time as it is kept here."""

    starts_at: datetime
    ends_at: datetime
    taken_by_id: object


def withdrawn(said: PublishedIn, *, held: Held | None, active: bool) -> str:
    """Return why a time is no longer offered as it was, "" while it is.

    A time taken here that turns busy is our own booking seen from the other side.
    """
    if said.status == "entered-in-error":
        return ERROR
    if said.status == "busy-unavailable" or not active:
        return OFF
    if held is not None and held.taken_by_id and (held.starts_at, held.ends_at) != (said.starts_at, said.ends_at):
        return MOVED
    return "" if said.status == "free" else BUSY
