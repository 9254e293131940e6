"""Reads for whoever keeps users, sites and teams."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Count, Q

from throughline.foundation.access.models import Grant, Site, Team, TeamMembership, User
from throughline.foundation.access.permissions import ROLES, Permission
from throughline.foundation.access.records import GrantRow, SiteRow, TeamRow, UserRow
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer


def sites_where(viewer: Viewer, permission: Permission) -> frozenset[UUID]:
    """Return the viewer's sites at which her roles carry the permission."""
    return frozenset(site for site in viewer.site_ids if viewer.may(permission, site))


def sites(viewer: Viewer, *, among: Collection[UUID]) -> list[SiteRow]:
    """Return these sites of the viewer's, by name, with how many teams and users each has."""
    holds = Q(grants__until__isnull=True, grants__user__is_active=True)
    rows = (
        Site.objects.filter(id__in=viewer.site_ids & frozenset(among))
        .annotate(users=Count("grants__user", filter=holds, distinct=True), team_count=Count("teams", distinct=True))
        .order_by("name")
    )
    return [
        SiteRow(
            id=row.id,
            key=row.key,
            name=row.name,
            kind=row.kind,
            time_zone=row.time_zone,
            users=row.users,
            teams=row.team_count,
        )
        for row in rows
    ]


def teams(viewer: Viewer, *, site_id: UUID) -> list[TeamRow]:
    """Return the site's teams by name with their members now."""
    if site_id not in viewer.site_ids:
        return []
    members: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    held = TeamMembership.objects.filter(team__site_id=site_id, until__isnull=True, user__is_active=True)
    for membership in held.select_related("user").order_by("user__full_name"):
        members[membership.team_id].append((membership.user_id, str(membership.user)))
    rows = Team.objects.filter(site_id=site_id).order_by("name")
    return [TeamRow(id=row.id, name=row.name, members=tuple(members[row.id])) for row in rows]


def users(viewer: Viewer, *, among: Collection[UUID], text: str = "", with_closed: bool = False) -> list[UserRow]:
    """Return who holds or held a role at these sites of the viewer's, by name. `text` is part of a name or address."""
    reach = viewer.site_ids & frozenset(among)
    found = User.objects.filter(grants__site_id__in=reach)
    if not with_closed:
        found = found.filter(is_active=True)
    if text:
        found = found.filter(Q(full_name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text))
    return _rows(list(found.distinct().order_by("full_name", "id")), reach, viewer.at)


def user(viewer: Viewer, user_id: UUID, *, among: Collection[UUID]) -> UserRow:
    """Return one user of these sites. Raises NotFound when she never held a role at any of them."""
    reach = viewer.site_ids & frozenset(among)
    found = list(User.objects.filter(id=user_id, grants__site_id__in=reach).distinct())
    if not found:
        raise NotFound("There is no such user at your sites.")
    return _rows(found, reach, viewer.at)[0]


def _rows(people: list[User], reach: frozenset[UUID], at: datetime) -> list[UserRow]:
    ids = [person.id for person in people]
    grants: dict[UUID, list[GrantRow]] = defaultdict(list)
    held = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=at), user_id__in=ids, site_id__in=reach)
    for grant in held.select_related("site").order_by("site__name", "role"):
        grants[grant.user_id].append(
            GrantRow(grant.role, ROLES[grant.role].title, grant.site_id, grant.site.name, grant.since)
        )
    memberships: dict[UUID, list[str]] = defaultdict(list)
    in_teams = TeamMembership.objects.filter(user_id__in=ids, until__isnull=True, team__site_id__in=reach)
    for user_id, name in in_teams.order_by("team__name").values_list("user_id", "team__name"):
        memberships[user_id].append(name)
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    strong = set(Authenticator.objects.filter(user_id__in=ids, type__in=kinds).values_list("user_id", flat=True))
    return [
        UserRow(
            id=person.id,
            name=str(person),
            username=person.username,
            email=person.email,
            active=person.is_active,
            last_sign_in=person.last_login,
            second_factor=person.id in strong,
            grants=tuple(grants[person.id]),
            teams=tuple(memberships[person.id]),
        )
        for person in people
    ]
