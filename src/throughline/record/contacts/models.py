"""One table for what was tried and what was reached."""

import pghistory
from django.db import models

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Contact(models.Model):
    """A call, visit or message: who was tried, by which channel and number, when, and how it ended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="contacts")
    channel = models.CharField(max_length=20, help_text="phone, visit, video, message, letter")
    outcome = models.CharField(max_length=30)
    with_whom = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=32, blank=True, help_text="E.164 that was dialled")
    at = models.DateTimeField(help_text="when it began")
    seconds = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    patient_words = models.TextField(blank=True)
    identifiers_checked = models.JSONField(default=list)
    interpreter = models.CharField(max_length=60, blank=True)
    attempt_of = models.CharField(max_length=80, blank=True, help_text="the promise the try counts for")
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="contacts_patient_at")]
