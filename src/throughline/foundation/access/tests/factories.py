"""Sites, users and open records for every package's tests. Invented people only."""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.test import Client

from throughline.foundation.access.models import Grant, PatientAccess, Site, Team, TeamMembership, User
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.viewer import Viewer

PASSWORD = "a long phrase for tests"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = count(1)


@cache
def _hashed() -> str:
    """Return the password as stored; hashing is slow on purpose, so once is enough for all tests."""
    return make_password(PASSWORD)


def make_site(key: str = "", *, name: str = "", time_zone: str = "America/New_York") -> Site:
    """Return a new site; without a key it gets one of its own."""
    key = key or f"site-{next(_numbers)}"
    return Site.objects.create(key=key, name=name or key.replace("-", " ").title(), time_zone=time_zone)


def make_user(role: str | None, site: Site | None = None, *, name: str = "", **fields: object) -> User:
    """Return a new user who has held the role at the site since long ago (a new site when none is given).

    With role None she holds no role at all. Her password is PASSWORD.
    """
    number = next(_numbers)
    name = name or f"{(role or 'nobody').replace('_', ' ').title()} {number}"
    user = User(username=f"user-{number}", email=f"user-{number}@example.org", full_name=name, **fields)
    user.password = _hashed()
    user.save()
    if role:
        give_role(user, role, site or make_site())
    return user


def give_role(user: User, role: str, site: Site, *, since: datetime = LONG_AGO, until: datetime | None = None) -> Grant:
    """Let the user hold one more role."""
    return Grant.objects.create(user=user, site=site, role=role, since=since, until=until)


def make_team(site: Site, *users: User, name: str = "") -> Team:
    """Return a new team of the site with these members."""
    team = Team.objects.create(site=site, name=name or f"Team {next(_numbers)}")
    for user in users:
        TeamMembership.objects.create(team=team, user=user, since=LONG_AGO)
    return team


def open_record(
    patient_id: UUID,
    site: Site,
    *,
    user: User | None = None,
    team: Team | None = None,
    kind: str = "assignment",
    since: datetime = LONG_AGO,
    until: datetime | None = None,
) -> PatientAccess:
    """Open a patient's record to a user or a team, as an assignment would."""
    return PatientAccess.objects.create(
        patient_id=patient_id, site=site, user=user, team=team, kind=kind, since=since, until=until
    )


def as_viewer(user: User, *, at: datetime | None = None) -> Viewer:
    """Return the user as a viewer (at a fixed noon unless told otherwise)."""
    return viewer_for(user, at=at or NOON)


def as_actor(user: User, *, at: datetime | None = None) -> Actor:
    """Return the user as an actor (at a fixed noon unless told otherwise)."""
    return actor_for(user, at=at or NOON)


def signed_in(user: User) -> Client:
    """Return a browser in which the user has signed in."""
    client = Client()
    client.force_login(user)
    return client


NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
