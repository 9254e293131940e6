"""Referrals out, and every step of each with author and time."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.practice.coordination.models.appointments import Appointment
from throughline.practice.coordination.models.team import TeamMember
from throughline.record.cases.models import Case
from throughline.record.people.models import Organization, Patient, Practitioner


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class ReferralOut(models.Model):
    """We ask somebody outside to do something for a patient, and follow it until it is closed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="referrals_out")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    member = models.ForeignKey(TeamMember, null=True, on_delete=models.PROTECT, related_name="referrals")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    to_name = models.CharField(max_length=250)
    to_organization = models.CharField(max_length=250, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    fax = models.CharField(max_length=32, blank=True)
    channel = models.CharField(max_length=20, default="phone")
    service = models.CharField(max_length=300, help_text="what is asked for")
    reason = models.TextField(blank=True)
    question = models.TextField(blank=True)
    urgent = models.BooleanField(default=False)
    categories = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    agreed_by = models.CharField(max_length=200, blank=True, help_text="who agreed to what is shared")
    agreed_how = models.CharField(max_length=40, blank=True)
    agreed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, default="drafted")
    since = models.DateTimeField(help_text="when it came into this state")
    look_on = models.DateField(null=True, help_text="when silence asks for the next step")
    sent_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True, help_text="when it left the outbox and can no longer be taken back")
    outbox_id = models.UUIDField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    appointment = models.ForeignKey(
        Appointment, null=True, on_delete=models.SET_NULL, related_name="+", help_text="the visit it leads to"
    )
    place = models.CharField(max_length=250, blank=True)
    report = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    acted = models.BooleanField(null=True, help_text="did the patient act on it; blank: not asked")
    acted_words = models.TextField(blank=True)
    acted_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="coord_referral_patient"),
            models.Index(
                fields=["site", "state", "look_on"],
                condition=~Q(state__in=["closed", "cancelled"]),
                name="coord_referral_open",
            ),
        ]


class ReferralStep(models.Model):
    """One step of a referral out. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    referral = models.ForeignKey(ReferralOut, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=30)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    face = models.JSONField(default=dict, help_text="what undo puts back")
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["referral", "at"], name="coord_referral_step")]
