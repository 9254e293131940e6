"""An invented patient with a chart."""

from datetime import UTC, datetime
from typing import Any

from throughline.foundation.access.models import Grant, PatientAccess, Site, User
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actor import Actor
from throughline.record.chart.models import Observation
from throughline.record.people.models import Patient

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def site(key: str = "north") -> Site:
    """Return a stored site."""
    return Site.objects.get_or_create(key=key, defaults={"name": key.title()})[0]


def user(role: str = "case_manager", *, key: str = "north") -> User:
    """Return a stored user holding a role at a site."""
    found = User.objects.create(username=f"{role}-{User.objects.count()}", full_name="Ines Calder")
    Grant.objects.create(user=found, site=site(key), role=role, since=datetime(2020, 1, 1, tzinfo=UTC))
    return found


def patient(*, seen_by: User | None = None, key: str = "north") -> Patient:
    """Return a stored patient, on the list of `seen_by`."""
    found = Patient.objects.create(
        site=site(key),
        display_name="Delphine Okonkwo-Baird",
        sort_name="Okonkwo-Baird, Delphine",
        created_at=AT,
        updated_at=AT,
    )
    if seen_by is not None:
        PatientAccess.objects.create(
            site=site(key), patient_id=found.id, user=seen_by, kind="assignment", since=datetime(2020, 1, 1, tzinfo=UTC)
        )
    return found


def viewer(found: User) -> Viewer:
    """Return the viewer a user is."""
    return viewer_for(found, at=AT)


def actor(found: User) -> Actor:
    """Return the actor a user is."""
    return actor_for(found, at=AT)


def weight(of: Patient, day: int, kilograms: float, **more: Any) -> Observation:
    """Return a stored body weight of a day in February 2026."""
    columns = {
        "status": "final",
        "code_system": "http://loinc.org",
        "code": "29463-7",
        "display": "Body weight",
        "category": "vital-signs",
        "unit": "kg",
        "source": "home-scale",
        "effective_at": datetime(2026, 2, day, 12, 0, tzinfo=UTC),
        "effective_precision": "second",
        **more,
    }
    return Observation.objects.create(site=of.site, patient=of, received_at=AT, value_number=kilograms, **columns)


def fact(model: Any, of: Patient, **columns: Any) -> Any:
    """Return a stored fact of any kind."""
    return model.objects.create(site=of.site, patient=of, received_at=AT, source="ashford-ehr", **columns)
