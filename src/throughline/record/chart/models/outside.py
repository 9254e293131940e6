"""What others plan for the patient and who pays: kept as received, shown beside our own plan, never mixed into it."""

import pghistory
from django.db import models

from throughline.record.chart.models.facts import Fact


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class OutsidePlan(Fact):
    """A care plan made elsewhere. `display` is its title or category."""

    intent = models.TextField(blank=True)
    description = models.TextField(blank=True)
    activities = models.JSONField(null=True, help_text="[{text, status}]")
    addresses = models.JSONField(null=True, help_text="identifiers or words of the conditions it is for")
    goals = models.JSONField(null=True, help_text="identifiers of the goals it pursues")
    teams = models.JSONField(null=True, help_text="identifiers of its care teams")

    class Meta:
        indexes = [models.Index(fields=["patient"], name="chart_plan_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class OutsideGoal(Fact):
    """A goal set elsewhere. `status` is its lifecycle status, `effective_at` its start, `effective_until` its due."""

    achievement = models.TextField(blank=True)
    priority = models.TextField(blank=True)
    category = models.TextField(blank=True)
    targets = models.JSONField(null=True, help_text="[{measure, detail, due}]")
    addresses = models.JSONField(null=True)
    expressed_by = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient"], name="chart_goal_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class OutsideTeam(Fact):
    """A care team named elsewhere."""

    participants = models.JSONField(null=True, help_text="[{name, role}]")

    class Meta:
        indexes = [models.Index(fields=["patient"], name="chart_team_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Coverage(Fact):
    """Insurance as a record from elsewhere states it; policies we rely on are made in coverage itself."""

    payer = models.TextField(blank=True)
    member_id = models.TextField(blank=True)
    subscriber_id = models.TextField(blank=True)
    relationship = models.TextField(blank=True)
    order = models.IntegerField(null=True, help_text="1 is asked first")
    classes = models.JSONField(null=True, help_text="[{kind, value, name}]")

    class Meta:
        indexes = [models.Index(fields=["patient"], name="chart_coverage_patient")]
