"""Taking in the people in patients' lives whom another system keeps as records of their own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish_many
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.actions.assembly import Origin, Rows, person_row, refresh, save_rows
from throughline.record.people.events import ParticularsChanged
from throughline.record.people.models import ContactPerson, Patient
from throughline.record.people.records import ContactPersonIn, RelatedIn
from throughline.record.people.rules.names import fold


@action("people.take-in-related", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_related(
    *, site_id: UUID, source: str, related: Sequence[RelatedIn], by: Actor, at: datetime
) -> dict[str, UUID]:
    """Keep these people as contact persons of their patients; return its id of each with that of our row.

    What the source said before of the same person is replaced. Someone the patient names already, by another record
    or typed here, is not doubled: what is blank there is filled in.
    """
    patients = {
        row.id: row
        for row in Patient.objects.select_for_update().filter(
            site_id=site_id, id__in={said.patient_id for said in related}
        )
    }
    standing = _standing(list(patients), source, {said.source_id for said in related})
    ids: dict[str, UUID] = {}
    rows, touched = Rows(), set()
    for said in related:
        if said.patient_id not in patients:
            continue
        known = standing[said.patient_id]
        same = known.get(fold(said.person.name))
        if same is not None:
            _fill_in(same, said.person)
            ids[said.source_id] = same.id
            continue
        origin = Origin(site_id, said.patient_id, source, said.source_id, at)
        row, points = person_row(_ended(said.person, at.date()), origin, len(known) + 1)
        rows.persons.append(row)
        rows.points.extend(points)
        known[fold(said.person.name)] = row
        ids[said.source_id] = row.id
        touched.add(said.patient_id)
    save_rows([rows])
    _tell(patients, touched, source, by, at)
    return ids


def _ended(person: ContactPersonIn, today: date) -> ContactPersonIn:
    """Return the person with the day on which it was learnt that she is no longer active, when the source has none."""
    return replace(person, until=today) if person.until == date.min else person


def _standing(patient_ids: list[UUID], source: str, replaced: set[str]) -> dict[UUID, dict[str, ContactPerson]]:
    """Return each patient's contact persons by folded name, without those the source states anew."""
    held = ContactPerson.objects.filter(patient_id__in=patient_ids)
    held.filter(source=source, source_id__in=replaced).delete()
    found: dict[UUID, dict[str, ContactPerson]] = defaultdict(dict)
    for row in held.filter(until=None).order_by("rank", "id"):
        found[row.patient_id].setdefault(fold(row.name), row)
    return found


def _fill_in(row: ContactPerson, said: ContactPersonIn) -> None:
    filled = {
        name: getattr(said, name)
        for name in ("relationship", "relationship_code", "language")
        if getattr(said, name) and not getattr(row, name)
    }
    if said.authority != "none" and row.authority == ContactPerson.Authority.NONE:
        filled["authority"] = said.authority
    if filled:
        for name, value in filled.items():
            setattr(row, name, value)
        row.save(update_fields=list(filled))


def _tell(patients: dict[UUID, Patient], touched: set[UUID], source: str, by: Actor, at: datetime) -> None:
    """Bring what the patients are found by up to date; tell it of those whose record did not just arrive."""
    changed = []
    for patient_id in sorted(touched):
        patient = patients[patient_id]
        refresh(patient)
        if patient.created_at < at:
            patient.version, patient.updated_at = patient.version + 1, at
            place = {"site_id": patient.site_id, "patient_id": patient_id}
            changed.append(ParticularsChanged(**place, what=("contact persons",), source=source))
        patient.save()
    if changed:
        publish_many(changed, by=by, at=at)
