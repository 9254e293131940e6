"""Merging two records of one person, and taking a merge back exactly."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.actions.assembly import FACTS, plain, refresh
from throughline.record.people.events import PatientsMerged, PatientsUnmerged
from throughline.record.people.models import MergedRow, Patient, PatientMerge, PossibleDuplicate, SearchEntry
from throughline.record.people.queries.identity import place_of_patient
from throughline.record.people.queries.merge_map import collisions, followers, holdings

_OWN = (*FACTS, "display_name", "sort_name", "preferred_name", "mrn", "phone")


class UnableToMerge(Refusal):
    """The two records cannot be joined now; the sentence says what stands in the way."""


class UnableToUnmerge(Refusal):
    """The merge cannot be taken back now; the sentence says what must be done first."""


locator("survivor_id")(place_of_patient)


@locator("merge_id")
def _place_of_merge(merge_id: UUID) -> Place:
    found = PatientMerge.objects.filter(pk=merge_id).values_list("site_id", "survivor_id").first()
    if found is None:
        raise NotFound("There is no such merge, or it is not at your site.")
    return Place(site_id=found[0], patient_id=found[1])


@action("people.merge-patients", needs=Permission.MERGE_PATIENTS, on="survivor_id")
def merge_patients(
    *,
    survivor_id: UUID,
    retired_id: UUID,
    reason: str,
    by: Actor,
    at: datetime,
    take: Collection[str] = (),
) -> UUID:
    """Join the retired record into the survivor and return the merge's id.

    Every row that names the retired patient moves and is written down, so that it can go back. The survivor keeps
    her own facts; blanks are filled from the retired record, and the facts named in `take` are taken from it.
    Raises UnableToMerge when the records are the same, of two sites, already merged, give no reason, or when both have
    a row of which there may be only one.
    """
    survivor, retired = _both(survivor_id, retired_id)
    if not reason.strip():
        raise UnableToMerge("Say how you know that both records are the same person.")
    for holding in holdings():
        if collisions(holding, survivor_id, retired_id):
            raise UnableToMerge(_collision_sentence(str(holding.model._meta.verbose_name)))
    merge = PatientMerge.objects.create(
        site_id=survivor.site_id,
        survivor=survivor,
        retired=retired,
        merged_at=at,
        merged_by_id=by.user_id,
        merged_by_name=by.name,
        reason=reason.strip()[:300],
        survivor_before=_columns_of(survivor),
        retired_before=_columns_of(retired),
        pair_before=_settle_pair(survivor_id, retired_id, by, at),
    )
    _move_rows(merge)
    _fill_facts(survivor, retired, take)
    SearchEntry.objects.filter(patient=retired).delete()
    _store(survivor, at)
    retired.merged_into, retired.version, retired.updated_at = survivor, retired.version + 1, at
    retired.save()
    merge.survivor_after = _columns_of(survivor)
    merge.save(update_fields=["survivor_after"])
    merged = PatientsMerged(
        site_id=merge.site_id,
        patient_id=survivor_id,
        retired_patient_id=retired_id,
        merge_id=merge.id,
        reason=merge.reason,
    )
    publish(merged, by=by, at=at)
    return merge.id


def _collision_sentence(what: str) -> str:
    return (
        f"Both records have a {what} of which one person can have only one at a time. "
        "Close or finish one of them first, then merge."
    )


def _both(survivor_id: UUID, retired_id: UUID) -> tuple[Patient, Patient]:
    """Return both records, locked in one order everywhere."""
    locked = {
        row.id: row
        for row in Patient.objects.select_for_update().filter(id__in=[survivor_id, retired_id]).order_by("id")
    }
    if survivor_id == retired_id or len(locked) < 2:
        raise UnableToMerge("Choose two different records of your site.")
    survivor, retired = locked[survivor_id], locked[retired_id]
    if survivor.site_id != retired.site_id:
        raise UnableToMerge("Records of two sites cannot be merged.")
    if survivor.merged_into_id or retired.merged_into_id:
        raise UnableToMerge("One of the records is merged already. Open the record it was merged into.")
    return survivor, retired


def _columns_of(patient: Patient) -> dict[str, Any]:
    return {name: plain(getattr(patient, name)) for name in _OWN}


def _settle_pair(survivor_id: UUID, retired_id: UUID, by: Actor, at: datetime) -> dict[str, Any] | None:
    """Mark the flagged pair as merged and return what was decided on it before, None when it was not flagged."""
    first, second = sorted((survivor_id, retired_id))
    pair = PossibleDuplicate.objects.filter(first_patient_id=first, second_patient_id=second).first()
    if pair is None:
        return None
    before = {"state": pair.state, "decided_at": plain(pair.decided_at), "decided_by_id": plain(pair.decided_by_id)}
    pair.state, pair.decided_at, pair.decided_by_id = PossibleDuplicate.State.MERGED, at, by.user_id
    pair.save(update_fields=["state", "decided_at", "decided_by"])
    return before


def _move_rows(merge: PatientMerge) -> None:
    for holding in holdings():
        keys = list(holding.rows_of(merge.retired_id).values_list("pk", flat=True))
        if not keys:
            continue
        MergedRow.objects.bulk_create(
            [MergedRow(merge=merge, table=holding.label, column=holding.column, row=str(key)) for key in keys]
        )
        holding.rows_of(merge.retired_id).update(**{holding.column: merge.survivor_id})


def _fill_facts(survivor: Patient, retired: Patient, take: Collection[str]) -> None:
    for name in FACTS:
        theirs = getattr(retired, name)
        if theirs in ("", None, [], False):
            continue
        if name in take or getattr(survivor, name) in ("", None, [], False):
            setattr(survivor, name, theirs)
    if "birth_date" in take:
        survivor.birth_date_precision = retired.birth_date_precision


def _store(patient: Patient, at: datetime) -> None:
    refresh(patient)
    patient.version += 1
    patient.updated_at = at
    patient.save()


@action("people.unmerge-patients", needs=Permission.MERGE_PATIENTS, on="merge_id")
def unmerge_patients(*, merge_id: UUID, reason: str, by: Actor, at: datetime) -> UUID:
    """Take a merge back: exactly the rows it moved return, and the restored record's id is returned.

    What was written on a returned row's behalf since (a task on a returned case) goes with it; everything else
    written since stays with the survivor, and facts edited since are kept. Raises UnableToUnmerge when it was
    taken back before, gives no reason, or when a later merge must be taken back first.
    """
    merge = PatientMerge.objects.select_for_update().get(pk=merge_id)
    survivor, retired = _parted(merge)
    if not reason.strip():
        raise UnableToUnmerge("Say why the records are two people.")
    _return_rows(merge)
    merge.unmerged_at, merge.unmerged_by_id, merge.unmerged_by_name = at, by.user_id, by.name
    merge.unmerge_reason = reason.strip()[:300]
    merge.save()
    _restore_facts(survivor, merge)
    _store(survivor, at)
    retired.merged_into = None
    _store(retired, at)
    _reopen_pair(merge)
    place = {"site_id": merge.site_id, "restored_patient_id": retired.id, "merge_id": merge.id}
    for patient in (survivor, retired):
        publish(PatientsUnmerged(**place, patient_id=patient.id, reason=merge.unmerge_reason), by=by, at=at)
    return retired.id


def _parted(merge: PatientMerge) -> tuple[Patient, Patient]:
    if merge.unmerged_at:
        raise UnableToUnmerge(f"This merge was taken back on {merge.unmerged_at:%m/%d/%Y} already.")
    locked = {
        row.id: row
        for row in Patient.objects.select_for_update()
        .filter(id__in=[merge.survivor_id, merge.retired_id])
        .order_by("id")
    }
    survivor, retired = locked[merge.survivor_id], locked[merge.retired_id]
    later = PatientMerge.objects.filter(survivor=survivor, unmerged_at=None, id__gt=merge.id).exists()
    if survivor.merged_into_id or later:
        raise UnableToUnmerge("A later merge of this record must be taken back first.")
    return survivor, retired


def _return_rows(merge: PatientMerge) -> None:
    moved: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, column, row in MergedRow.objects.filter(merge=merge).values_list("table", "column", "row"):
        moved[(table, column)].append(row)
    for holding in holdings():
        keys = moved.get((holding.label, holding.column), [])
        if not keys:
            continue
        holding.rows_of(merge.survivor_id).filter(pk__in=keys).update(**{holding.column: merge.retired_id})
        for follower, link in followers(holding.model):
            hanging = follower.rows_of(merge.survivor_id).filter(**{f"{link}__in": keys})
            hanging.update(**{follower.column: merge.retired_id})


def _restore_facts(survivor: Patient, merge: PatientMerge) -> None:
    """Give the survivor back the facts the merge changed, but not those somebody changed since."""
    for name in FACTS:
        before = merge.survivor_before[name]
        if plain(getattr(survivor, name)) == merge.survivor_after[name] != before:
            setattr(survivor, name, _as_kept(name, before))


def _as_kept(name: str, value: Any) -> Any:
    field: Any = Patient._meta.get_field(name)
    return field.to_python(value)


def _reopen_pair(merge: PatientMerge) -> None:
    if merge.pair_before is None:
        return
    first, second = sorted((merge.survivor_id, merge.retired_id))
    PossibleDuplicate.objects.filter(first_patient_id=first, second_patient_id=second).update(**merge.pair_before)
