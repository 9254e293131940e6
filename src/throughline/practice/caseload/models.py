"""Cover for a colleague, a user's saved views of her list, and her private scratch line on a patient."""

import pghistory
from django.db import models

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models import Patient


class Cover(models.Model):
    """One nurse carries another's list for a while, with a brief."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    away = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    covering = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    brief = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["covering", "until"], name="caseload_cover_by")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Qualification(models.Model):
    """What a colleague may and can do: a licence in a state, a certificate, a competence, a language."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="qualifications")
    kind = models.CharField(max_length=20, help_text="licence, certificate, competence, language")
    name = models.CharField(max_length=120, help_text="RN, CCM, wound care, es")
    state = models.CharField(max_length=2, blank=True, help_text="of a licence: the state that gave it")
    multistate = models.BooleanField(default=False, help_text="holds in the states of the Nurse Licensure Compact")
    number = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["site", "user"], name="caseload_qualified")]


class SavedView(models.Model):
    """A named set of filters of Today, of one user."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    filters = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="caseload_view_once")]


class Scratch(models.Model):
    """A line one user wrote to herself about one patient; no part of the record, seen by nobody else."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "patient"], name="caseload_scratch_once")]
