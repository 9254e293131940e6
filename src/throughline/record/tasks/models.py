"""The task and its append-only history of states."""

import pghistory
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site, Team, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Task(models.Model):
    """One thing to do. `tier` is its standing on Today (0 safety … 5 soon) as set by what raised it."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        OFFERED = "offered", "offered to a colleague"
        ACCEPTED = "accepted", "accepted by a colleague"
        REPORTED = "reported", "reported back"
        DONE = "done", "done"
        CANCELLED = "cancelled", "no longer needed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="tasks")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=30, default="task", help_text="call, safety, gap, clock, task …")
    verb = models.CharField(max_length=60, help_text="what to do: 'Call', 'Give notice'")
    title = models.CharField(max_length=300)
    why = models.TextField(blank=True)
    tier = models.PositiveSmallIntegerField(default=5)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    due_has_time = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60, blank=True)
    delegated_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    legal_due_at = models.DateTimeField(null=True, help_text="the deadline a snooze may not pass")
    hold_until = models.DateTimeField(null=True)
    hold_reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    subject = models.CharField(max_length=120, blank=True, help_text="what raised it: 'need:<id>', 'event:<id>'")
    recurrence = models.CharField(max_length=200, blank=True, help_text="RFC 5545 RRULE")
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by_id = models.UUIDField(null=True)
    outcome = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(
                fields=["owner", "tier", "due_at", "id"],
                condition=Q(state__in=["open", "offered", "accepted", "reported"]),
                name="tasks_open_owner",
            ),
            models.Index(
                fields=["team", "tier", "due_at", "id"],
                condition=Q(state__in=["open", "offered", "accepted", "reported"]),
                name="tasks_open_team",
            ),
            models.Index(fields=["patient", "state"], name="tasks_patient_state"),
            models.Index(fields=["case", "state"], name="tasks_case_state"),
            models.Index(fields=["subject"], condition=~Q(subject=""), name="tasks_subject"),
        ]


# The columns an act may move; the history's trigger keeps the row as it was.
MOVING = (
    "state", "owner_id", "team_id", "delegated_by_id", "hold_until", "hold_reason", "done_at", "done_by_id",
    "outcome", "version", "title", "due_at", "due_has_time",
)  # fmt: skip
MOVE = f"update tasks_task set {', '.join(f'{column} = %s' for column in MOVING)} where id = %s"


class TaskTransition(models.Model):
    """One change of a task: what, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=30)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["task", "at"], name="tasks_transition_task")]
