"""The gaps of cases with every step they took, when a case is looked at again, and the continuity week by week."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Gap(models.Model):
    """One thing missing in one case, from the day it was found until it is mended. One of a kind stands at a time."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        DISMISSED = "dismissed", "set aside"
        MENDED = "mended", "mended"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="gaps")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="gaps")
    key = models.CharField(max_length=200, help_text="the check, or the service several checks ask for, and what about")
    title = models.CharField(max_length=200)
    says = models.TextField()
    since = models.DateTimeField(help_text="since when it is missing; may lie before it was found")
    role = models.CharField(max_length=20, help_text="whose part it is to mend it")
    remedy = models.JSONField(default=dict)
    reasons = models.JSONField(default=list, help_text="checks with version, citation and the facts they rest on")
    on_today = models.BooleanField(default=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)
    dismissed_reason = models.TextField(blank=True)
    dismissed_by_name = models.CharField(max_length=200, blank=True)
    review_on = models.DateField(null=True, help_text="when a gap that was set aside is asked about again")
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+", help_text="its remedy")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["case", "since"], condition=Q(state="open"), name="review_gap_open"),
            models.Index(fields=["patient", "-opened_at"], name="review_gap_patient"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], condition=~Q(state="mended"), name="review_one_of_a_kind")
        ]


class GapTransition(models.Model):
    """One step of a gap: what, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gap = models.ForeignKey(Gap, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=20, help_text="open, mend, dismiss, reopen, remedy")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["gap", "at"], name="review_step_gap")]
        triggers = [pgtrigger.Protect(name="step_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]


class Examined(models.Model):
    """The last look at a case: what was in order, what the record could not tell, and when to look again."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    dirty_since = models.DateTimeField(null=True, help_text="something happened that nobody has looked at yet")
    looked_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True, help_text="when time alone may change the outcome")
    content = models.CharField(max_length=64, blank=True, help_text="digest of the checks that looked")
    checked = models.JSONField(default=list)
    untold = models.JSONField(default=list)
    trouble = models.TextField(blank=True, help_text="why the case could not be looked at")

    class Meta:
        indexes = [
            models.Index(fields=["dirty_since"], condition=Q(dirty_since__isnull=False), name="review_dirty"),
            models.Index(fields=["next_look_at"], condition=Q(next_look_at__isnull=False), name="review_next_look"),
        ]


class ContinuityWeek(models.Model):
    """The continuity of a case as it stood at its last look in a week (the Monday names it)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    week = models.DateField()
    visits = models.PositiveIntegerField()
    providers = models.PositiveIntegerField()
    coc = models.FloatField(null=True)
    upc = models.FloatField(null=True)
    usual = models.CharField(max_length=250, blank=True)
    whole = models.PositiveIntegerField()
    broken = models.PositiveIntegerField()
    unowned_days = models.PositiveIntegerField()
    open_gaps = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "week"], name="review_week_once")]
