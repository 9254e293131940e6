"""Makes the sites, teams and accounts of the invented hospital, through actions, where they are not there yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import moments
from throughline.edge.site.seeding.stories import Seeds
from throughline.foundation.access import actions, queries
from throughline.foundation.access.records import DEMO_PASSWORD
from throughline.foundation.kernel.actor import Actor, system

FOUNDER = system("demonstration")
FOUNDED = "-400d 08:00"


@dataclass(slots=True)
class Staff:
    """Who works where: ids of sites, teams and users by the keys the stories use, and the users as actors."""

    sites: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    team_of: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def user_id(self, key: str) -> UUID:
        """Return the id of the user the stories call `key`. Raises KeyError for nobody."""
        found = self.actors[key].user_id
        assert found is not None
        return found


def found(seeds: Seeds, today: date) -> Staff:
    """Make what is missing of sites, teams and accounts, as of a year before the first case, and return the staff."""
    at = moments.instant(FOUNDED, today)
    staff = Staff()
    for key, site in seeds.hospital["sites"].items():
        staff.sites[key] = queries.site_id_of(key) or actions.add_site(
            key=key, name=site["name"], kind=site["kind"], time_zone=str(moments.ZONE), by=FOUNDER, at=at
        )
    for key, team in seeds.hospital["teams"].items():
        site_id = staff.sites[team["site"]]
        staff.teams[key] = queries.team_id_of(site_id, team["name"]) or actions.create_team(
            site_id=site_id, name=team["name"], by=FOUNDER, at=at
        )
    now = moments.instant("today", today)
    for key, user in seeds.hospital["users"].items():
        if queries.actor_named(key, at=now) is None:
            _hire(key, user, staff, at)
        actor = queries.actor_named(key, at=now)
        assert actor is not None
        staff.actors[key] = actor
        for grant in user["grants"]:
            for team_key in grant.get("teams", [])[:1]:
                staff.team_of[key, grant["site"]] = staff.teams[team_key]
    return staff


def _hire(key: str, user: Mapping[str, Any], staff: Staff, at: datetime) -> None:
    full_name, _, credentials = user["name"].partition(", ")
    first, *others = user["grants"]
    is_person = signs_in(user)
    user_id = actions.create_user(
        site_id=staff.sites[first["site"]],
        username=key,
        full_name=full_name,
        credentials=credentials,
        email=f"{key}@riverbend.example",
        roles=[_role(first)],
        password=DEMO_PASSWORD if is_person else None,
        is_demo=is_person,
        by=FOUNDER,
        at=at,
    )
    for grant in others:
        actions.grant_role(user_id=user_id, site_id=staff.sites[grant["site"]], role=_role(grant), by=FOUNDER, at=at)
    for grant in user["grants"]:
        for team in grant.get("teams", []):
            actions.join_team(team_id=staff.teams[team], user_id=user_id, by=FOUNDER, at=at)


def _role(grant: Mapping[str, Any]) -> str:
    return str(grant["role"]).replace(" ", "_")


def signs_in(user: Mapping[str, Any]) -> bool:
    """Whether an entry of the hospital's users is a person, who signs in, and not another system."""
    return all(grant["role"] != "integration client" for grant in user["grants"])
