"""Flags records that may be one person, for a person to decide: from the outbox, after the act that stored them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import enqueue, publish_many
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.events import DuplicateFound
from throughline.record.people.models import PossibleDuplicate
from throughline.record.people.queries.duplicates import duplicates_of
from throughline.record.people.rules.duplicates import LIKELY

MOST_FLAGS = 5
WEIGH = "people.weigh-duplicates"
# Patients weighed in one transaction: each brings some dozens of candidates into memory.
TOGETHER = 200


def weigh_later(patient_ids: Sequence[UUID], *, site_id: UUID, by: Actor, at: datetime) -> None:
    """Have new records compared with the others after the caller's transaction is stored."""
    for start in range(0, len(patient_ids), TOGETHER):
        some = patient_ids[start : start + TOGETHER]
        only = some[0] if len(some) == 1 else None
        said = {"site_id": site_id, "patient_ids": [*some]}
        enqueue(WEIGH, said, by=by, at=at, site_id=site_id, patient_id=only)


def weigh(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    """Carry out a message of `weigh_later`. Carried out twice it finds the same pairs and keeps each once."""
    patient_ids = [UUID(one) for one in payload["patient_ids"]]
    flag_duplicates(site_id=UUID(payload["site_id"]), patient_ids=patient_ids, by=by, at=at)


@action("people.flag-duplicates", needs=Permission.IMPORT_RECORDS, on="site_id")
def flag_duplicates(*, site_id: UUID, patient_ids: Collection[UUID], by: Actor, at: datetime) -> int:
    """Keep each pair that is likely one person, once, and return how many were new. Nothing is merged.

    A pair already decided to be two people stays decided; a record retired by a merge meanwhile is passed over.
    """
    rows: dict[tuple[UUID, UUID], PossibleDuplicate] = {}
    for patient_id, suspects in duplicates_of(patient_ids, site_id=site_id, at_least=LIKELY).items():
        for suspect in suspects[:MOST_FLAGS]:
            first, second = sorted((patient_id, suspect.patient_id))
            rows[(first, second)] = PossibleDuplicate(
                site_id=site_id,
                first_patient_id=first,
                second_patient_id=second,
                score=Decimal(str(suspect.weighed.score)),
                reasons=list(suspect.weighed.reasons),
                found_at=at,
            )
    known = set(
        PossibleDuplicate.objects.filter(
            first_patient_id__in=[first for first, _ in rows], second_patient_id__in=[second for _, second in rows]
        ).values_list("first_patient_id", "second_patient_id")
    )
    new = [row for key, row in rows.items() if key not in known]
    PossibleDuplicate.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        publish_many([_found(row) for row in new], by=by, at=at)
    return len(new)


def _found(row: PossibleDuplicate) -> DuplicateFound:
    return DuplicateFound(
        site_id=row.site_id,
        patient_id=row.second_patient_id,
        other_patient_id=row.first_patient_id,
        reasons=tuple(row.reasons),
    )
