"""Words not sent yet, and who is writing where. Neither is part of a record: one person's own paper, for a while."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id


class Draft(models.Model):
    """What one user has typed into one form and not sent. After sending, the row stays a while without its words, so
    that a save or a second sending that was still under way is known for what it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient_id = models.UUIDField(null=True)
    key = models.CharField(max_length=140)
    page = models.CharField(max_length=300, blank=True)
    words = models.JSONField(default=dict)
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    sent_sheet = models.CharField(max_length=40, blank=True, help_text="the sheet of paper that was sent")
    sent_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="drafts_draft_once")]
        indexes = [models.Index(fields=["saved_at"], name="drafts_draft_saved")]


class Presence(models.Model):
    """Who was seen writing where, and when last. The table is UNLOGGED: after a crash nobody is writing anywhere."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=140)
    who = models.CharField(max_length=120)
    part = models.CharField(max_length=60, blank=True, default="", help_text="of a larger place: a goal of the plan")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "user"], name="drafts_presence_once"),
            models.CheckConstraint(name="drafts_presence_where", condition=~Q(place="")),
        ]
