"""Who can be written to about a patient: colleagues who see her, and members of her care team outside."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.foundation.access.models import Grant, PatientAccess, TeamMembership, User
from throughline.foundation.access.permissions import ROLES, Permission
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.queries import team
from throughline.practice.coordination.records.messages import Addressee

WORKING = [key for key, role in ROLES.items() if Permission.WORK_CASE in role.permissions]
WIDE = [key for key, role in ROLES.items() if role.sees_site]


def _held(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def _related(patient_id: UUID, at: datetime) -> set[UUID]:
    """Return the users to whom a relationship opens the patient's record, alone or through their team."""
    rows = list(PatientAccess.objects.filter(_held(at), patient_id=patient_id).values_list("user_id", "team_id"))
    teams = {team_id for _, team_id in rows if team_id}
    members = TeamMembership.objects.filter(_held(at), team_id__in=teams).values_list("user_id", flat=True)
    return {user_id for user_id, _ in rows if user_id} | set(members)


def who_see(patient_id: UUID, site_id: UUID, user_ids: Iterable[UUID], at: datetime) -> set[UUID]:
    """Return which of these users see the patient at an instant, by relationship or by a role that sees the site."""
    wanted = set(user_ids)
    held = Grant.objects.filter(_held(at), site_id=site_id, user_id__in=wanted, user__is_active=True)
    here = set(held.values_list("user_id", flat=True))
    wide = set(held.filter(role__in=WIDE).values_list("user_id", flat=True))
    return here & (wide | _related(patient_id, at))


def addressees(viewer: Viewer, patient_id: UUID, site_id: UUID) -> list[Addressee]:
    """Return who can be written to about a patient: colleagues by name, then her team outside; not the viewer."""
    held = Grant.objects.filter(_held(viewer.at), site_id=site_id, role__in=WORKING)
    users = User.objects.filter(pk__in=_related(patient_id, viewer.at), grants__in=held, is_active=True).distinct()
    members = team.members_of(viewer, patient_id)
    roles = {m.user_id: m.role_words for m in members if m.user_id}
    inside = [
        Addressee(f"user:{user.id}", str(user), roles.get(user.id, ""), True)
        for user in users.exclude(pk__in=[viewer.user_id] if viewer.user_id else []).order_by("full_name")
    ]
    outside = [
        Addressee(f"member:{m.id}", m.name, f"{m.role_words}, by {m.channel_words}", False)
        for m in members
        if not m.is_inside
    ]
    return [*inside, *outside]
