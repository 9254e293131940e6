"""Assessments as they were answered, the flags they raised, and the needs that follow from them."""

import pghistory
import pgtrigger
from django.db import models

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient

# An answer of a signed assessment may be neither written, changed nor taken away: corrections are addenda.
_SEALED = """
if exists (
  select 1 from assessment_assessment a
  where a.id = coalesce(new.assessment_id, old.assessment_id) and a.signed_at is not null
) then
  raise exception 'the answers of a signed assessment do not change';
end if;
return coalesce(new, old);
"""


def _kept_for_good(name: str) -> pgtrigger.Protect:
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class InstrumentEdition(models.Model):
    """An instrument as content had it when somebody answered it: responses keep the version that made them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, unique=True, help_text="of the content, so that the same is kept once")
    content = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        triggers = [_kept_for_good("edition_is_kept")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Assessment(models.Model):
    """One instrument answered once, from its first question to its signature."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(InstrumentEdition, on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    mode = models.CharField(max_length=20, help_text="interview, telephone, self, proxy, observation, paper")
    language = models.CharField(max_length=20, default="en")
    respondent = models.CharField(max_length=200, blank=True, help_text="who answered, when not the patient")
    context = models.JSONField(default=dict, help_text="what cut points depend on: sex, age")
    started_at = models.DateTimeField()
    started_by_id = models.UUIDField(null=True)
    started_by_name = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True, help_text="of the latest answer")
    signed_at = models.DateTimeField(null=True)
    signed_by_id = models.UUIDField(null=True)
    signed_by_name = models.CharField(max_length=200, blank=True)
    abandoned_at = models.DateTimeField(null=True)
    abandoned_reason = models.TextField(blank=True)
    score = models.CharField(max_length=40, blank=True)
    band = models.CharField(max_length=80, blank=True)
    positive = models.BooleanField(null=True)
    outcome = models.JSONField(null=True, help_text="the whole outcome at the signature, never recomputed in place")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "instrument", "-signed_at"], name="assessment_prior"),
            models.Index(fields=["patient", "-started_at"], name="assessment_patient"),
        ]


class AnswerRow(models.Model):
    """The answer at one place: a value, or why there is none, with the patient's own words beside it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    place = models.CharField(max_length=200)
    value = models.JSONField(default=list, help_text="what was given, as a list; empty for an absence")
    absent = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    words_language = models.CharField(max_length=20, blank=True)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "place"], name="assessment_answer_once")]
        triggers = [
            pgtrigger.Trigger(
                name="signed_is_sealed",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_SEALED,
            )
        ]


class RaisedFlag(models.Model):
    """A safety flag an answer raised. It stays even when the answer is corrected afterwards."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="flags")
    flag = models.CharField(max_length=80)
    severity = models.CharField(max_length=20)
    text = models.TextField()
    steps = models.JSONField(default=list)
    place = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    raised_by_id = models.UUIDField(null=True)
    raised_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "flag"], name="assessment_flag_once")]
        triggers = [_kept_for_good("flag_is_kept")]


class Addendum(models.Model):
    """A correction beside a signed assessment: what is wrong and what is right, by whom and when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="addenda")
    place = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        triggers = [_kept_for_good("addendum_is_kept")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Need(models.Model):
    """Something the patient lacks or suffers from that care should answer. One open need per Omaha problem."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="needs")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120, help_text="omaha-11, or the rule's own name: what makes two needs one")
    text = models.CharField(max_length=300)
    domain = models.CharField(max_length=40)
    omaha = models.PositiveSmallIntegerField(null=True)
    icd10 = models.JSONField(default=list)
    priority = models.CharField(max_length=10, default="medium")
    horizon = models.CharField(max_length=20, default="immediate")
    words = models.TextField(blank=True, help_text="the patient's own")
    words_language = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, default="open")
    status_reason = models.TextField(blank=True)
    raised_at = models.DateTimeField()
    raised_by_id = models.UUIDField(null=True)
    raised_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["patient", "status", "-raised_at"], name="assessment_need_patient")]


class NeedEvidence(models.Model):
    """Which answer or fact spoke for the need, and when. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=40, help_text="assessment, condition, observation, utilisation, hand")
    source_id = models.UUIDField(null=True)
    sentence = models.TextField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["need", "at"], name="assessment_evidence")]
        triggers = [pgtrigger.Protect(name="evidence_is_kept", operation=pgtrigger.Update)]
