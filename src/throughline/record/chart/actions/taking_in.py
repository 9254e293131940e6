"""Taking in what another system sent: the bytes as they came, the resources' places in them, the facts."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish_many
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.identity import new_id
from throughline.record.chart.actions.loading import TABLES, Load, fact_columns, fact_row, load
from throughline.record.chart.events import RecordReceived
from throughline.record.chart.models import DateShift, ReceivedChunk, ReceivedFile, ReceivedIdentifier, ReceivedResource
from throughline.record.chart.queries.received import CHUNK
from throughline.record.chart.records.received import Arrival, Receipt, Stretch, Verdict

_RESOURCE = (
    "id", "site_id", "source", "resource_type", "resource_id", "version", "source_updated_at", "sha256",
    "file_id", "at_byte", "size", "patient_id", "summary", "received_at",
)  # fmt: skip


# Resources a statement: a bundle of any common size in one, a giant one without holding all its rows twice.
_PORTION = 5_000


@action("chart.take-in-received", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_received(
    *,
    site_id: UUID,
    source: str,
    stretch: Stretch,
    arrivals: Sequence[Arrival],
    shifts: Mapping[str, int],
    by: Actor,
    at: datetime,
) -> None:
    """Store the stretch's bytes, its new and changed resources and their facts; nothing when all was unchanged.

    `shifts` are the days by which dates of patients first received now were moved, by the patient's id at the source.
    """
    coming = [arrival for arrival in arrivals if arrival.verdict is not Verdict.UNCHANGED]
    if not coming:
        return
    file_id = _store_bytes(site_id, source, stretch, by, at)
    changed = {arrival.id for arrival in coming if arrival.verdict is Verdict.CHANGED}
    _forget(coming, changed)
    for start in range(0, len(coming), _PORTION):
        portion = coming[start : start + _PORTION]
        rows = [_resource_row(one, site_id, source, file_id, at) for one in portion]
        loads = [Load(ReceivedResource, _RESOURCE, rows), *_facts(portion, site_id, source, at)]
        load(loads, replacing=bool(changed))
    load([_identifiers(coming, site_id, source)], replacing=False)
    DateShift.objects.bulk_create(
        [
            DateShift(site_id=site_id, source=source, patient_source_id=patient, days=days)
            for patient, days in shifts.items()
        ]
    )


@action("chart.note-receipts", needs=Permission.IMPORT_RECORDS, on="site_id")
def note_receipts(*, site_id: UUID, source: str, receipts: Sequence[Receipt], by: Actor, at: datetime) -> None:
    """Write one line into the story of each patient whose record arrived."""
    publish_many(
        [
            RecordReceived(site_id=site_id, patient_id=receipt.patient_id, source=source, counts=receipt.counts)
            for receipt in receipts
        ],
        by=by,
        at=at,
    )


def _store_bytes(site_id: UUID, source: str, stretch: Stretch, by: Actor, at: datetime) -> UUID:
    """Keep the stretch and return its identifier; bytes that are held already are not kept twice."""
    digest = hashlib.sha256(stretch.content).digest()
    size = len(stretch.content)
    same = ReceivedFile.objects.filter(site_id=site_id, source=source, sha256=digest, size=size)
    found: UUID | None = same.values_list("id", flat=True).first()
    if found is not None:
        return found
    file = ReceivedFile.objects.create(
        site_id=site_id,
        source=source,
        name=stretch.name,
        first_byte=stretch.first_byte,
        size=size,
        sha256=digest,
        received_at=at,
        received_by_id=by.user_id,
        received_by_name=by.name,
    )
    ReceivedChunk.objects.bulk_create(
        [
            ReceivedChunk(file=file, number=number, content=zlib.compress(stretch.content[start : start + CHUNK], 1))
            for number, start in enumerate(range(0, size, CHUNK))
        ],
        batch_size=8,
    )
    return file.id


def _resource_row(arrival: Arrival, site_id: UUID, source: str, file_id: UUID, at: datetime) -> tuple[Any, ...]:
    received = arrival.received
    reading = received.reading
    return (
        arrival.id,
        site_id,
        source,
        reading.resource_type,
        reading.resource_id,
        reading.version,
        reading.updated_at,
        received.sha256,
        file_id,
        received.at_byte,
        received.size,
        arrival.patient_id,
        reading.summary,
        at,
    )


def _identifiers(coming: Sequence[Arrival], site_id: UUID, source: str) -> Load:
    columns = ("id", "resource_id", "site_id", "source", "resource_type", "system", "value")
    rows = [
        (new_id(), arrival.id, site_id, source, arrival.received.reading.resource_type, system, value)
        for arrival in coming
        for system, value in arrival.received.reading.identifiers
    ]
    return Load(ReceivedIdentifier, columns, rows)


def _facts(coming: Sequence[Arrival], site_id: UUID, source: str, at: datetime) -> list[Load]:
    by_type: dict[type[Any], list[tuple[Any, ...]]] = {}
    for arrival in coming:
        if arrival.fact is not None:
            head = (arrival.id, site_id, arrival.patient_id, source, at, arrival.encounter_id)
            by_type.setdefault(type(arrival.fact), []).append(fact_row(head, arrival.fact))
    return [Load(TABLES[kind], fact_columns(kind), rows) for kind, rows in by_type.items()]


def _forget(coming: Sequence[Arrival], changed: set[UUID]) -> None:
    """Drop what a newer edition no longer says: its old identifiers, and its fact when it is about no patient now."""
    if not changed:
        return
    ReceivedIdentifier.objects.filter(resource_id__in=changed).delete()
    gone = [arrival.id for arrival in coming if arrival.fact is None and arrival.id in changed]
    if gone:
        for model in TABLES.values():
            model._default_manager.filter(pk__in=gone).delete()
