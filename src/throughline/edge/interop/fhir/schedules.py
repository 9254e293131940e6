"""Times a provider publishes: Schedule says whose, where and what for, Slot says when and whether it is free.

https://hl7.org/fhir/R4/schedule.html, https://hl7.org/fhir/R4/slot.html
"""

from datetime import datetime
from typing import NamedTuple

from throughline.edge.interop.fhir.elements import (
    Node,
    Refused,
    bound,
    concepts,
    flag,
    pointer,
    pointers,
    required_text,
    when,
    words_of,
)
from throughline.record.chart.records.received import Pointer

SLOT_STATUS = frozenset({"busy", "free", "busy-unavailable", "busy-tentative", "entered-in-error"})


class ScheduleRead(NamedTuple):
    """Whose times (references as written), what for, and whether they are still published."""

    actors: tuple[Pointer, ...]
    service: str
    active: bool


class SlotRead(NamedTuple):
    """One time of a schedule; `status` as FHIR SlotStatus."""

    schedule: Pointer
    status: str
    starts_at: datetime
    ends_at: datetime
    service: str


def schedule(node: Node) -> ScheduleRead:
    """Return what a Schedule says. Raises Refused without an actor: nobody could be met."""
    path = "Schedule"
    actors = pointers(node, "actor", path)
    if not actors:
        raise Refused(f"{path}.actor", "is missing: it says nobody's times")
    service = words_of(concepts(node, "serviceType", path)) or words_of(concepts(node, "specialty", path))
    return ScheduleRead(tuple(actors), service, flag(node, "active", path) is not False)


def slot(node: Node) -> SlotRead:
    """Return what a Slot says. Raises Refused without schedule, status, start or end, or with no time between."""
    path = "Slot"
    whose = pointer(node, "schedule", path)
    if not whose.reference:
        raise Refused(f"{path}.schedule", "is missing: it says nobody's time")
    status = bound(required_text(node, "status", path), SLOT_STATUS, f"{path}.status")
    begins, ends = when(node, "start", path).at, when(node, "end", path).at
    if begins is None or ends is None:
        raise Refused(f"{path}.{'end' if begins else 'start'}", "is missing")
    if ends <= begins:
        raise Refused(f"{path}.end", "is not after the start")
    return SlotRead(whose, status, begins, ends, words_of(concepts(node, "serviceType", path)))
