"""The referral form and the screening form; what they refuse says how to mend it."""

from typing import Any

from django import forms

from throughline.practice.intake import rules
from throughline.record.cases.programmes import programmes
from throughline.record.people.records import ContactPointIn, IdentifierIn, NameIn, PersonIn

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _programmes() -> list[tuple[str, str]]:
    return [(p.key, p.title) for p in programmes().values()]


class ReferralForm(forms.Form):
    """Who is referred, by whom, why and for what."""

    family = forms.CharField(label="Family name", max_length=120)
    given = forms.CharField(label="Given name", max_length=120)
    birth_date = forms.DateField(label="Date of birth", widget=DAY)
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    mrn = forms.CharField(label="MRN, if known", max_length=60, required=False)
    language = forms.ChoiceField(
        label="Language",
        choices=[("", "Not known"), ("en", "English"), ("es", "Spanish"), ("vi", "Vietnamese"), ("ar", "Arabic")],
        required=False,
    )
    programme = forms.ChoiceField(label="Programme", choices=_programmes)
    source = forms.ChoiceField(label="Referred by", choices=list(rules.SOURCES.items()))
    source_name = forms.CharField(label="Name of the person or organization", max_length=200, required=False)
    source_phone = forms.CharField(label="Their phone", max_length=32, required=False)
    identified_on = forms.DateField(
        label="Day the patient was identified",
        widget=DAY,
        help_text="Captured once. The assessment deadlines count from this day.",
    )
    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 3}))
    urgent = forms.BooleanField(label="Urgent: look at it today", required=False)

    def person(self) -> PersonIn:
        """Return the patient as the form names her."""
        data: dict[str, Any] = self.cleaned_data
        return PersonIn(
            names=(NameIn(family=data["family"], given=data["given"]),),
            birth_date=data["birth_date"],
            language=data["language"],
            contact_points=(ContactPointIn(value=data["phone"]),) if data["phone"] else (),
            identifiers=(IdentifierIn(value=data["mrn"], kind="mrn"),) if data["mrn"] else (),
        )


class ScreeningForm(forms.Form):
    """What the record cannot tell: asked of the patient or the sender. Left open means not known."""

    lives_alone = forms.TypedChoiceField(
        label="Lives alone",
        choices=[("", "Not asked"), ("yes", "Yes"), ("no", "No")],
        coerce=lambda text: {"yes": True, "no": False}.get(text),
        empty_value=None,
        required=False,
    )
    social_needs = forms.IntegerField(
        label="Social needs that limit care (number)", min_value=0, max_value=20, required=False
    )
    active_conditions = forms.IntegerField(
        label="Long-term conditions, if the record has none", min_value=0, max_value=40, required=False
    )
    medicines = forms.IntegerField(label="Medicines taken, if not on record", min_value=0, max_value=60, required=False)
    days_since_discharge = forms.IntegerField(
        label="Days since discharge, if not on record", min_value=0, max_value=400, required=False
    )
    inpatient_stays_12_months = forms.IntegerField(
        label="Hospital stays in 12 months, if not on record", min_value=0, max_value=60, required=False
    )
    emergency_visits_6_months = forms.IntegerField(
        label="Emergency visits in 6 months, if not on record", min_value=0, max_value=60, required=False
    )


class ConsentForm(forms.Form):
    """The patient's decision, taken while she is enrolled."""

    decision = forms.ChoiceField(
        label="Consent to case management",
        choices=[("", "Not asked yet"), ("given", "Given"), ("declined", "Declined")],
        required=False,
    )
    method = forms.ChoiceField(
        label="How", choices=[("verbal", "Verbally"), ("written", "In writing"), ("electronic", "Electronically")]
    )
    given_by = forms.CharField(label="Decided by", initial="the patient", max_length=200, required=False)
    override_reason = forms.CharField(
        label="Why enrol although the criteria are not met", widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    take = forms.BooleanField(label="I take this case", required=False)
