"""Patients as a list needs them; names, identifiers, phones and addresses hang on them."""

from django.db import models

from throughline.foundation.access.models import Site
from throughline.foundation.kernel.identity import new_id


class Patient(models.Model):
    """A person cared for at one site. The columns here are what lists, search and the identity bar read.

    `display_name` is the name to show, `sort_name` "Family, Given"; both are kept by the actions from the names.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    display_name = models.CharField(max_length=250)
    sort_name = models.CharField(max_length=250)
    preferred_name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True)
    birth_date_precision = models.CharField(max_length=5, default="day")
    mrn = models.CharField(max_length=60, blank=True)
    gender = models.CharField(max_length=20, blank=True, help_text="FHIR administrative gender")
    birth_sex = models.CharField(max_length=20, blank=True)
    gender_identity = models.CharField(max_length=60, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=20, blank=True, help_text="BCP 47")
    interpreter_needed = models.BooleanField(null=True)
    phone = models.CharField(max_length=32, blank=True, help_text="E.164 of the first phone to try")
    code_status = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    deceased_at = models.DateTimeField(null=True)
    deceased = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["site", "sort_name", "id"], name="people_patient_site_sort"),
            models.Index(fields=["site", "birth_date"], name="people_patient_birth"),
            models.Index(fields=["site", "mrn"], name="people_patient_mrn"),
        ]

    def __str__(self) -> str:
        return self.display_name
