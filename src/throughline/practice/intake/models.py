"""The referral in, from receipt to its answer."""

import pghistory
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Referral(models.Model):
    """A request to take a patient up. Source and day of identification are captured once, here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="referrals_in")
    source = models.CharField(max_length=40, help_text="physician, hospital, health-plan, list, self, family …")
    source_name = models.CharField(max_length=200, blank=True)
    source_phone = models.CharField(max_length=32, blank=True)
    external_id = models.CharField(max_length=120, blank=True, help_text="the sender's own number of it")
    reason = models.TextField()
    programme = models.CharField(max_length=60)
    urgent = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    identified_on = models.DateField()
    state = models.CharField(max_length=20, default="received")
    screening = models.JSONField(default=dict)
    screened_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decision_code = models.CharField(max_length=40, blank=True)
    decision_note = models.TextField(blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="referrals_in")
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    entered_by_id = models.UUIDField(null=True)
    entered_by_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "-urgent", "received_at"],
                condition=Q(state__in=["received", "screened", "waiting"]),
                name="intake_open_by_site",
            ),
            models.Index(fields=["patient", "-received_at"], name="intake_patient"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "external_id"],
                condition=~Q(external_id=""),
                name="intake_received_once",
            )
        ]


class ReferralTransition(models.Model):
    """One step of a referral: what, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=30)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["referral", "at"], name="intake_transition")]
