"""The hospital's sites, teams and accounts come through actions, once."""

from datetime import date

import pytest

from throughline.edge.site.seeding import founding
from throughline.edge.site.seeding.stories import read_seeds
from throughline.foundation.access import queries
from throughline.foundation.access.models import Grant, Site, Team, TeamMembership, User
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.records import DEMO_PASSWORD

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 9)


def test_founding_twice_founds_once() -> None:
    assert not queries.demo_is_loaded()
    first = founding.found(read_seeds(), TODAY)
    tables = (Site, User, Grant, Team, TeamMembership)
    counts = [table.objects.count() for table in tables]
    second = founding.found(read_seeds(), date(2026, 4, 1))
    assert [table.objects.count() for table in tables] == counts
    assert (first.sites, first.teams, first.actors) == (second.sites, second.teams, second.actors)


def test_every_role_has_somebody_and_people_sign_in_with_the_published_password() -> None:
    founding.found(read_seeds(), TODAY)
    assert set(Grant.objects.values_list("role", flat=True)) == set(ROLES)
    dana = User.objects.get(username="dana")
    assert (str(dana), dana.check_password(DEMO_PASSWORD)) == ("Dana Whitfield-Osei, RN, CCM", True)
    assert dana.memberships.get().team.name == "Wyoming Street Clinic"
    feed = User.objects.get(username="riverbend-feed")
    assert (feed.is_demo, feed.has_usable_password()) == (False, False)
    accounts = {account.username: account for account in queries.demo_accounts()}
    assert queries.demo_is_loaded()
    assert accounts["dana"].roles == ("Case manager",)
    assert "riverbend-feed" not in accounts
    assert len(accounts) == 14
