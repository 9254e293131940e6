"""Patients with an open case for other packages' tests. Invented people only."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from throughline.foundation.access.models import Site, User
from throughline.foundation.access.queries import actor_for
from throughline.foundation.kernel.actor import system
from throughline.record.cases.actions import ConsentIn, Opening, assign_case, open_case, record_consent
from throughline.record.people.models import Patient

NOW = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)
_numbers = count(1)


def make_patient(site: Site, *, name: str = "Adeyemi, Ngozi", **fields: object) -> Patient:
    """Return a new patient of the site, written straight to the table."""
    family, _, given = name.partition(", ")
    number = next(_numbers)
    values: dict[str, object] = {
        "display_name": f"{given} {family}".strip(),
        "sort_name": name,
        "birth_date": date(1958, 5, 4),
        "mrn": f"T{number:06d}",
        "phone": "+19375550187",
        "time_zone": "America/New_York",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Patient.objects.create(site=site, **(values | fields))


def make_case(
    site: Site, owner: User, *, patient: Patient | None = None, programme: str = "transitional", at: datetime = NOW
) -> UUID:
    """Return the id of an active case with consent, owned by `owner`, made through the actions."""
    patient = patient or make_patient(site)
    nurse = actor_for(owner, at=at)
    case_id = open_case(
        site_id=site.id,
        patient_id=patient.id,
        opening=Opening(programme=programme, source="hospital list", identified_on=at.date()),
        by=nurse,
        at=at,
    )
    assign_case(case_id=case_id, owner_id=owner.id, team_id=None, by=system("test"), at=at)
    record_consent(
        case_id=case_id,
        consent=ConsentIn("case-management", "given", "verbal", "the patient"),
        by=nurse,
        at=at,
    )
    return case_id
