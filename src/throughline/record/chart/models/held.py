"""Readings that wait for a second look before they become facts."""

import pghistory
from django.db import models

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models import Patient


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class HeldReading(models.Model):
    """A reading that could be true and is not likely. `outcome` is "", confirmed or rejected."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    words = models.CharField(max_length=80)
    given = models.JSONField(help_text="value, unit, parts, source and note as they were entered")
    doubt = models.TextField()
    taken_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by_id = models.UUIDField(null=True)
    entered_by_name = models.CharField(max_length=200)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_name = models.CharField(max_length=200, blank=True)
    observation_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient"], condition=models.Q(outcome=""), name="chart_held_open"),
        ]
