"""Announce an event: write its line of story, run what must happen with it, queue what may follow."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.journal.records import Parcel
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.events import Event
from throughline.foundation.kernel.identity import new_id
from throughline.foundation.kernel.time import require_aware

Reaction = Callable[..., None]
_same_transaction: dict[type[Event], list[Reaction]] = {}
_after_commit: dict[type[Event], list[str]] = {}
_together: list[Callable[..., None]] = []
handlers: dict[str, Callable[[dict[str, Any], Actor, datetime], None]] = {}


def react(event_type: type[Event], reaction: Reaction) -> None:
    """Call `reaction(event, by=…, at=…)` inside the transaction of every such event (of every event for Event)."""
    _same_transaction.setdefault(event_type, []).append(reaction)


def react_together(reaction: Callable[..., None]) -> None:
    """Call `reaction(events, by=…, at=…)` once for all events published together, after their other reactions.

    For what is the same few statements for one event and for thousands, as an import brings them.
    """
    _together.append(reaction)


def react_after_commit(event_type: type[Event], kind: str) -> None:
    """Queue an outbox message of `kind` for every such event; `handlers[kind]` carries it out later."""
    _after_commit.setdefault(event_type, []).append(kind)


# What an action has still to append when it ends: nothing of it is read before, and one message stores it all.
_gathered: ContextVar[list[models.Model] | None] = ContextVar("throughline_gathered", default=None)


@contextmanager
def gathering() -> Iterator[list[models.Model]]:
    """Keep lines and messages in a list instead of storing them at once; who opens this stores the list at the end.

    Opened again inside, it is the same list, and what raises takes back what it added: a savepoint for rows not yet
    stored.
    """
    rows = _gathered.get()
    if rows is not None:
        before = len(rows)
        try:
            yield rows
        except BaseException:
            del rows[before:]
            raise
        return
    rows = []
    token = _gathered.set(rows)
    try:
        yield rows
    finally:
        _gathered.reset(token)


def _append(rows: Sequence[Any]) -> None:
    gathered = _gathered.get()
    if gathered is not None:
        gathered.extend(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=1000)


def settle() -> None:
    """Store what has been gathered so far, so that it can be read inside the act that wrote it."""
    gathered = _gathered.get() or []
    for kind in (JournalEntry, OutboxMessage):
        kind._default_manager.bulk_create([row for row in gathered if isinstance(row, kind)], batch_size=1000)
    gathered[:] = [row for row in gathered if not isinstance(row, JournalEntry | OutboxMessage)]


def _plain(value: Any) -> Any:
    if value is None or type(value) is str or type(value) is int:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(item) for item in value]
    return value


def publish(event: Event, *, by: Actor, at: datetime, occurred_at: datetime | None = None) -> UUID:
    """Write the event's line and return its identifier.

    Must run inside a transaction: a story line without its fact, or a fact without its line, is refused with
    RuntimeError. An exception in a reaction rolls back the whole act.
    """
    return publish_many([event], by=by, at=at, occurred_at=occurred_at)[0]


def publish_many(
    events: Sequence[Event], *, by: Actor, at: datetime, occurred_at: datetime | None = None
) -> list[UUID]:
    """Write the lines of many events in one statement, in their order; otherwise as `publish`."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{events[0].kind if events else 'Nothing'} was published outside a transaction.")
    require_aware(at)
    payloads = [_payload(event) for event in events]
    entries = [
        unsaved(
            JournalEntry,
            id=new_id(),
            recorded_at=at,
            occurred_at=occurred_at or at,
            kind=event.kind,
            sentence=event.sentence(),
            site_id=event.site_id,
            patient_id=event.patient_id,
            case_id=event.case_id,
            actor_id=by.user_id,
            actor_name=by.name,
            payload=payload,
        )
        for event, payload in zip(events, payloads, strict=True)
    ]
    _append(entries)
    for event, payload in zip(events, payloads, strict=True):
        _react(event, payload, by, at)
    for reaction in _together:
        reaction(events, by=by, at=at)
    return [entry.id for entry in entries]


def _payload(event: Event) -> dict[str, Any]:
    return {name: _plain(getattr(event, name)) for name in _names(type(event))}


@cache
def _names(event_type: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(event_type))


def _react(event: Event, payload: dict[str, Any], by: Actor, at: datetime) -> None:
    for heard in (type(event), Event):
        for reaction in _same_transaction.get(heard, ()):
            reaction(event, by=by, at=at)
        for kind in _after_commit.get(heard, ()):
            enqueue(kind, payload, by=by, at=at, site_id=event.site_id, patient_id=event.patient_id)


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    site_id: UUID | None = None,
    patient_id: UUID | None = None,
    not_before: datetime | None = None,
    parcel: Parcel | None = None,
) -> UUID:
    """Put a message in the outbox, to be carried out after commit and not before `not_before`; return its id.

    What leaves the house goes through `leaving.leave`, which gives it a `parcel` and the sender's wait.
    """
    parcel = parcel or Parcel()
    message = OutboxMessage(
        kind=kind,
        payload=_plain(payload),
        created_at=at,
        created_by=by.user_id,
        created_by_name=by.name,
        site_id=site_id,
        patient_id=patient_id,
        not_before=not_before or at,
        what=parcel.what,
        recipient=parcel.to,
        back=parcel.back,
    )
    _append([message])
    return message.id
