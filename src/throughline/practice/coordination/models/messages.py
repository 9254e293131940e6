"""Conversations on a patient's thread, who takes part and what each has read, and the messages."""

import pghistory
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.practice.coordination.models.team import TeamMember
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task


class Conversation(models.Model):
    """Messages about one thing: a need of the patient, or her case as a whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="conversations")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    opened_by_name = models.CharField(max_length=200)
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "-last_at"], name="coord_talk_patient")]


class Participant(models.Model):
    """A colleague or a member outside who takes part, and until when she has read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(TeamMember, null=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)
    unread = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["user"], condition=Q(unread=True), name="coord_talk_unread")]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="coord_talk_user_once"),
            models.UniqueConstraint(fields=["conversation", "member"], name="coord_talk_member_once"),
        ]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Message(models.Model):
    """One message. What a member outside said is written down by a colleague, with the member as its voice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    text = models.TextField()
    member = models.ForeignKey(TeamMember, null=True, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    outbox_id = models.UUIDField(null=True)
    left_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"], name="coord_message_talk")]
