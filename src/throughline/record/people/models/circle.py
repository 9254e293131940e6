"""The people and organizations around patients: contact persons, practitioners, organizations, and who is named."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models.patients import Patient, Sourced


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class ContactPerson(Sourced):
    """Someone in the patient's life: who she is to her, what she may decide, and what she may be told.

    What a person may decide and what she may be told are separate (45 CFR 164.502(g), 164.510(b)).
    """

    class Authority(models.TextChoices):
        NONE = "none", "no legal authority"
        HCPOA = "hcpoa", "health care power of attorney"
        GUARDIAN = "guardian", "court-appointed guardian"
        CONSERVATOR = "conservator", "conservator"
        PARENT = "parent", "parent of a minor"
        SURROGATE = "surrogate", "surrogate by state law"
        POA_FINANCE = "poa_finance", "power of attorney for finances"
        PAYEE = "payee", "representative payee"

    class Topic(models.TextChoices):
        APPOINTMENTS = "appointments", "appointments"
        PLAN = "plan", "care plan"
        MEDICINES = "medicines", "medicines"
        CONDITIONS = "conditions", "conditions and results"
        INSURANCE = "insurance", "insurance and bills"
        SENSITIVE = "sensitive", "specially protected topics"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="contact_persons", db_index=False)
    name = models.CharField(max_length=200)
    relationship = models.CharField(max_length=80, blank=True, help_text="daughter, neighbour")
    relationship_code = models.CharField(max_length=40, blank=True, help_text="HL7 v3 RoleCode")
    authority = models.CharField(max_length=20, choices=Authority.choices, default=Authority.NONE)
    authority_document = models.CharField(max_length=200, blank=True, help_text="where the paper is, seen on")
    emergency = models.BooleanField(default=False)
    caregiver = models.BooleanField(default=False)
    lives_with = models.BooleanField(null=True)
    may_be_told = ArrayField(models.CharField(max_length=20, choices=Topic.choices), default=list, blank=True)
    note = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=20, blank=True, help_text="BCP 47")
    rank = models.PositiveSmallIntegerField(default=1)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "rank"], name="people_person_patient")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Organization(Sourced):
    """A hospital, practice, agency, facility or payer that a site works with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=30, blank=True, help_text="hospital, clinic, snf, home_health, payer …")
    npi = models.CharField(max_length=10, blank=True, help_text="National Provider Identifier, type 2")
    phone = models.CharField(max_length=32, blank=True)
    fax = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    address_lines = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    hours = models.CharField(max_length=200, blank=True, help_text="when it is open, as people say it")
    active = models.BooleanField(default=True)
    digest = models.CharField(max_length=64, blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    kept_here = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, help_text="columns edited here: imports leave them"
    )

    class Meta:
        indexes = [
            models.Index(fields=["site", "name"], name="people_org_name"),
            models.Index(fields=["site", "npi"], condition=~Q(npi=""), name="people_org_npi"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "source_id"], condition=~Q(source_id=""), name="people_org_source_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Practitioner(Sourced):
    """A clinician or other professional who cares for the site's patients, inside or outside the house."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    display_name = models.CharField(max_length=250)
    sort_name = models.CharField(max_length=250)
    prefix = models.CharField(max_length=60, blank=True)
    given = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=160, blank=True)
    credentials = models.CharField(max_length=60, blank=True, help_text="MD, RN, LCSW")
    npi = models.CharField(max_length=10, blank=True, help_text="National Provider Identifier, type 1")
    gender = models.CharField(max_length=20, blank=True)
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    fax = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    active = models.BooleanField(default=True)
    digest = models.CharField(max_length=64, blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    kept_here = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, help_text="columns edited here: imports leave them"
    )

    class Meta:
        indexes = [
            models.Index(fields=["site", "sort_name"], name="people_pract_sort"),
            models.Index(fields=["site", "npi"], condition=~Q(npi=""), name="people_pract_npi"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "source_id"], condition=~Q(source_id=""), name="people_pract_source_once"
            )
        ]

    def __str__(self) -> str:
        return self.display_name


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class PractitionerRole(Sourced):
    """What a practitioner does at an organization, from when until when, and how to reach her there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="roles")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=120, blank=True)
    role_code = models.CharField(max_length=60, blank=True, help_text="NUCC or SNOMED CT code")
    specialty = models.CharField(max_length=120, blank=True)
    specialty_code = models.CharField(max_length=60, blank=True, help_text="NUCC provider taxonomy code")
    phone = models.CharField(max_length=32, blank=True)
    fax = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    hours = models.CharField(max_length=200, blank=True, help_text="when she is there, as people say it")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["practitioner"], name="people_role_pract"),
            models.Index(fields=["organization"], name="people_role_org"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "source_id"], condition=~Q(source_id=""), name="people_role_source_once"
            )
        ]


class NamedProvider(Sourced):
    """Whom a record received names as the patient's general practitioner, or as the organization that keeps her record.

    FHIR Patient.generalPractitioner and managingOrganization: a statement of its source, confirmed by nobody here. What
    it points to (`target_type`, `target_id` at the source, or an NPI) may come in a later file: then it is linked.
    """

    class Kind(models.TextChoices):
        GENERAL = "general", "general practitioner"
        MANAGING = "managing", "keeps the record"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="named_providers", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=250, blank=True, help_text="as the record says it")
    npi = models.CharField(max_length=10, blank=True)
    target_type = models.CharField(max_length=40, blank=True)
    target_id = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient"], name="people_named_patient"),
            models.Index(
                fields=["site", "source", "target_id"],
                condition=Q(practitioner=None, organization=None),
                name="people_named_open",
            ),
        ]
