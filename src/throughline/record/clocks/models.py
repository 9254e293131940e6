"""The clock, what was done to it, every boundary it passed, the rule it keeps, and who reviewed a rule."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient


def _kept_for_good(name: str) -> pgtrigger.Protect:
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class ClockRuling(models.Model):
    """A rule as it read when a clock was started by it. Never changed: open clocks keep the text that made them."""

    digest = models.CharField(primary_key=True, max_length=64)
    key = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    body = models.JSONField()
    first_used_at = models.DateTimeField()

    class Meta:
        triggers = [_kept_for_good("ruling_append_only")]


# Time alone (a flip, the next look) leaves no history row: flips are their own history.
FACTS = ("part", "start", "zone", "facts", "pauses", "attempts", "met_at", "cancelled_at", "case", "ruling")


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old, condition=pghistory.AnyChange(*FACTS)), pghistory.DeleteEvent()
)
class Clock(models.Model):
    """One deadline of one patient. The dates are counted from the facts; they stand here so that lists can sort."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="clocks")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="clocks")
    ruling = models.ForeignKey(ClockRuling, on_delete=models.PROTECT, related_name="+")
    rule_id = models.CharField(max_length=10, help_text="C-23")
    rule_key = models.CharField(max_length=80)
    part = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    owed_by = models.CharField(max_length=20)
    notice = models.CharField(max_length=20, blank=True, help_text="the notice it asks for: IM, MOON, NOMNC …")
    subject = models.CharField(max_length=120, blank=True, help_text="what it is about: 'authorization:<id>'")
    # The facts, in words the rules read again.
    start = models.CharField(max_length=40, help_text="ISO 8601: a day, or an instant with offset")
    zone = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    pauses = models.JSONField(default=list)
    attempts = models.JSONField(default=list)
    met_at = models.DateTimeField(null=True)
    met_how = models.JSONField(default=dict)
    cancelled_at = models.DateTimeField(null=True)
    # What follows from them.
    state = models.CharField(max_length=20)
    due_at = models.DateTimeField(null=True)
    due_is_day = models.BooleanField(default=False)
    safe_at = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="met or cancelled; null while open")
    course = models.PositiveIntegerField(default=1, help_text="counts up whenever the facts change")
    trouble = models.TextField(blank=True, help_text="why the sweeper could not count it")
    trouble_at = models.DateTimeField(null=True)
    started_by_event = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["next_look_at"], condition=Q(next_look_at__isnull=False), name="clocks_next_look"),
            models.Index(fields=["site", "due_at", "id"], condition=Q(ended_at__isnull=True), name="clocks_open_site"),
            models.Index(fields=["patient", "due_at"], condition=Q(ended_at__isnull=True), name="clocks_open_patient"),
            models.Index(
                fields=["site", "due_at"], condition=Q(ended_at__isnull=True) & ~Q(notice=""), name="clocks_notices"
            ),
            models.Index(fields=["patient", "created_at"], name="clocks_patient"),
            models.Index(fields=["trouble_at"], condition=Q(trouble_at__isnull=False), name="clocks_troubled"),
        ]
        constraints = [
            # An event that is heard twice, or by two processes at once, starts one clock.
            models.UniqueConstraint(
                fields=["patient", "rule_key", "part", "subject", "start"],
                condition=Q(ended_at__isnull=True),
                name="clocks_one_of_a_kind",
            )
        ]


class ClockTransition(models.Model):
    """One act on a clock: what, when, by whom, why, and the dates before and after. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=20)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["clock", "at"], name="clocks_transition_clock")]
        triggers = [_kept_for_good("transition_append_only")]


class ClockFlip(models.Model):
    """A boundary of time the clock passed, stamped with the true boundary. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="flips")
    course = models.PositiveIntegerField()
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    boundary_at = models.DateTimeField()
    noticed_at = models.DateTimeField()

    class Meta:
        triggers = [_kept_for_good("flip_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["clock", "course", "boundary_at"], name="clocks_one_flip_per_boundary")
        ]


class RuleReview(models.Model):
    """A reviewer signed a rule as it read: who, when, and what changed since the review before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule_key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    version = models.CharField(max_length=20)
    changed = models.TextField(help_text="what changed, or what was checked against which text")
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        triggers = [_kept_for_good("review_append_only")]
        indexes = [models.Index(fields=["rule_key", "-at"], name="clocks_review_rule")]
