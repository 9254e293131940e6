"""Rounds with one line a patient, and conferences about one patient."""

import pghistory
from django.db import models

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Round(models.Model):
    """One morning's rounds: whose list, who was there, and when it ended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, help_text="4 West, or whose list it is")
    unit = models.CharField(max_length=120, blank=True, help_text="the unit gone through in the order of beds")
    present = models.JSONField(default=list, help_text="who took part, by name and role")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["site", "name", "-started_at"], name="coord_round_latest")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class RoundEntry(models.Model):
    """One patient in a round: ready or not, what stands in the way, who clears it and by when, the family's question.

    The tasks made of the answers carry them on; `answered_at` empty means she was not spoken of yet.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="entries")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    bed = models.CharField(max_length=120, blank=True)
    ready = models.BooleanField(null=True)
    barrier = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    by_at = models.DateTimeField(null=True)
    question = models.CharField(max_length=300, blank=True, help_text="of the family")
    barrier_task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    question_task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "patient"], name="coord_entry_once")]
        indexes = [models.Index(fields=["patient", "-answered_at"], name="coord_entry_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Conference(models.Model):
    """All who care for one patient at one table: her wishes, what was said, who disagreed, what follows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    question = models.CharField(max_length=300, help_text="what was to be decided")
    wishes = models.TextField(blank=True, help_text="what matters to the patient, in her words, as it stood that day")
    wishes_language = models.CharField(max_length=20, blank=True)
    patient_present = models.BooleanField(default=False)
    present = models.JSONField(default=list)
    minutes = models.TextField()
    dissent = models.TextField(blank=True, help_text="who disagreed, and why")
    decisions = models.JSONField(default=list, help_text="each with its task")
    written_at = models.DateTimeField()
    written_by_id = models.UUIDField(null=True)
    written_by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="coord_conference_patient")]
