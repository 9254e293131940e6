"""Writes of access: sites, users, roles and teams; the care relationships that open a record; emergencies."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from throughline.foundation.access import events, rules
from throughline.foundation.access.models import Grant, PatientAccess, Site, Team, TeamMembership, User
from throughline.foundation.access.permissions import ROLES, Permission
from throughline.foundation.access.sessions import end_sessions
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor


class UnableToFound(Refusal):
    """The installation already has a site."""


class UnableToAddSite(Refusal):
    """The site's key or time zone cannot be used."""


class UnableToCreateUser(Refusal):
    """The account cannot be made as asked."""


class UnableToGrant(Refusal):
    """The role cannot be given or taken back as asked."""


class UnableToDeactivate(Refusal):
    """Closing the account would strand work or lock everybody out."""


class UnableToChangeTeam(Refusal):
    """The team cannot be changed as asked."""


class UnableToOpen(Refusal):
    """The record cannot be opened as asked."""


StrandedWork = Callable[[UUID, UUID, datetime], str]
_leaving_checks: list[StrandedWork] = []


def before_leaving(check: StrandedWork) -> StrandedWork:
    """Register a question asked before an account is closed or loses its last role at a site.

    `check(user_id, site_id, at)` returns a sentence that says what she would leave behind and what to do, or "".
    """
    _leaving_checks.append(check)
    return check


@action("access.found-installation", needs=Permission.ADMINISTER)
def found_installation(
    *,
    site_key: str,
    site_name: str,
    username: str,
    full_name: str,
    email: str,
    password: str,
    by: Actor,
    at: datetime,
    time_zone: str = "America/New_York",
) -> UUID:
    """Make the first site and its administrator, and return the site's id.

    Only for the command line, by the system itself. Raises UnableToFound when there is a site already.
    """
    if Site.objects.exists():
        raise UnableToFound("This installation already has a site. Add sites and users under Administration.")
    site_id = add_site(key=site_key, name=site_name, kind="hospital", time_zone=time_zone, by=by, at=at)
    create_user(
        site_id=site_id,
        username=username,
        full_name=full_name,
        email=email,
        password=password,
        roles=[rules.FOUNDER_ROLE],
        time_zone=time_zone,
        by=by,
        at=at,
    )
    return site_id


@action("access.add-site", needs=Permission.ADMINISTER)
def add_site(*, key: str, name: str, by: Actor, at: datetime, kind: str = "hospital", time_zone: str) -> UUID:
    """Make a site and return its id; the person who adds it administers it. Raises UnableToAddSite."""
    if time_zone not in available_timezones():
        raise UnableToAddSite(f"{time_zone} is not a time zone. Choose one such as America/Chicago.")
    if Site.objects.filter(key=key).exists():
        raise UnableToAddSite(f"There is a site with the key {key} already. Choose another.")
    site = Site.objects.create(key=key, name=name, kind=kind, time_zone=time_zone)
    if by.user_id:
        Grant.objects.create(user_id=by.user_id, site=site, role=rules.FOUNDER_ROLE, since=at, given_by=by.user_id)
    return site.id


@action("access.change-site", needs=Permission.ADMINISTER, on="site_id")
def change_site(*, site_id: UUID, name: str, time_zone: str, by: Actor, at: datetime) -> None:
    """Give a site another name or time zone. Raises UnableToAddSite for a time zone there is not."""
    if time_zone not in available_timezones():
        raise UnableToAddSite(f"{time_zone} is not a time zone. Choose one such as America/Chicago.")
    Site.objects.filter(id=site_id).update(name=name, time_zone=time_zone)


@action("access.create-user", needs=Permission.ADMINISTER, on="site_id")
def create_user(
    *,
    site_id: UUID,
    username: str,
    full_name: str,
    email: str,
    roles: list[str],
    by: Actor,
    at: datetime,
    credentials: str = "",
    password: str | None = None,
    time_zone: str = "",
    is_demo: bool = False,
) -> UUID:
    """Make an account with these roles at the site and return the user's id.

    Without a password she sets her own by the reset link. Raises UnableToCreateUser when the name or address is
    taken or the password is too weak, UnableToGrant for a role there is not.
    """
    if User.objects.filter(Q(username__iexact=username) | (Q(email__iexact=email) & ~Q(email=""))).exists():
        raise UnableToCreateUser("That user name or e-mail address belongs to an account already. Use another.")
    if time_zone and time_zone not in available_timezones():
        raise UnableToCreateUser(f"{time_zone} is not a time zone. Choose one such as America/Chicago.")
    user = User(
        username=username,
        full_name=full_name,
        email=email,
        credentials=credentials,
        initials=rules.initials_of(full_name),
        time_zone=time_zone or Site.objects.get(id=site_id).time_zone,
        is_demo=is_demo,
        date_joined=at,
    )
    _set_password(user, password)
    user.save()
    publish(events.UserCreated(site_id=site_id, user_id=user.id, name=str(user)), by=by, at=at)
    for role in roles:
        grant_role(user_id=user.id, site_id=site_id, role=role, by=by, at=at)
    return user.id


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise UnableToCreateUser(" ".join(weak.messages)) from weak
    user.set_password(password)


@action("access.grant-role", needs=Permission.ADMINISTER, on="site_id")
def grant_role(*, user_id: UUID, site_id: UUID, role: str, by: Actor, at: datetime) -> UUID:
    """Give a user a role at the site from `at` on and return the grant's id.

    Raises UnableToGrant for an unknown role, a closed account, a role already held, or oneself: nobody widens her own
    access (separation of duties, NIST SP 800-53 AC-5).
    """
    if role not in ROLES:
        raise UnableToGrant(f"There is no role {role}.")
    if by.user_id == user_id:
        raise UnableToGrant("You cannot give yourself a role. Ask another administrator.")
    user = _user(user_id)
    if not user.is_active:
        raise UnableToGrant("This account is closed. Open it again first.")
    if Grant.objects.filter(user=user, site_id=site_id, role=role, until__isnull=True).exists():
        raise UnableToGrant(f"{user.full_name} has the role {ROLES[role].title.lower()} here already.")
    grant = Grant.objects.create(user=user, site_id=site_id, role=role, since=at, given_by=by.user_id)
    publish(events.RoleGranted(site_id=site_id, user_id=user_id, name=str(user), role=ROLES[role].title), by=by, at=at)
    return grant.id


@action("access.revoke-role", needs=Permission.ADMINISTER, on="site_id")
def revoke_role(*, user_id: UUID, site_id: UUID, role: str, by: Actor, at: datetime) -> None:
    """Take a role back from `at` on.

    Raises UnableToGrant when it is not held, when it would leave the site without an administrator, or when it is her
    last role here and she still holds work here.
    """
    user = _user(user_id)
    held = Grant.objects.filter(user=user, site_id=site_id, until__isnull=True)
    if not held.filter(role=role).exists():
        raise UnableToGrant(f"{user.full_name} does not have this role here.")
    if role == rules.FOUNDER_ROLE and _is_last_administrator(user_id, site_id):
        raise UnableToGrant("She is the site's last administrator. Give the role to somebody else first.")
    if not held.exclude(role=role).exists() and (left := _stranded(user_id, site_id, at)):
        raise UnableToGrant(left)
    held.filter(role=role).update(until=at)
    publish(events.RoleRevoked(site_id=site_id, user_id=user_id, name=str(user), role=ROLES[role].title), by=by, at=at)


@action("access.deactivate-user", needs=Permission.ADMINISTER, on="site_id")
def deactivate_user(*, user_id: UUID, site_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Close an account: sign her out everywhere, end her roles, teams and open records.

    Raises UnableToDeactivate for oneself, for the last administrator, for a user who works at another site too, or
    while she owns work that nobody has taken over.
    """
    user = _user(user_id)
    grants = Grant.objects.filter(user=user, until__isnull=True)
    if by.user_id == user_id:
        raise UnableToDeactivate("You cannot close your own account. Ask another administrator.")
    if not user.is_active:
        raise UnableToDeactivate("This account is closed already.")
    if not Grant.objects.filter(user=user, site_id=site_id).exists():
        raise NotFound("There is no such user at this site.")
    elsewhere = grants.exclude(site_id=site_id).values_list("site__name", flat=True).first()
    if elsewhere:
        raise UnableToDeactivate(f"She works at {elsewhere} too. Take back her roles here instead.")
    if _is_last_administrator(user_id, site_id):
        raise UnableToDeactivate("She is the site's last administrator. Give the role to somebody else first.")
    if left := _stranded(user_id, site_id, at):
        raise UnableToDeactivate(left)
    User.objects.filter(id=user_id).update(is_active=False)
    for held in (grants, user.memberships.filter(until__isnull=True)):
        held.update(until=at)
    user.patient_access.filter(Q(until__isnull=True) | Q(until__gt=at)).update(until=at)
    end_sessions(user_id)
    gone = events.UserDeactivated(site_id=site_id, user_id=user_id, name=str(user), reason=reason)
    publish(gone, by=by, at=at)


@action("access.reactivate-user", needs=Permission.ADMINISTER, on="site_id")
def reactivate_user(*, user_id: UUID, site_id: UUID, by: Actor, at: datetime) -> None:
    """Open a closed account again, without any role; roles are given anew. Raises NotFound when she was never here."""
    if not Grant.objects.filter(user_id=user_id, site_id=site_id).exists():
        raise NotFound("There is no such user at this site.")
    User.objects.filter(id=user_id).update(is_active=True)


def _user(user_id: UUID) -> User:
    try:
        return User.objects.get(id=user_id)
    except User.DoesNotExist:
        raise NotFound("There is no such user.") from None


def _is_last_administrator(user_id: UUID, site_id: UUID) -> bool:
    holders = Grant.objects.filter(
        site_id=site_id, role=rules.FOUNDER_ROLE, until__isnull=True, user__is_active=True
    ).values_list("user_id", flat=True)
    return set(holders) == {user_id}


def _stranded(user_id: UUID, site_id: UUID, at: datetime) -> str:
    return " ".join(sentence for check in _leaving_checks if (sentence := check(user_id, site_id, at)))


@action("access.create-team", needs=Permission.ADMINISTER, on="site_id")
def create_team(*, site_id: UUID, name: str, by: Actor, at: datetime) -> UUID:
    """Make a team at the site and return its id. Raises UnableToChangeTeam when the name is taken there."""
    if Team.objects.filter(site_id=site_id, name__iexact=name).exists():
        raise UnableToChangeTeam(f"There is a team called {name} here already.")
    return Team.objects.create(site_id=site_id, name=name).id


def _site_of_team(team_id: UUID) -> UUID:
    site_id = Team.objects.filter(id=team_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound("There is no such team.")
    return site_id


@locator("team_id")
def _place_of_team(team_id: UUID) -> Place:
    return Place(site_id=_site_of_team(team_id))


@action("access.join-team", needs=Permission.ADMINISTER, on="team_id")
def join_team(*, team_id: UUID, user_id: UUID, by: Actor, at: datetime) -> UUID:
    """Put a user in a team from `at` on and return the team's site; every record open to the team is open to her.

    Raises UnableToChangeTeam when she has no role at the team's site or is a member already.
    """
    site_id = _site_of_team(team_id)
    if not Grant.objects.filter(user_id=user_id, site_id=site_id, until__isnull=True).exists():
        raise UnableToChangeTeam("She has no role at this team's site. Give her one first.")
    if TeamMembership.objects.filter(team_id=team_id, user_id=user_id, until__isnull=True).exists():
        raise UnableToChangeTeam("She is a member of this team already.")
    TeamMembership.objects.create(team_id=team_id, user_id=user_id, since=at)
    return _site_of_team(team_id)


@action("access.leave-team", needs=Permission.ADMINISTER, on="team_id")
def leave_team(*, team_id: UUID, user_id: UUID, by: Actor, at: datetime) -> UUID:
    """End a membership at `at` and return the team's site. Raises UnableToChangeTeam when there is none."""
    ended = TeamMembership.objects.filter(team_id=team_id, user_id=user_id, until__isnull=True).update(until=at)
    if not ended:
        raise UnableToChangeTeam("She is not a member of this team.")
    return _site_of_team(team_id)


@action("access.open-patient-access", needs=Permission.SEE_PATIENT, on="site_id")
def open_patient_access(
    *,
    site_id: UUID,
    patient_id: UUID,
    kind: str,
    by: Actor,
    at: datetime,
    source: str,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
    until: datetime | None = None,
) -> UUID:
    """Open a patient's record to a user or a team and return the relationship's id; what is open stays as it is.

    For other actions only (an assignment, a place on the care team): `source` names what gave it ("case:<id>") so
    that the same thing can close it. `kind` is one of PatientAccess.Kind but break_glass. Raises UnableToOpen.
    """
    if kind not in set(PatientAccess.Kind.values) - {PatientAccess.Kind.BREAK_GLASS.value}:
        raise UnableToOpen(f"{kind} does not open a record.")
    if (user_id is None) == (team_id is None):
        raise UnableToOpen("Name the colleague or the team the record is opened to, not both.")
    given = {
        "site_id": site_id,
        "patient_id": patient_id,
        "user_id": user_id,
        "team_id": team_id,
        "kind": kind,
        "source": source,
    }
    is_open = Q(until__isnull=True) | Q(until__gt=at)
    access = PatientAccess.objects.filter(is_open, **given).only("id").first()
    return (access or PatientAccess.objects.create(**given, since=at, until=until)).id


@action("access.close-patient-access", needs=Permission.SEE_PATIENT, on="site_id")
def close_patient_access(
    *,
    site_id: UUID,
    patient_id: UUID,
    source: str,
    by: Actor,
    at: datetime,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
) -> int:
    """End what `source` opened (for one user or team when named) and return how many relationships ended."""
    open_now = PatientAccess.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), site_id=site_id, patient_id=patient_id, source=source
    )
    if user_id:
        open_now = open_now.filter(user_id=user_id)
    if team_id:
        open_now = open_now.filter(team_id=team_id)
    return open_now.update(until=at)
