"""The one living plan: goals, actions with evidence, barriers, ratings, topics to teach, its agreed versions."""

import pghistory
import pgtrigger
from django.db import models

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task


def _never_changed(name: str) -> pgtrigger.Protect:
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class PlanRow(models.Model):
    """What goals, actions and lessons have in common: whose, from where, since when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, blank=True, help_text="of the proposal it came from; empty when by hand")
    sources = models.JSONField(default=list, help_text="pathway, what called for it, citation, how sure")
    status = models.CharField(max_length=20, default="active")
    status_reason = models.TextField(blank=True)
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField(null=True)
    added_by_name = models.CharField(max_length=200)
    moved_at = models.DateTimeField(null=True)
    moved_by_name = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Goal(PlanRow):
    """What is to be reached, how it is told, and by when."""

    need = models.ForeignKey("assessment.Need", on_delete=models.PROTECT, related_name="goals")
    text = models.CharField(max_length=300)
    target = models.CharField(max_length=300, blank=True)
    loinc = models.CharField(max_length=20, blank=True)
    comparator = models.CharField(max_length=10, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    second_value = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    unit = models.CharField(max_length=40, blank=True)
    term = models.CharField(max_length=10, help_text="short or long")
    by_date = models.DateField()
    words = models.TextField(blank=True, help_text="the patient's own")
    importance = models.PositiveSmallIntegerField(null=True, help_text="0 to 10, by the patient")

    class Meta:
        indexes = [models.Index(fields=["patient", "status", "by_date"], name="careplan_goal_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class PlanAction(PlanRow):
    """What is done about a need, by which role, how often, and the task that carries it now."""

    need = models.ForeignKey("assessment.Need", on_delete=models.PROTECT, related_name="actions")
    text = models.TextField()
    role = models.CharField(max_length=20)
    delegated = models.BooleanField(default=False)
    category = models.CharField(max_length=10, help_text="Omaha: TGC, TP, CM or S")
    target = models.CharField(max_length=80, blank=True, help_text="Omaha target")
    frequency = models.CharField(max_length=200, blank=True)
    due_on = models.DateField()
    first_due_on = models.DateField(null=True, help_text="where the rhythm of the frequency starts")
    evidence_rules = models.JSONField(default=list, help_text="what satisfies it, as content said when it was adopted")
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["patient", "status", "due_on"], name="careplan_action_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Lesson(PlanRow):
    """A topic to teach. Status: to-teach, taught, understood, re-teach."""

    topic = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "status"], name="careplan_lesson_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class ActionEvidence(models.Model):
    """A fact that satisfied an action, until it is undone. It keeps what to put back then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    action = models.ForeignKey(PlanAction, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=20, help_text="reading, instrument, contact, visit, task, document, …")
    reference = models.CharField(max_length=80, help_text="the identifier of the fact")
    sentence = models.TextField()
    at = models.DateTimeField(help_text="when the fact happened")
    who = models.CharField(max_length=200)
    noted_at = models.DateTimeField()
    due_before = models.DateField()
    task_before_id = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "kind", "reference"], name="careplan_evidence_fact")]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "kind", "reference"],
                condition=models.Q(undone_at=None),
                name="careplan_evidence_once",
            )
        ]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Barrier(models.Model):
    """What stands in the way of a need. Status: open, overcome, stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", on_delete=models.PROTECT, related_name="barriers")
    domain = models.CharField(max_length=40, help_text="key of content/barriers")
    text = models.CharField(max_length=300)
    status = models.CharField(max_length=20, default="open")
    outcome = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    moved_at = models.DateTimeField(null=True)
    moved_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "status"], name="careplan_barrier_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Statement(models.Model):
    """A preference, an emergency plan or a backup plan. A new one of the last two ends the one before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, help_text="preference, emergency, backup")
    text = models.TextField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "ended_at"], name="careplan_statement_patient")]


class GoalProgress(models.Model):
    """How far a goal had come at one time, 0 to 4. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="progress")
    level = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "at"], name="careplan_progress_patient")]
        triggers = [_never_changed("progress_is_kept")]


class OmahaRating(models.Model):
    """Knowledge, Behavior and Status of a problem at one time, 1 to 5 each (Martin 2005). Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", on_delete=models.PROTECT, related_name="ratings")
    occasion = models.CharField(max_length=20, help_text="admission, interval, discharge")
    knowledge = models.PositiveSmallIntegerField(null=True)
    behavior = models.PositiveSmallIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "at"], name="careplan_rating_patient")]
        triggers = [_never_changed("rating_is_kept")]


class DeclinedOption(models.Model):
    """Something offered and declined, with the reason; not offered again unasked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    text = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="careplan_declined")]


class PlanVersion(models.Model):
    """The plan as it stood when the patient agreed: its sentences, how, when and by whom. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    sentences = models.JSONField()
    agreed_how = models.CharField(max_length=40)
    agreed_by = models.CharField(max_length=200)
    review_on = models.DateField()
    expires_on = models.DateField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by_id = models.UUIDField(null=True)
    signed_by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["patient", "-number"], name="careplan_version")]
        triggers = [
            pgtrigger.Protect(
                name="version_text_is_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("sentences", "number", "agreed_by", "agreed_how", "at"),
            )
        ]
