"""The care team: who cares for a patient, inside and outside, what each may be shown, and every change."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import ContactPerson, Organization, Patient, Practitioner


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class TeamMember(models.Model):
    """A person's or an organization's place on a patient's care team, with what she agreed to have shared."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="team_members")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, help_text="user, practitioner, organization, person, other")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    contact_person = models.ForeignKey(ContactPerson, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=250)
    role = models.CharField(max_length=20)
    role_other = models.CharField(max_length=120, blank=True)
    organization_name = models.CharField(max_length=250, blank=True)
    why = models.CharField(max_length=300, blank=True)
    words = models.TextField(blank=True, help_text="the patient's own, on why this person matters")
    phone = models.CharField(max_length=32, blank=True)
    fax = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    channel = models.CharField(max_length=20, default="phone", help_text="phone, fax, secure, mail, page")
    since = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)
    decision = models.CharField(max_length=20, blank=True, help_text="given, declined; blank: not asked")
    categories = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    written = models.BooleanField(default=False)
    consent_by = models.CharField(max_length=200, blank=True, help_text="the patient, or who decided for her")
    consent_at = models.DateTimeField(null=True)
    consent_until = models.DateField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "since"], name="coord_member_patient"),
            models.Index(fields=["user"], condition=Q(ended_at__isnull=True), name="coord_member_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", field],
                condition=Q(ended_at__isnull=True),
                name=f"coord_member_{field}_once",
            )
            for field in ("user", "practitioner", "contact_person")
        ]


class TeamStep(models.Model):
    """One change of a place on the team: what stood before, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=30)
    before = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["member", "at"], name="coord_team_step")]
