"""Who a patient is, as the identity bar and every list say it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.prepared import fetch
from throughline.foundation.access.queries import sees, sees_parameters, sees_sql
from throughline.foundation.access.records import Viewer
from throughline.foundation.journal.queries import read_also
from throughline.foundation.kernel.actions import NotFound, Place, locator
from throughline.foundation.kernel.reading import Part, Row, alone, instant, key
from throughline.record.people.models import Patient
from throughline.record.people.records import Identity
from throughline.record.people.rules.dates import age_words, birth_words
from throughline.record.people.rules.phones import show_phone


@locator("patient_id", table="people_patient", patient="id", moved="merged_into_id")
def place_of_patient(patient_id: UUID) -> Place:
    """Return the site and patient an action on this patient touches. Raises NotFound when there is no such patient."""
    found = fetch("select site_id from people_patient where id = %s", [patient_id])
    if not found:
        raise NotFound("There is no such patient, or she is not on your list.")
    return Place(site_id=found[0]["site_id"], patient_id=patient_id)


# The records merged into a patient, directly or through others: their lines are part of her story.
_MERGED = f"""
with recursive merged(id) as (
  select id from {Patient._meta.db_table} where merged_into_id = %(patient)s
  union select p.id from {Patient._meta.db_table} p join merged on p.merged_into_id = merged.id
) select id from merged
"""
read_also(_MERGED)


def merged_ids(patient_id: UUID) -> list[UUID]:
    """Return the ids of the records merged into a patient, directly or through others; most patients have none."""
    found: list[UUID] = []
    level = [patient_id]
    while level:
        level = list(Patient.objects.filter(merged_into__in=level).values_list("id", flat=True))
        found += level
    return found


def today_of(viewer: Viewer) -> date:
    """Return the calendar day it is for the viewer."""
    return viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()


def identity(viewer: Viewer, patient_id: UUID) -> Identity:
    """Return who the patient is, for the identity bar. Raises NotFound unless the viewer may see her."""
    return alone(identity_part(viewer, patient_id))


_COLUMNS = (
    "id", "site_id", "display_name", "preferred_name", "birth_date", "birth_date_precision", "mrn", "pronouns",
    "gender", "language", "interpreter_needed", "phone", "code_status", "deceased", "deceased_at", "time_zone",
    "merged_into_id", "version",
)  # fmt: skip
_WHO = f"""
select {", ".join(_COLUMNS)} from {Patient._meta.db_table} p
where p.id = %(patient)s and {sees_sql("p.id", "p.site_id")}
"""


def identity_part(viewer: Viewer, patient_id: UUID) -> Part[Identity]:
    """Return what `identity` reads, to be asked together with other parts of a page."""
    return Part((_WHO,), {**sees_parameters(viewer), "patient": patient_id}, lambda rows: _read(rows, today_of(viewer)))


def _read(rows: list[Row], today: date) -> Identity:
    if not rows:
        raise NotFound("There is no such patient, or she is not on your list.")
    row = rows[0]
    plain = {
        "id": UUID(row["id"]),
        "site_id": UUID(row["site_id"]),
        "merged_into_id": key(row["merged_into_id"]),
        "birth_date": date.fromisoformat(row["birth_date"]) if row["birth_date"] else None,
        "deceased_at": instant(row["deceased_at"]),
    }
    return identity_of(Patient(**{**row, **plain}), today)


def identities(viewer: Viewer, patient_ids: Iterable[UUID]) -> dict[UUID, Identity]:
    """Return the identities of those of the patients the viewer may see, in one statement."""
    today = today_of(viewer)
    rows = Patient.objects.filter(sees(viewer, patient="id", site="site_id"), id__in=list(patient_ids))
    return {row.id: identity_of(row, today) for row in rows}


def identity_of(row: Patient, today: date) -> Identity:
    """Return the record of a stored patient on a day; a dead patient's age is the age she reached."""
    until = row.deceased_at.date() if row.deceased_at else today
    return Identity(
        patient_id=row.id,
        site_id=row.site_id,
        name=row.display_name,
        preferred_name=row.preferred_name,
        birth_date=row.birth_date,
        born=birth_words(row.birth_date, row.birth_date_precision),
        age=age_words(row.birth_date, until, row.birth_date_precision),
        mrn=row.mrn,
        pronouns=row.pronouns,
        gender=row.gender,
        language=row.language,
        interpreter_needed=row.interpreter_needed,
        phone=row.phone,
        phone_shown=show_phone(row.phone) if row.phone else "",
        code_status=row.code_status,
        deceased=row.deceased,
        deceased_at=row.deceased_at,
        time_zone=row.time_zone,
        merged_into=row.merged_into_id,
        version=row.version,
    )
