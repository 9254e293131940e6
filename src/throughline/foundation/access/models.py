"""Users, sites, teams, roles held, and the care relationships that open a record."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from throughline.foundation.access.permissions import ROLES
from throughline.foundation.kernel.identity import new_id


class Site(models.Model):
    """A hospital, clinic, plan or practice: the wall nothing crosses."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, default="hospital")
    time_zone = models.CharField(max_length=60, default="America/New_York")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in, or another system's client."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    full_name = models.CharField(max_length=200)
    credentials = models.CharField(max_length=60, blank=True, help_text="RN, CCM")
    initials = models.CharField(max_length=6, blank=True)
    time_zone = models.CharField(max_length=60, default="America/New_York")
    preferences = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.full_name}, {self.credentials}" if self.credentials else self.full_name


class Team(models.Model):
    """Colleagues who carry a set of cases together."""

    site_wall = "none"  # no patient's data; read to find out which records are open

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="access_team_name_once")]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role a user holds at a site, from when until when."""

    site_wall = "none"  # read to find out which sites are hers

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=[(role.key, role.title) for role in ROLES.values()])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    given_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "site", "role"], condition=Q(until__isnull=True), name="access_grant_once"
            )
        ]


class TeamMembership(models.Model):
    """A user's place in a team, from when until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team"], condition=Q(until__isnull=True), name="access_membership_once"
            )
        ]


class PatientAccess(models.Model):
    """A relationship that opens one patient's record to a user or a team.

    The patient is named by identifier only: access stands below the record and holds no key into it.
    """

    class Kind(models.TextChoices):
        ASSIGNMENT = "assignment", "assigned"
        TEAM = "team", "assigned to the team"
        CARE_TEAM = "care_team", "on the care team"
        COVER = "cover", "covering for a colleague"
        BREAK_GLASS = "break_glass", "opened in an emergency"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    patient_id = models.UUIDField()
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="patient_access")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="patient_access")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    source = models.CharField(max_length=80, blank=True, help_text="what gave it: 'case:<id>'")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "patient_id"], name="access_pa_user"),
            models.Index(fields=["team", "patient_id"], name="access_pa_team"),
            models.Index(fields=["patient_id"], name="access_pa_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_pa_one_holder",
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
            )
        ]


class BreakGlass(models.Model):
    """An emergency opening of a record: reason, expiry, and the review that must follow (45 CFR 164.312(a)(2)(ii))."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    access = models.OneToOneField(PatientAccess, on_delete=models.PROTECT, related_name="break_glass")
    reason_code = models.CharField(max_length=40)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    justified = models.BooleanField(null=True, help_text="what the reviewer found")
    finding = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(reviewed_at__isnull=True), name="access_bg_unreviewed")
        ]
