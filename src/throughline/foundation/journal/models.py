"""The story and the outbox."""

from django.db import models
from django.db.models import Q

from throughline.foundation.kernel.identity import new_id


class JournalEntry(models.Model):
    """One line of a story. The table is PARTITION BY RANGE (recorded_at); its database key is (recorded_at, id)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recorded_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    sentence = models.TextField()
    site_id = models.UUIDField()
    patient_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "journal_entry"


class OutboxMessage(models.Model):
    """Something to carry out after the transaction: a reaction, or a message waiting to leave the house."""

    site_wall = "write-anywhere"  # some belong to no site; the worker reads them with the wall open

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=80)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)
    site_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    not_before = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    # What leaves the house says what it is, to whom, and where it can be corrected; a reaction has no recipient.
    what = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(max_length=200, blank=True)
    back = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_by", "-created_at"], condition=~Q(recipient=""), name="journal_outbox_leaving"
            ),
            models.Index(
                fields=["not_before"],
                condition=Q(done_at__isnull=True, recalled_at__isnull=True),
                name="journal_outbox_waiting",
            ),
        ]
