"""Registering a patient by hand."""

from datetime import datetime, timedelta
from uuid import UUID

from throughline.foundation.access.actions import open_patient_access
from throughline.foundation.access.bulk import insert_rows
from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor, ActorKind
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.actions.assembly import Origin, core_columns, entries_of, facts_of, rows_of, together
from throughline.record.people.actions.flagging import weigh_later
from throughline.record.people.events import PatientRegistered
from throughline.record.people.models import Patient, PatientIdentifier
from throughline.record.people.records import PersonIn
from throughline.record.people.rules.particulars import wrong_with

REGISTRAR_KEEPS = timedelta(days=1)


class UnableToRegister(Refusal):
    """The patient cannot be registered as stated; the sentence says what to mend."""


@action("people.register-patient", needs=Permission.REGISTER_PATIENT, on="site_id")
def register_patient(*, site_id: UUID, person: PersonIn, by: Actor, at: datetime) -> UUID:
    """Make a patient's record and return its id. Records that may be the same person are looked for after it is stored.

    Raises UnableToRegister when no name is given, the birth date cannot be, or the record number is already taken.
    """
    problems = wrong_with(person, today=at.date())
    if problems:
        raise UnableToRegister(" ".join(problems))
    _require_free_record_number(site_id, person)
    origin = Origin(site_id, new_id(), "", "", at)
    rows = rows_of(person, origin)
    patient = Patient(
        id=origin.patient_id,
        site_id=site_id,
        created_at=at,
        updated_at=at,
        **facts_of(person),
        **core_columns(rows),
    )
    insert_rows([patient, *together([rows]), entries_of([(patient, rows)])])
    publish(PatientRegistered(site_id=site_id, patient_id=patient.id), by=by, at=at)
    weigh_later([patient.id], site_id=site_id, by=by, at=at)
    _open_to_registrar(patient, by, at)
    return patient.id


def _open_to_registrar(patient: Patient, by: Actor, at: datetime) -> None:
    """Let who registered the patient finish and correct the record for a day; care relationships follow later."""
    if by.kind is ActorKind.PERSON and by.user_id and by.may(Permission.SEE_PATIENT, patient.site_id):
        open_patient_access(
            site_id=patient.site_id,
            patient_id=patient.id,
            user_id=by.user_id,
            kind="assignment",
            source="registration",
            until=at + REGISTRAR_KEEPS,
            by=by,
            at=at,
        )


def _require_free_record_number(site_id: UUID, person: PersonIn) -> None:
    numbers = [found.value.strip() for found in person.identifiers if found.kind == "mrn"]
    if not numbers:
        return
    taken = (
        PatientIdentifier.objects.filter(site_id=site_id, kind="mrn", value__in=numbers, until=None)
        .select_related("patient")
        .first()
    )
    if taken:
        raise UnableToRegister(
            f"The record number {taken.value} already belongs to {taken.patient.display_name}. "
            "Open that record, or correct the number."
        )
