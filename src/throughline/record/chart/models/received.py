"""What was received, byte for byte, and where in it each resource stands."""

import pghistory
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models import Patient


class ReceivedFile(models.Model):
    """A stretch of a file taken in by one transaction: a whole bundle, or so many lines of NDJSON.

    `sha256` is of the stretch's own bytes (after gunzip); the stretches of one name in the order of `first_byte`
    are the file. The bytes lie in ReceivedChunk.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.TextField(help_text="key of the system it came from")
    name = models.TextField()
    first_byte = models.BigIntegerField(default=0)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    received_by_id = models.UUIDField(null=True)
    received_by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["site", "source", "sha256"], name="chart_received_file_hash")]


class ReceivedChunk(models.Model):
    """A megabyte or less of a received file, deflated (RFC 1950); the bytes come back identical."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(ReceivedFile, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()
    content = models.BinaryField()


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class ReceivedResource(models.Model):
    """One resource as last received: where its bytes stand and whose it is. Facts read from it carry its `id`.

    The key (site, source, type, id) makes taking in the same twice harmless; earlier versions stay in their own
    files, and the history of this row says where.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    source = models.TextField()
    resource_type = models.TextField()
    resource_id = models.TextField()
    version = models.TextField(blank=True, help_text="meta.versionId")
    source_updated_at = models.DateTimeField(null=True, help_text="meta.lastUpdated")
    sha256 = models.BinaryField(max_length=32, help_text="of the resource's meaning: keys sorted, no white space")
    file = models.ForeignKey(
        ReceivedFile, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    at_byte = models.BigIntegerField(help_text="from the start of the stretch")
    size = models.IntegerField()
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    summary = models.JSONField(null=True, help_text="name and codes, of resources that others point to")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "resource_type", "resource_id"], name="chart_received_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["patient", "resource_type"], condition=Q(patient__isnull=False), name="chart_received_patient"
            )
        ]


class ReceivedIdentifier(models.Model):
    """A business identifier of a received resource, so that a reference by identifier finds it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(ReceivedResource, on_delete=models.CASCADE, related_name="identifiers")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    source = models.TextField()
    resource_type = models.TextField()
    system = models.TextField(blank=True)
    value = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["site", "source", "resource_type", "value"], name="chart_received_identifier")]


class DateShift(models.Model):
    """By how many days every date of one received patient was moved when she was first taken in.

    Fixed at the first receipt, so that taking her in again on a later day changes nothing. Only for material that
    is not about real people: demonstrations and tests.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.TextField()
    patient_source_id = models.TextField()
    days = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "source", "patient_source_id"], name="chart_date_shift_once")
        ]
