"""The audit table, partitioned by month and guarded against change."""

from django.db import models

from throughline.foundation.kernel.identity import new_id


class AuditEntry(models.Model):
    """One act or look. The table is PARTITION BY RANGE (at); its database key is (at, id)."""

    site_wall = "write-anywhere"  # a refused reach into another site must be on file too

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_kind = models.CharField(max_length=20)
    site_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "audit_entry"
