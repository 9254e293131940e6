"""Sites, actors and invented people for the tests of people."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.models import Grant, PatientAccess, Site, User
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.records import Viewer
from throughline.foundation.journal.outbox import deliver_due
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.records import ContactPointIn, IdentifierIn, NameIn, PersonIn

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def site(key: str = "north") -> Site:
    """Return a stored site."""
    return Site.objects.get_or_create(key=key, defaults={"name": key.title()})[0]


def user(role: str = "supervisor", *, at_site: Site | None = None, name: str = "Ruth Vance") -> User:
    """Return a stored user holding a role at a site."""
    place = at_site or site()
    found = User.objects.create(username=f"{role}-{User.objects.count()}", full_name=name)
    Grant.objects.create(user=found, site=place, role=role, since=datetime(2020, 1, 1, tzinfo=UTC))
    return found


def actor(role: str = "supervisor", *, at_site: Site | None = None) -> Actor:
    """Return the actor a new user with the role is."""
    return actor_for(user(role, at_site=at_site), at=AT)


def viewer(role: str = "supervisor", *, at_site: Site | None = None) -> Viewer:
    """Return the viewer a new user with the role is."""
    return viewer_for(user(role, at_site=at_site), at=AT)


def open_to(found: User, patient_id: UUID, place: Site) -> None:
    """Put a patient on a user's list."""
    PatientAccess.objects.create(
        site=place, patient_id=patient_id, user=found, kind="assignment", since=datetime(2020, 1, 1, tzinfo=UTC)
    )


def weigh_all() -> None:
    """Let the outbox compare the records just stored with the others."""
    delivery = deliver_due(at=AT)
    assert delivery.failed == 0


def person(family: str = "Ibarra", given: str = "Consuelo", **rest: Any) -> PersonIn:
    """Return an invented person; `phone` and `mrn` are short for a contact point and an identifier."""
    phone, mrn = rest.pop("phone", ""), rest.pop("mrn", "")
    made = PersonIn(names=(NameIn(family=family, given=given),), birth_date=rest.pop("born", date(1943, 3, 14)), **rest)
    if phone:
        made = replace(made, contact_points=(*made.contact_points, ContactPointIn(phone)))
    if mrn:
        made = replace(made, identifiers=(*made.identifiers, IdentifierIn(mrn, "mrn")))
    return made
