"""Everything of who a patient is and how she is reached, as the particulars page and letters need it."""

from datetime import date
from typing import Any
from uuid import UUID

from throughline.foundation.access.queries import sees
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import NotFound
from throughline.record.people.models import (
    Address,
    ContactPerson,
    ContactPoint,
    Patient,
    PatientIdentifier,
    PatientName,
)
from throughline.record.people.queries.identity import identity_of, today_of
from throughline.record.people.records import Held, Particulars
from throughline.record.people.rules.names import display_name
from throughline.record.people.rules.phones import show_phone

FACTS = (
    "birth_date", "gender", "birth_sex", "gender_identity", "pronouns", "race_categories", "ethnicity_category",
    "marital_status", "language", "interpreter_needed", "code_status", "time_zone",
)  # fmt: skip


def particulars(viewer: Viewer, patient_id: UUID) -> Particulars:
    """Return a patient's particulars, those in use before those that ended. Raises NotFound unless she may be seen."""
    row = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id).first()
    if row is None:
        raise NotFound("There is no such patient, or she is not on your list.")
    today = today_of(viewer)
    points = list(ContactPoint.objects.filter(patient=row).order_by("rank", "id"))
    return Particulars(
        identity=identity_of(row, today),
        facts={name: getattr(row, name) for name in FACTS},
        names=_held(PatientName.objects.filter(patient=row), _name, today),
        identifiers=_held(PatientIdentifier.objects.filter(patient=row), _identifier, today),
        contact_points=_held([point for point in points if point.person_id is None], _point, today),
        addresses=_held(Address.objects.filter(patient=row), _address, today),
        contact_persons=_held(
            ContactPerson.objects.filter(patient=row).order_by("rank"), lambda person: _person(person, points), today
        ),
    )


def _held(rows: Any, words: Any, today: date) -> tuple[Held, ...]:
    found = []
    for row in rows:
        ended = bool(row.until and row.until <= today) or getattr(row, "use", "") == "old"
        said, kind, note = words(row)
        if row.until:
            note = ", ".join(part for part in (note, f"until {row.until:%m/%d/%Y}") if part)
        found.append(Held(row.id, said, kind, _with_source(note, row.source), ended))
    return tuple(sorted(found, key=lambda held: held.ended))


def _with_source(note: str, source: str) -> str:
    return ", ".join(part for part in (note, f"from {source}" if source else "") if part)


def _name(row: PatientName) -> tuple[str, str, str]:
    said = display_name(given=row.given, middle=row.middle, family=row.family, suffix=row.suffix)
    return f"{row.prefix} {said}".strip(), row.get_use_display(), ""


def _identifier(row: PatientIdentifier) -> tuple[str, str, str]:
    value = f"…{row.value}" if row.kind == "ssn4" else row.value
    return value, row.get_kind_display(), row.assigner


def _point(row: ContactPoint) -> tuple[str, str, str]:
    said = show_phone(row.value) if row.system in ("phone", "fax") else row.value
    allowed = {True: "may", False: "may not", None: ""}
    notes = [
        f"{allowed[row.ok_to_voicemail]} leave voicemail" if row.ok_to_voicemail is not None else "",
        f"{allowed[row.ok_to_text]} text" if row.ok_to_text is not None else "",
        row.best_times,
    ]
    said += f" ext. {row.extension}" if row.extension else ""
    return said, f"{row.get_kind_display()} {row.get_system_display()}", ", ".join(filter(None, notes))


def _address(row: Address) -> tuple[str, str, str]:
    place = " ".join(part for part in (row.state, row.postal_code) if part)
    return ", ".join(part for part in (*row.lines, row.city, place) if part), row.get_use_display(), ""


def _person(row: ContactPerson, points: list[ContactPoint]) -> tuple[str, str, str]:
    topics = dict(ContactPerson.Topic.choices)
    told = "may be told: " + ", ".join(topics[topic] for topic in row.may_be_told if topic in topics)
    phones = [show_phone(point.value) for point in points if point.person_id == row.id]
    notes = [
        *phones,
        row.get_authority_display(),
        "emergency contact" if row.emergency else "",
        "caregiver" if row.caregiver else "",
        told if row.may_be_told else "nothing may be told yet",
        row.note,
    ]
    # What another system wrote as her relationship may say some of it already.
    said = [part.strip() for part in row.relationship.casefold().replace(";", ",").split(",")]
    more = [note for note in notes if note and note.casefold() not in said]
    return row.name, row.relationship or "relationship not recorded", ", ".join(more)
