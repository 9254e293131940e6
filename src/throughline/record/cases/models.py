"""The case, its enrolments in programmes, its consents, and every change of state with author and time."""

import pghistory
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site, Team, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models import Patient


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Case(models.Model):
    """One patient's work at one site, owned by one nurse or waiting for one."""

    class State(models.TextChoices):
        PENDING = "pending", "waiting for consent"
        ACTIVE = "active", "active"
        PAUSED = "paused", "paused"
        CLOSED = "closed", "closed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60, help_text="where the patient was identified; captured once")
    identified_on = models.DateField()
    opened_at = models.DateTimeField()
    paused_until = models.DateField(null=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=60, blank=True)
    close_summary = models.TextField(blank=True)
    acuity = models.PositiveSmallIntegerField(default=2, help_text="1 low to 4 very high")
    matters_most = models.TextField(blank=True, help_text="what matters to me, in the patient's words")
    matters_most_language = models.CharField(max_length=20, blank=True)
    matters_most_at = models.DateTimeField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "state"], name="cases_owner_state"),
            models.Index(fields=["team", "state"], name="cases_team_state"),
            models.Index(fields=["site", "state", "opened_at"], name="cases_site_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=~Q(state="closed"), name="cases_one_open_per_patient")
        ]


class CaseTransition(models.Model):
    """One change of a case's state or owner: what, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=30)
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="cases_transition_case")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Enrolment(models.Model):
    """The case's place in one programme, with the version of the programme that admitted it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="enrolments")
    programme = models.CharField(max_length=60)
    programme_version = models.CharField(max_length=20)
    mode = models.CharField(max_length=20, help_text="coordinate or carry-out")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=60, blank=True)
    screening = models.JSONField(default=dict, help_text="criteria met and not met, as explained when enrolled")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "programme"], condition=Q(until__isnull=True), name="cases_enrolled_once"
            )
        ]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Consent(models.Model):
    """What the patient agreed to or declined, how, to whom, and when it was withdrawn."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="consents")
    scope = models.CharField(max_length=60, help_text="case-management, part-2, share:<whom>")
    decision = models.CharField(max_length=20, choices=[("given", "given"), ("declined", "declined")])
    method = models.CharField(max_length=20, help_text="verbal, written, electronic")
    given_by = models.CharField(max_length=200, help_text="the patient, or who decided for her and as what")
    taken_by_id = models.UUIDField(null=True)
    taken_by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    limits = models.TextField(blank=True)
    expires_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "scope", "at"], name="cases_consent_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class CaseNote(models.Model):
    """What somebody wrote about the case. Corrections are further notes, never changes; one taken back is marked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="case_notes")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="cases_note_patient")]
