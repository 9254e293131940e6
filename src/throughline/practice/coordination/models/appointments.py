"""Appointments with every step they took, the free times providers publish, and the addresses of private feeds."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site, User
from throughline.foundation.kernel.identity import new_id
from throughline.record.cases.models import Case
from throughline.record.people.models import Organization, Patient, Practitioner

LIVE = Q(state__in=["proposed", "booked", "moved"])


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Appointment(models.Model):
    """One meeting of the patient with somebody, at a place and a time, and how it ended.

    `with_user` is a colleague of the team; otherwise a practitioner or organization of the directory, or just a name.
    `sequence` counts what calendars elsewhere must be told (RFC 5545 SEQUENCE).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        BOOKED = "booked", "booked"
        MOVED = "moved", "moved"
        KEPT = "kept", "kept"
        MISSED = "missed", "missed"
        CANCELLED = "cancelled", "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey("assessment.Need", null=True, on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=20)
    what = models.CharField(max_length=200)
    with_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=250, help_text="the name shown, also of one of no directory")
    place = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=60, help_text="the patient's, in which the time is told")
    transport = models.CharField(max_length=20, blank=True)
    transport_at = models.DateTimeField(null=True, help_text="when she is picked up")
    transport_note = models.CharField(max_length=200, blank=True)
    interpreter = models.CharField(max_length=20, blank=True)
    bring = models.TextField(blank=True)
    owner = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="who sees to it where that is not the owner of the case",
    )  # fmt: skip
    state = models.CharField(max_length=20, choices=State.choices, default=State.BOOKED)
    cancelled_by = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    created_by_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "starts_at"], name="coord_appt_patient"),
            models.Index(fields=["site", "starts_at"], name="coord_appt_site"),
            models.Index(fields=["with_user", "starts_at"], condition=LIVE, name="coord_appt_colleague"),
            models.Index(fields=["ends_at"], condition=LIVE, name="coord_appt_open"),
        ]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="coord_appt_span")]


class AppointmentTransition(models.Model):
    """One step of an appointment: what, when, by whom, why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=20)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["appointment", "at"], name="coord_appt_step")]
        triggers = [pgtrigger.Protect(name="step_is_kept", operation=pgtrigger.Update)]


class Schedule(models.Model):
    """Whose times a system publishes, where and what for (FHIR Schedule)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.SET_NULL, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=250, blank=True, help_text="as the system names whose times they are")
    place = models.CharField(max_length=300, blank=True)
    service = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=120)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "source", "source_id"], name="coord_schedule_once")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Slot(models.Model):
    """A time a provider publishes as free (FHIR Slot of a Schedule), until somebody takes it or it is withdrawn."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.CASCADE, related_name="slots")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    service = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    taken_by = models.ForeignKey(Appointment, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, help_text="when an import no longer offered it")
    withdrawn_why = models.CharField(max_length=20, blank=True, help_text="gone, busy, error")
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=120)
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["site", "starts_at"], condition=Q(taken_by__isnull=True), name="coord_slot_free"),
            models.Index(fields=["schedule", "updated_at"], name="coord_slot_schedule"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["site", "source", "source_id"], name="coord_slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="coord_slot_span"),
        ]


class CalendarFeed(models.Model):
    """The private address under which a colleague's own calendar program reads her appointments, until revoked.

    Only a hash of the secret is kept. It belongs to a colleague and names no patient, so no site's wall holds it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at__isnull=True), name="coord_feed_once")
        ]
