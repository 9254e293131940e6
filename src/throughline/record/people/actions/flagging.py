"""Flags records that may be the same person, for a person to decide."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from throughline.foundation.journal.publishing import publish_many
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.events import DuplicateFound
from throughline.record.people.models import PossibleDuplicate
from throughline.record.people.queries.duplicates import duplicates_of
from throughline.record.people.rules.duplicates import LIKELY

MOST_FLAGS = 5


def flag_duplicates(patient_ids: Collection[UUID], *, site_id: UUID, by: Actor, at: datetime) -> int:
    """Keep each pair that is likely one person, once, and return how many were new. Nothing is merged.

    A pair already decided to be two people stays decided. Runs inside the caller's action.
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
