"""What is known of the patient's health. One row is one fact, with its source and its times.

Observations are the many: 500 a patient at a million patients. Hence no key that the database does not need
(docs/adr/0007-chart-storage.md), and one index that answers series, latest values and the whole chart.
"""

import pghistory
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models import Patient


class Fact(models.Model):
    """Base of every fact of the chart.

    A fact read from a received resource has that resource's `id`. `source` is the key of the system it came from
    ("" when recorded here). Times known only to the day, month or year stand at 00:00 UTC of their first day, and
    `effective_precision` says so. `codings` holds every coding when there are more than the chief one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.TextField(blank=True)
    received_at = models.DateTimeField(help_text="when it reached us")
    encounter_id = models.UUIDField(null=True, help_text="the encounter it belongs to")
    recorded_at = models.DateTimeField(null=True, help_text="when its source put it on record")
    author = models.TextField(blank=True, help_text="who recorded, ordered or performed it")
    status = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    display = models.TextField(blank=True)
    codings = models.JSONField(null=True)
    effective_at = models.DateTimeField(null=True)
    effective_until = models.DateTimeField(null=True)
    effective_precision = models.CharField(max_length=6, blank=True, help_text="year, month, day or second")
    note = models.TextField(blank=True)

    class Meta:
        abstract = True


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Condition(Fact):
    """A problem, diagnosis or concern. `status` is the clinical status."""

    verification = models.TextField(blank=True)
    category = models.TextField(blank=True, help_text="problem-list-item, encounter-diagnosis, health-concern …")
    severity = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-effective_at"], name="chart_condition_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Medication(Fact):
    """A medicine ordered, stated as taken, dispensed or given."""

    kind = models.TextField(help_text="request, statement, dispense or administration")
    intent = models.TextField(blank=True)
    category = models.TextField(blank=True)
    dosage = models.TextField(blank=True, help_text="how it is to be taken, in words")
    as_needed = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    do_not_perform = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["patient", "-effective_at"], name="chart_medication_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Allergy(Fact):
    """An allergy or intolerance. `status` is the clinical status."""

    verification = models.TextField(blank=True)
    kind = models.TextField(blank=True, help_text="allergy or intolerance")
    category = models.TextField(blank=True, help_text="food, medication, environment, biologic")
    criticality = models.TextField(blank=True)
    reactions = models.TextField(blank=True, help_text="manifestations and severity, in words")

    class Meta:
        indexes = [models.Index(fields=["patient"], name="chart_allergy_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Encounter(Fact):
    """A visit or a stay; `is_stay` when the patient lies in a bed overnight or is observed."""

    class_code = models.TextField(blank=True, help_text="HL7 v3 ActCode: AMB, EMER, IMP …")
    is_stay = models.BooleanField(default=False)
    location = models.TextField(blank=True)
    provider = models.TextField(blank=True, help_text="the organization that answers for it")
    reason = models.TextField(blank=True)
    admit_source = models.TextField(blank=True)
    discharge_disposition = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-effective_at"], name="chart_encounter_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Procedure(Fact):
    """Something done to or for the patient."""

    category = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    body_site = models.TextField(blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-effective_at"], name="chart_procedure_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Immunization(Fact):
    """A vaccine given, or not given and why."""

    lot_number = models.TextField(blank=True)
    reason_not_given = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient"], name="chart_immunization_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Observation(Fact):
    """A measurement or finding: one value of a kind, or components (the two of a blood pressure).

    `unit` is UCUM when `unit_system` was; numbers are as received, the digits as typed stay in the received bytes.
    """

    category = models.TextField(blank=True, help_text="vital-signs, laboratory, survey, social-history …")
    value_number = models.FloatField(null=True)
    comparator = models.CharField(max_length=2, blank=True)
    unit = models.TextField(blank=True, help_text="UCUM code, else the unit as written")
    value_code = models.TextField(blank=True)
    value_code_system = models.TextField(blank=True)
    value_text = models.TextField(blank=True)
    components = models.JSONField(null=True)
    interpretation = models.TextField(blank=True, help_text="HL7 v3 ObservationInterpretation: H, L, N …")
    range_low = models.FloatField(null=True)
    range_high = models.FloatField(null=True)
    range_text = models.TextField(blank=True)
    absent_reason = models.TextField(blank=True)
    recorded_by_id = models.UUIDField(null=True, help_text="the colleague who recorded it here")

    class Meta:
        indexes = [
            models.Index(fields=["patient", "code", "-effective_at"], name="chart_observation_series"),
            BrinIndex(fields=["received_at"], name="chart_observation_received"),
        ]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Report(Fact):
    """A diagnostic report: what it is about, its conclusion, and the observations it gathers."""

    category = models.TextField(blank=True)
    conclusion = models.TextField(blank=True)
    results = models.JSONField(null=True, help_text="identifiers of the observations it gathers")

    class Meta:
        indexes = [models.Index(fields=["patient", "-effective_at"], name="chart_report_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Note(Fact):
    """A document: what kind, whose, how large. Its words stay in the received bytes and are read from there."""

    category = models.TextField(blank=True)
    title = models.TextField(blank=True)
    content_type = models.TextField(blank=True)
    size = models.IntegerField(null=True, help_text="bytes of the document when it came inside the record")
    address = models.TextField(blank=True, help_text="where the document lies when it did not come with the record")

    class Meta:
        indexes = [models.Index(fields=["patient", "-effective_at"], name="chart_note_patient")]
