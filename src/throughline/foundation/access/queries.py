"""Reads of access: who a user is as a Viewer, and which rows she may see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from throughline.foundation.access.models import Grant, PatientAccess, Site, Team, TeamMembership, User
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.prepared import fetch
from throughline.foundation.access.records import Account, DemoAccount, RoleHeld, Viewer
from throughline.foundation.access.rules import initials_of
from throughline.foundation.journal.rules import USUAL_SECONDS
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.actor import Actor, ActorKind


def _held_at(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def actor_for(user: User, *, at: datetime) -> Actor:
    """Return the actor a user is at an instant, with the permissions of every role she then holds."""
    return viewer_for(user, at=at).actor


# Who holds several roles reads for the patient's care when one of them does.
_PURPOSES = ("treatment", "payment", "operations")


def viewer_for(user: User, *, at: datetime, purpose: str = "") -> Viewer:
    """Return the viewer a user is at an instant, in one statement. A deactivated user sees and may do nothing.

    Without a `purpose` she reads for what her roles are there for.
    """
    held: dict[UUID, set[str]] = {}
    wide: set[UUID] = set()
    teams: list[UUID] = []
    is_client = False
    served: set[str] = set()
    for key, role_key in _standing_of(user, at):
        if not role_key:
            teams.append(key)
            continue
        role = ROLES[role_key]
        held.setdefault(key, set()).update(role.permissions)
        is_client = is_client or role.key == "integration_client"
        served.add(role.reads_for)
        if role.sees_site:
            wide.add(key)
    actor = Actor(
        user_id=user.id,
        name=str(user),
        kind=ActorKind.INTEGRATION if is_client else ActorKind.PERSON,
        permissions={site: frozenset(permissions) for site, permissions in held.items()},
    )
    return Viewer(
        actor=actor,
        at=at,
        user_id=user.id,
        site_ids=frozenset(held),
        wide_sites=frozenset(wide),
        team_ids=frozenset(teams) if held else frozenset(),
        purpose=purpose or next((one for one in _PURPOSES if one in served), "treatment"),
        time_zone=user.time_zone,
    )


# Written out, because every page asks it: the mapper takes longer to write it than PostgreSQL to answer.
_STANDING = f"""
select g.site_id, g.role from {Grant._meta.db_table} g join {Site._meta.db_table} s on s.id = g.site_id
where g.user_id = %(user)s and s.active and g.since <= %(at)s and (g.until is null or g.until > %(at)s)
union all
select m.team_id, '' from {TeamMembership._meta.db_table} m
where m.user_id = %(user)s and m.since <= %(at)s and (m.until is null or m.until > %(at)s)
"""


def _standing_of(user: User, at: datetime) -> list[tuple[UUID, str]]:
    """Return each site with a role held there, and each team with an empty role."""
    if not user.is_active:
        return []
    return [(row["site_id"], row["role"]) for row in fetch(_STANDING, {"user": user.id, "at": at})]


def system_viewer(actor: Actor, *, at: datetime, site_ids: Iterable[UUID]) -> Viewer:
    """Return a viewer for the system's own scheduled work over the named sites, all of whose patients it sees."""
    sites = frozenset(site_ids)
    return Viewer(actor=actor, at=at, user_id=None, site_ids=sites, wide_sites=sites, purpose="operations")


def sees(viewer: Viewer, *, patient: str = "patient_id", site: str = "site_id") -> Q:
    """Return the condition under which rows of a queryset belong to patients the viewer may see.

    `patient` and `site` name the columns of the queryset. Every query over patients' rows filters by this; row-level
    security repeats the site half of it inside PostgreSQL.
    """
    if viewer.user_id is None:
        return Q(**{f"{site}__in": viewer.wide_sites})
    held = PatientAccess.objects.filter(
        _held_at(viewer.at),
        Q(user_id=viewer.user_id) | Q(team_id__in=viewer.team_ids),
        patient_id=OuterRef(patient),
    )
    related = Q(Exists(held)) & Q(**{f"{site}__in": viewer.site_ids})
    return Q(**{f"{site}__in": viewer.wide_sites}) | related if viewer.wide_sites else related


def sees_sql(patient: str, site: str) -> str:
    """Return `sees` as a condition of PostgreSQL over two columns, for statements that are written out.

    Its parameters are those of `sees_parameters`. It holds for the system's own viewers too, who see by site alone.
    """
    return (
        f"({site} = any(%(wide_sites)s) or ({site} = any(%(sites)s) and exists ("
        f"select 1 from {PatientAccess._meta.db_table} held where held.patient_id = {patient}"
        " and held.since <= %(at)s and (held.until is null or held.until > %(at)s)"
        " and (held.user_id = %(user)s or held.team_id = any(%(teams)s)))))"
    )


def own_patients_sql() -> str:
    """Return a select of the ids of the patients the viewer sees one by one: by assignment, team or care team.

    Its parameters are those of `sees_parameters`. It begins at her own list, not at the patients there are: asked of
    each patient, `sees_sql` costs as much as the site has patients. Their site is not asked for here.
    """
    held = f"select held.patient_id from {PatientAccess._meta.db_table} held where {{whose}}"
    held += " and held.since <= %(at)s and (held.until is null or held.until > %(at)s)"
    return f"{held.format(whose='held.user_id = %(user)s')} union {held.format(whose='held.team_id = any(%(teams)s)')}"


def sees_parameters(viewer: Viewer) -> dict[str, Any]:
    """Return the parameters of `sees_sql` for a viewer."""
    return {
        "wide_sites": list(viewer.wide_sites),
        "sites": list(viewer.site_ids),
        "teams": list(viewer.team_ids),
        "user": viewer.user_id,
        "at": viewer.at,
    }


def may_see(viewer: Viewer, *, patient_id: UUID, site_id: UUID) -> bool:
    """Whether the viewer may open this patient's record now."""
    if viewer.on_page_of(patient_id) or site_id in viewer.wide_sites:
        return True
    if viewer.user_id is None or site_id not in viewer.site_ids:
        return False
    return PatientAccess.objects.filter(
        _held_at(viewer.at),
        Q(user_id=viewer.user_id) | Q(team_id__in=viewer.team_ids),
        patient_id=patient_id,
    ).exists()


def working_at(site_id: UUID) -> QuerySet[User]:
    """Return the users whose account is open and who hold a role at the site: who may be given work there."""
    held = Grant.objects.filter(user=OuterRef("pk"), site_id=site_id, until__isnull=True)
    return User.objects.filter(Exists(held), is_active=True)


def site_id_of(key: str) -> UUID | None:
    """Return the id of the site with this key, or None. For commands, which name sites by key."""
    return Site.objects.filter(key=key).values_list("id", flat=True).first()


def every_site_id() -> list[UUID]:
    """Return every site's id, for operators' commands, which stand outside the wall between sites."""
    return list(Site.objects.order_by("key").values_list("id", flat=True))


def team_id_of(site_id: UUID, name: str) -> UUID | None:
    """Return the id of the site's team of this name, or None."""
    return Team.objects.filter(site_id=site_id, name=name).values_list("id", flat=True).first()


def actor_named(username: str, *, at: datetime) -> Actor | None:
    """Return the actor the user of this name is at an instant, or None. For commands, which act in a user's name."""
    user = User.objects.filter(username=username).first()
    return actor_for(user, at=at) if user else None


def joined_at(username: str) -> datetime | None:
    """Return when the user's account was made, or None when there is none of that name."""
    return User.objects.filter(username=username).values_list("date_joined", flat=True).first()


def demo_is_loaded() -> bool:
    """Whether there are accounts whose password is published: the sign-in page then shows it, and doctor complains."""
    return User.objects.filter(is_demo=True, is_active=True).exists()


def demo_accounts() -> list[DemoAccount]:
    """Return the demonstration accounts in the order they were made; none in an installation without them."""
    held: dict[UUID, dict[str, None]] = {}
    grants = Grant.objects.filter(user__is_demo=True, user__is_active=True, until__isnull=True).order_by("id")
    for user_id, role in grants.values_list("user_id", "role"):
        held.setdefault(user_id, {})[ROLES[role].title] = None
    users = User.objects.filter(id__in=held).order_by("id")
    return [DemoAccount(user.username, str(user), tuple(held[user.id])) for user in users]


def has_second_factor(user_id: UUID) -> bool:
    """Whether the user has set up a code or a passkey (recovery codes alone do not count)."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists())


def account_of(viewer: Viewer) -> Account:
    """Return the viewer's own account with her roles and teams at `viewer.at`. Raises NotFound for the system."""
    if viewer.user_id is None:
        raise NotFound("The system itself has no account.")
    user = User.objects.get(id=viewer.user_id)
    grants = Grant.objects.filter(_held_at(viewer.at), user=user).select_related("site").order_by("site__name", "role")
    teams = TeamMembership.objects.filter(_held_at(viewer.at), user=user).order_by("team__name")
    return Account(
        name=str(user),
        username=user.username,
        email=user.email,
        time_zone=user.time_zone,
        roles=tuple(_role_held(grant) for grant in grants),
        teams=tuple(teams.values_list("team__name", flat=True)),
        second_factor=has_second_factor(user.id),
    )


def _role_held(grant: Grant) -> RoleHeld:
    role = ROLES[grant.role]
    return RoleHeld(
        key=role.key,
        title=role.title,
        site=grant.site.name,
        permissions=tuple(sorted(str(permission) for permission in role.permissions)),
    )


def role_and_initials(user_id: UUID, site_id: UUID, *, at: datetime) -> str:
    """Return how a colleague is named where space is short: "Case manager, DR", by her first role at the site."""
    user = User.objects.get(id=user_id)
    role = Grant.objects.filter(_held_at(at), user=user, site_id=site_id).order_by("since").first()
    initials = user.initials or initials_of(user.full_name)
    return f"{ROLES[role.role].title}, {initials}" if role else initials


def outbox_seconds(user_id: UUID) -> int:
    """Return how many seconds what the user sends waits: 15 unless she chose 0 to 60."""
    preferences = User.objects.filter(id=user_id).values_list("preferences", flat=True).first() or {}
    return int(preferences.get("outbox_seconds", USUAL_SECONDS))
