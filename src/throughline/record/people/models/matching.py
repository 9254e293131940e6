"""What finds a patient, what may be the same patient twice, and how two records were joined and can be parted.

Entries of the directory are joined and parted in the same way.
"""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models.patients import Patient


class SearchEntry(models.Model):
    """All the ways to find one patient, written by the actions from her names and numbers.

    Each token is a letter of rules.tokens.Kind and the text it stands before. Triggers of the database keep the rows
    of SearchToken in step with it, so that many patients are made findable in one statement, sorted on the way.
    """

    patient = models.OneToOneField(
        Patient, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    tokens = ArrayField(models.TextField())


class SearchToken(models.Model):
    """One way to find a patient, read by range; written by the database alone, from SearchEntry.

    The primary key is the search index: a prefix of `token` within (site, kind) is one short range of it,
    so the cost of a search does not depend on how many patients there are. There is no other index and no check of
    its keys, because there are some fourteen rows a patient; what one patient is found by is read from her entry.
    """

    pk = models.CompositePrimaryKey("site_id", "kind", "token", "patient_id")
    site = models.ForeignKey(Site, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=1, db_collation="C", help_text="as listed in rules.tokens.Kind")
    token = models.CharField(max_length=120, db_collation="C")
    patient = models.ForeignKey(
        Patient, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class PossibleDuplicate(models.Model):
    """Two records that may be one person: the score, the reasons in words, and what was decided.

    `first_patient` has the smaller identifier, so that a pair is kept once.
    """

    class State(models.TextChoices):
        OPEN = "open", "to decide"
        MERGED = "merged", "merged"
        DISTINCT = "distinct", "two different people"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    first_patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    second_patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    score = models.DecimalField(max_digits=6, decimal_places=2, help_text="sum of weights in bits")
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_patient", "second_patient"], name="people_duplicate_once"),
            models.CheckConstraint(condition=Q(first_patient__lt=F("second_patient")), name="people_duplicate_ordered"),
        ]
        indexes = [
            models.Index(fields=["site", "-score", "id"], condition=Q(state="open"), name="people_duplicate_open")
        ]


class PatientMerge(models.Model):
    """One joining of two records, who joined them and why, and whether it was taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_into")
    retired = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_from")
    merged_at = models.DateTimeField()
    merged_by_id = models.UUIDField(null=True)
    merged_by_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    survivor_before = models.JSONField(help_text="the survivor's own columns before the merge")
    retired_before = models.JSONField(help_text="the retired record's own columns before the merge")
    survivor_after = models.JSONField(default=dict, help_text="the survivor's own columns right after the merge")
    pair_before = models.JSONField(null=True, help_text="the decision on the pair before the merge, if it was flagged")
    unmerged_at = models.DateTimeField(null=True)
    unmerged_by_id = models.UUIDField(null=True)
    unmerged_by_name = models.CharField(max_length=200, blank=True)
    unmerge_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retired"], condition=Q(unmerged_at__isnull=True), name="people_merge_retired_once"
            )
        ]


class MergedRow(models.Model):
    """One row that a merge moved from the retired record to the survivor, so that exactly it can go back."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(PatientMerge, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=120, help_text="app_label.model")
    column = models.CharField(max_length=80, help_text="the column that named the retired record")
    row = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["merge", "table"], name="people_mergedrow_merge")]


class EntryJoin(models.Model):
    """One joining of two entries of the directory, who joined them, and whether it was taken back and why."""

    class Kind(models.TextChoices):
        PRACTITIONER = "practitioner", "practitioner"
        ORGANIZATION = "organization", "organization"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    kept = models.UUIDField(help_text="the entry that stayed")
    gone = models.UUIDField(help_text="the entry joined into it")
    joined_at = models.DateTimeField()
    joined_by_id = models.UUIDField(null=True)
    joined_by_name = models.CharField(max_length=200)
    kept_before = models.JSONField(help_text="what the join may change of the entry that stayed, before it")
    kept_after = models.JSONField(help_text="the same right after the join")
    gone_before = models.JSONField(help_text="what the join changes of the entry joined into it, before it")
    parted_at = models.DateTimeField(null=True)
    parted_by_id = models.UUIDField(null=True)
    parted_by_name = models.CharField(max_length=200, blank=True)
    part_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(parted_at__isnull=True), name="people_join_gone_once")
        ]
        indexes = [models.Index(fields=["kept"], name="people_join_kept")]


class JoinedRow(models.Model):
    """One row that a join turned from one entry of the directory to the other, so that exactly it can turn back."""

    id = models.BigAutoField(primary_key=True)
    join = models.ForeignKey(EntryJoin, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=120, help_text="app_label.model")
    column = models.CharField(max_length=80, help_text="the column that named the other entry")
    row = models.CharField(max_length=64)
