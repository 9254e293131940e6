"""Patients as a list needs them; the names, identifiers, contact points and addresses that hang on them."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id


class Sourced(models.Model):
    """Base of rows that may have come from another system: which one, under what id there, recorded when."""

    source = models.CharField(max_length=80, blank=True, help_text="key of the system it came from; blank: made here")
    source_id = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Patient(models.Model):
    """A person cared for at one site. The columns here are what lists, search and the identity bar read.

    `display_name` is the name to show, `sort_name` "Family, Given"; both are kept by the actions from the names.
    Race, ethnicity, sex and gender follow US Core 6.1.0 Patient (OMB categories as CDC race and ethnicity codes).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    display_name = models.CharField(max_length=250)
    sort_name = models.CharField(max_length=250)
    preferred_name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True)
    birth_date_precision = models.CharField(max_length=5, default="day", help_text="day, month or year")
    mrn = models.CharField(max_length=60, blank=True)
    gender = models.CharField(max_length=20, blank=True, help_text="FHIR administrative gender")
    birth_sex = models.CharField(max_length=20, blank=True, help_text="US Core birth sex: F, M, ASKU, OTH, UNK")
    sex = models.CharField(max_length=30, blank=True, help_text="US Core sex, SNOMED CT code")
    gender_identity = models.CharField(max_length=60, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    race_categories = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    race_detailed = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    race_text = models.CharField(max_length=120, blank=True)
    ethnicity_category = models.CharField(max_length=10, blank=True)
    ethnicity_detailed = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    ethnicity_text = models.CharField(max_length=120, blank=True)
    tribal_affiliation = models.CharField(max_length=120, blank=True)
    marital_status = models.CharField(max_length=20, blank=True, help_text="HL7 v3 MaritalStatus code")
    language = models.CharField(max_length=20, blank=True, help_text="preferred language, BCP 47")
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text="all spoken, BCP 47")
    interpreter_needed = models.BooleanField(null=True)
    phone = models.CharField(max_length=32, blank=True, help_text="E.164 of the first phone to try")
    code_status = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    deceased_at = models.DateTimeField(null=True)
    deceased = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged_from", db_index=False
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["site", "sort_name", "id"], name="people_patient_site_sort"),
            models.Index(fields=["site", "birth_date"], name="people_patient_birth"),
            models.Index(fields=["site", "mrn"], name="people_patient_mrn"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="people_patient_merged"),
        ]

    def __str__(self) -> str:
        return self.display_name


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class PatientName(Sourced):
    """One name a patient is or was known by."""

    class Use(models.TextChoices):
        OFFICIAL = "official", "legal name"
        USUAL = "usual", "usual name"
        PREFERRED = "preferred", "preferred name"
        FORMER = "old", "former name"
        MAIDEN = "maiden", "maiden name"
        NICKNAME = "nickname", "nickname"
        TEMPORARY = "temp", "temporary name"
        ANONYMOUS = "anonymous", "alias"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="names", db_index=False)
    use = models.CharField(max_length=20, choices=Use.choices, default=Use.OFFICIAL)
    prefix = models.CharField(max_length=60, blank=True)
    given = models.CharField(max_length=120, blank=True)
    middle = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=160, blank=True)
    suffix = models.CharField(max_length=60, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient"], name="people_name_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class PatientIdentifier(Sourced):
    """One number a patient is known by, and who gave it."""

    class Kind(models.TextChoices):
        MRN = "mrn", "medical record number"
        MEMBER = "member", "member id"
        MEDICARE = "medicare", "Medicare number"
        MEDICAID = "medicaid", "Medicaid number"
        SSN_LAST4 = "ssn4", "last four digits of the Social Security number"
        DRIVER = "driver", "driver's licence"
        PASSPORT = "passport", "passport"
        OTHER = "other", "other number"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="identifiers", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    system = models.CharField(max_length=200, blank=True, help_text="URI of the numbering")
    value = models.CharField(max_length=120)
    assigner = models.CharField(max_length=200, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient"], name="people_ident_patient"),
            models.Index(fields=["site", "value"], name="people_ident_value"),
        ]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class ContactPoint(Sourced):
    """A phone, e-mail or fax of the patient, or of a contact person of hers, and what it may be used for."""

    class System(models.TextChoices):
        PHONE = "phone", "phone"
        EMAIL = "email", "e-mail"
        FAX = "fax", "fax"
        OTHER = "other", "other"

    class Kind(models.TextChoices):
        HOME = "home", "home"
        MOBILE = "mobile", "mobile"
        WORK = "work", "work"
        OTHER = "other", "other"
        OLD = "old", "no longer in use"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="contact_points", db_index=False)
    person = models.ForeignKey(
        "people.ContactPerson", null=True, on_delete=models.CASCADE, related_name="contact_points"
    )
    system = models.CharField(max_length=10, choices=System.choices, default=System.PHONE)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HOME)
    value = models.CharField(max_length=254, help_text="E.164 for phones that can be read as one; else as given")
    extension = models.CharField(max_length=12, blank=True)
    rank = models.PositiveSmallIntegerField(default=1, help_text="1 is tried first")
    ok_to_voicemail = models.BooleanField(null=True)
    ok_to_text = models.BooleanField(null=True)
    best_times = models.CharField(max_length=120, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "system", "rank"], name="people_point_patient")]


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Address(Sourced):
    """Where the patient lives, lived, stays for now, or receives letters."""

    class Use(models.TextChoices):
        HOME = "home", "home"
        TEMPORARY = "temp", "staying for now"
        MAILING = "mailing", "letters go here"
        WORK = "work", "work"
        OLD = "old", "former"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="addresses", db_index=False)
    use = models.CharField(max_length=10, choices=Use.choices, default=Use.HOME)
    lines = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    city = models.CharField(max_length=120, blank=True)
    district = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=40, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient"], name="people_address_patient")]


class PatientSource(models.Model):
    """Under which id another system knows the patient, and a digest of what it last said of her.

    Taking in the same words again changes nothing; after a merge the link follows the surviving record.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="sources", db_index=False)
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    said = models.JSONField(default=dict, help_text="the facts it last stated, told from later edits here by this")
    taken_in_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "source_id"], condition=~Q(source_id=""), name="people_source_once"
            )
        ]
        indexes = [models.Index(fields=["patient"], name="people_source_patient")]
