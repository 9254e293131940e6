"""Changing who a patient is and how she is reached."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.actions.assembly import (
    FACTS,
    Origin,
    address_row,
    cut,
    identifier_row,
    name_row,
    person_row,
    plain,
    point_row,
    refresh,
)
from throughline.record.people.events import DeathTakenBack, ParticularsChanged, PatientDied
from throughline.record.people.models import (
    Address,
    ContactPerson,
    ContactPoint,
    Patient,
    PatientIdentifier,
    PatientName,
)
from throughline.record.people.records import AddressIn, ContactPersonIn, ContactPointIn, IdentifierIn, NameIn
from throughline.record.people.rules.particulars import wrong_with_birth
from throughline.record.people.rules.phones import read_phone

_CHANGEABLE = frozenset(FACTS) - {"deceased", "deceased_at"}
_ENDED: dict[str, Any] = {
    "name": PatientName,
    "identifier": PatientIdentifier,
    "contact point": ContactPoint,
    "address": Address,
    "contact person": ContactPerson,
}


class UnableToChange(Refusal):
    """The particulars cannot stand as given; the sentence says what to mend."""


class ChangedMeanwhile(Refusal):
    """Somebody else changed the same fields since they were shown. `theirs` holds what they say now."""

    def __init__(self, theirs: Mapping[str, Any]) -> None:
        self.theirs = dict(theirs)
        said = ", ".join(name.replace("_", " ") for name in self.theirs)
        super().__init__(f"Somebody else changed {said} since you opened this page. Compare both and save again.")


@action("people.change-particulars", needs=Permission.EDIT_PATIENT, on="patient_id")
def change_particulars(
    *, patient_id: UUID, changes: Mapping[str, Any], shown: Mapping[str, Any], by: Actor, at: datetime
) -> int:
    """Change facts of a patient and return her new version.

    `shown` holds what each changed field said when the form was opened: fields changed by others meanwhile merge when
    they are different ones, and raise ChangedMeanwhile when they are the same. Raises UnableToChange for a fact that
    is not kept here or a birth date that cannot be.
    """
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        raise UnableToChange(f"These cannot be changed here: {', '.join(sorted(unknown))}.")
    if problems := wrong_with_birth(changes.get("birth_date"), today=at.date()):
        raise UnableToChange(" ".join(problems))
    patient = _locked(patient_id)
    wanted = {name: value for name, value in cut(Patient, **changes).items() if getattr(patient, name) != value}
    theirs = {
        name: getattr(patient, name)
        for name in wanted
        if name in shown and plain(getattr(patient, name)) != plain(shown[name])
    }
    if theirs:
        raise ChangedMeanwhile(theirs)
    for name, value in wanted.items():
        setattr(patient, name, value)
    if wanted:
        _store(patient, [name.replace("_", " ") for name in wanted], by, at)
    return patient.version


@action("people.add-name", needs=Permission.EDIT_PATIENT, on="patient_id")
def add_name(*, patient_id: UUID, name: NameIn, by: Actor, at: datetime) -> UUID:
    """Add a name; a new legal or preferred name ends the one before it. Raises UnableToChange for an empty one."""
    if not (name.given or name.family).strip():
        raise UnableToChange("Enter at least a first or a family name.")
    patient = _locked(patient_id)
    if name.use in ("official", "preferred"):
        _end_names(patient_id, name.use, name.since or at.date())
    row = name_row(name, _origin(patient, at))
    row.save(force_insert=True)
    _store(patient, ["name"], by, at)
    return row.id


def _end_names(patient_id: UUID, use: str, until: date) -> None:
    """The legal name before becomes a former one; a former preferred name just ends."""
    before = PatientName.objects.filter(patient_id=patient_id, use=use, until=None)
    before.update(until=until, **({"use": "old"} if use == "official" else {}))


@action("people.add-contact-point", needs=Permission.EDIT_PATIENT, on="patient_id")
def add_contact_point(
    *, patient_id: UUID, point: ContactPointIn, by: Actor, at: datetime, person_id: UUID | None = None
) -> UUID:
    """Add a phone, e-mail or fax of the patient, or of a contact person of hers. Raises UnableToChange."""
    if point.system in ("phone", "fax") and not read_phone(point.value)[0]:
        raise UnableToChange(f"Enter “{point.value}” with its area code, such as (555) 123-4567.")
    if point.system == "email" and "@" not in point.value:
        raise UnableToChange(f"Enter “{point.value}” as an e-mail address, such as name@example.org.")
    patient = _locked(patient_id)
    if person_id and not ContactPerson.objects.filter(pk=person_id, patient_id=patient_id).exists():
        raise NotFound("There is no such contact person of this patient.")
    row = point_row(point, _origin(patient, at), person_id)
    row.save(force_insert=True)
    _store(patient, ["phones and e-mail"], by, at)
    return row.id


@action("people.add-address", needs=Permission.EDIT_PATIENT, on="patient_id")
def add_address(*, patient_id: UUID, address: AddressIn, by: Actor, at: datetime) -> UUID:
    """Add an address; a new home ends the home before it. Raises UnableToChange for an empty one."""
    if not (address.lines or address.city or address.postal_code):
        raise UnableToChange("Enter at least a street, a city or a ZIP code.")
    patient = _locked(patient_id)
    if address.use == "home":
        until = address.since or at.date()
        Address.objects.filter(patient_id=patient_id, use="home", until=None).update(until=until, use="old")
    row = address_row(address, _origin(patient, at))
    row.save(force_insert=True)
    _store(patient, ["address"], by, at)
    return row.id


@action("people.add-identifier", needs=Permission.EDIT_PATIENT, on="patient_id")
def add_identifier(*, patient_id: UUID, identifier: IdentifierIn, by: Actor, at: datetime) -> UUID:
    """Add a number. Raises UnableToChange when it is empty or a record number another patient bears."""
    patient = _locked(patient_id)
    row = identifier_row(identifier, _origin(patient, at))
    if not row.value:
        raise UnableToChange("Enter the number.")
    held = PatientIdentifier.objects.filter(site_id=patient.site_id, kind="mrn", value=row.value, until=None)
    taken = held.exclude(patient=patient).select_related("patient").first() if row.kind == "mrn" else None
    if taken:
        raise UnableToChange(f"The record number {row.value} already belongs to {taken.patient.display_name}.")
    if PatientIdentifier.objects.filter(patient=patient, kind=row.kind, value=row.value, until=None).exists():
        raise UnableToChange(f"She has the number {row.value} already.")
    row.save(force_insert=True)
    _store(patient, ["identifier"], by, at)
    return row.id


@action("people.add-contact-person", needs=Permission.EDIT_PATIENT, on="patient_id")
def add_contact_person(*, patient_id: UUID, person: ContactPersonIn, by: Actor, at: datetime) -> UUID:
    """Add someone in the patient's life with her phones, authority and what she may be told. Raises UnableToChange."""
    if not person.name.strip():
        raise UnableToChange("Enter the person's name.")
    for point in person.contact_points:
        if point.system == "phone" and not read_phone(point.value)[0]:
            raise UnableToChange(f"Enter the phone “{point.value}” with its area code, such as (555) 123-4567.")
    patient = _locked(patient_id)
    rank = ContactPerson.objects.filter(patient_id=patient_id).count() + 1
    row, points = person_row(person, _origin(patient, at), rank)
    row.save(force_insert=True)
    ContactPoint.objects.bulk_create(points)
    _store(patient, ["contact persons"], by, at)
    return row.id


@action("people.end-particular", needs=Permission.EDIT_PATIENT, on="patient_id")
def end_particular(*, patient_id: UUID, what: str, row_id: UUID, until: date, by: Actor, at: datetime) -> None:
    """End a name, identifier, contact point, address or contact person on a day; it stays findable as a former one.

    Raises NotFound when the patient has no such row in use.
    """
    patient = _locked(patient_id)
    ended = _ENDED[what].objects.filter(pk=row_id, patient_id=patient_id, until=None).update(until=until)
    if not ended:
        raise NotFound(f"There is no such {what} in use.")
    _store(patient, [what], by, at)


@action("people.mark-deceased", needs=Permission.EDIT_PATIENT, on="patient_id")
def mark_deceased(*, patient_id: UUID, by: Actor, at: datetime, died_at: datetime | None = None) -> None:
    """Record that the patient died, and when if known. Raises UnableToChange for a time that lies ahead or doubles."""
    patient = _locked(patient_id)
    if patient.deceased and patient.deceased_at == died_at:
        raise UnableToChange("She is recorded as deceased already.")
    if died_at and died_at > at:
        raise UnableToChange("Enter a date of death that is not after today.")
    if died_at and patient.birth_date and died_at.date() < patient.birth_date:
        born = f"{patient.birth_date:%m/%d/%Y}"
        raise UnableToChange(f"She was born on {born}. Enter a date of death that is not before it.")
    patient.deceased, patient.deceased_at = True, died_at
    _touch(patient, at)
    when = f"{died_at:%m/%d/%Y}" if died_at else ""
    publish(PatientDied(site_id=patient.site_id, patient_id=patient.id, when=when), by=by, at=at)


@action("people.take-back-death", needs=Permission.EDIT_PATIENT, on="patient_id")
def take_back_death(*, patient_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Record that a death was noted by mistake. Raises UnableToChange without a reason, or when none was noted."""
    patient = _locked(patient_id)
    if not patient.deceased:
        raise UnableToChange("She is not recorded as deceased.")
    if not reason.strip():
        raise UnableToChange("Say how you know that she lives.")
    patient.deceased, patient.deceased_at = False, None
    _touch(patient, at)
    told = DeathTakenBack(site_id=patient.site_id, patient_id=patient.id, reason=reason.strip()[:300])
    publish(told, by=by, at=at)


def _locked(patient_id: UUID) -> Patient:
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    if patient.merged_into_id:
        raise UnableToChange("This record was merged into another. Open that one to change it.")
    return patient


def _origin(patient: Patient, at: datetime) -> Origin:
    return Origin(patient.site_id, patient.id, "", "", at)


def _touch(patient: Patient, at: datetime) -> None:
    refresh(patient)
    patient.version += 1
    patient.updated_at = at
    patient.save()


def _store(patient: Patient, what: list[str], by: Actor, at: datetime) -> None:
    _touch(patient, at)
    changed = ParticularsChanged(site_id=patient.site_id, patient_id=patient.id, what=tuple(what))
    publish(changed, by=by, at=at)
