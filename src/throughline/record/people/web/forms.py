"""Forms of people. They read what was typed; whether it can stand is for rules and actions to say."""

from datetime import date
from typing import Any

from django import forms

from throughline.record.people.records import (
    AddressIn,
    ContactPersonIn,
    ContactPointIn,
    IdentifierIn,
    NameIn,
    PersonIn,
)
from throughline.record.people.rules.dates import read_birth_date

BLANK = ("", "Not recorded")
# HL7 administrative gender; OMB race and ethnicity categories with their CDC codes, as US Core 6.1.0 binds them.
GENDERS = (BLANK, ("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown"))
BIRTH_SEXES = (
    BLANK,
    ("F", "Female"),
    ("M", "Male"),
    ("OTH", "Other"),
    ("ASKU", "Asked, not known"),
    ("UNK", "Unknown"),
)
RACES = (
    ("1002-5", "American Indian or Alaska Native"),
    ("2028-9", "Asian"),
    ("2054-5", "Black or African American"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
    ("2106-3", "White"),
)
ETHNICITIES = (BLANK, ("2135-2", "Hispanic or Latino"), ("2186-5", "Not Hispanic or Latino"))
LANGUAGES = (
    BLANK, ("en", "English"), ("es", "Spanish"), ("zh", "Chinese"), ("vi", "Vietnamese"), ("tl", "Tagalog"),
    ("ar", "Arabic"), ("fr", "French"), ("ht", "Haitian Creole"), ("ko", "Korean"), ("pl", "Polish"),
    ("pt", "Portuguese"), ("ru", "Russian"), ("so", "Somali"), ("ase", "American Sign Language"),
)  # fmt: skip
MARITAL = (BLANK, ("S", "Never married"), ("M", "Married"), ("T", "Domestic partner"), ("W", "Widowed"),
           ("D", "Divorced"), ("L", "Legally separated"))  # fmt: skip
YES_NO = (("", "Not recorded"), ("true", "Yes"), ("false", "No"))


def yes_no(value: str) -> bool | None:
    """Return True, False or None for "Yes", "No" and "Not recorded"."""
    return {"true": True, "false": False}.get(value)


class BirthDateField(forms.CharField):
    """A birth date in any common form: 03/14/1943, 14 Mar 1943, 1943-03-14."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text="03/14/1943, 14 Mar 1943 or 1943-03-14", **kwargs)
        self.today = date.max

    def clean(self, value: Any) -> Any:
        """Return the date, or None for nothing. Says which forms are read when it cannot be."""
        text = super().clean(value)
        if not text:
            return None
        found = read_birth_date(text, today=self.today)
        if found is None:
            raise forms.ValidationError("Enter a day that was, such as 03/14/1943 or 14 Mar 1943.")
        return found


class _Plain(forms.Form):
    """Base: what a browser may fill in is for the person at the keyboard, not for the patient."""

    use_required_attribute = False

    def __init__(self, *args: Any, today: date = date.max, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
            if isinstance(field, BirthDateField):
                field.today = today

    def text(self, name: str) -> str:
        """Return the cleaned text of a field, blank when it was not read."""
        return str(self.cleaned_data.get(name) or "")


class RegisterForm(_Plain):
    """What is asked when a patient is registered; only a name is required."""

    family = forms.CharField(label="Family name", max_length=160, required=False)
    given = forms.CharField(label="First name", max_length=120, required=False)
    middle = forms.CharField(label="Middle name", max_length=120, required=False)
    preferred = forms.CharField(label="Preferred name", max_length=120, required=False)
    birth_date = BirthDateField(label="Birth date", required=False)
    gender = forms.ChoiceField(label="Administrative gender", choices=GENDERS, required=False)
    pronouns = forms.CharField(label="Pronouns", max_length=40, required=False)
    phone = forms.CharField(label="Phone", max_length=40, required=False, help_text="With area code")
    phone_kind = forms.ChoiceField(
        label="Kind of phone", choices=(("mobile", "Mobile"), ("home", "Home"), ("work", "Work")), required=False
    )
    voicemail = forms.ChoiceField(label="May voicemail be left?", choices=YES_NO, required=False)
    texting = forms.ChoiceField(label="May texts be sent?", choices=YES_NO, required=False)
    language = forms.ChoiceField(label="Preferred language", choices=LANGUAGES, required=False)
    interpreter = forms.ChoiceField(label="Interpreter needed", choices=YES_NO, required=False)
    mrn = forms.CharField(label="Medical record number", max_length=60, required=False)
    member = forms.CharField(label="Member ID", max_length=60, required=False)
    street = forms.CharField(label="Street", max_length=200, required=False)
    city = forms.CharField(label="City", max_length=120, required=False)
    state = forms.CharField(label="State", max_length=2, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=10, required=False)
    contact_name = forms.CharField(label="Contact person", max_length=200, required=False)
    contact_relationship = forms.CharField(label="Relationship", max_length=80, required=False)
    contact_phone = forms.CharField(label="Contact person's phone", max_length=40, required=False)

    def person(self) -> PersonIn:
        """Return what was typed, as far as it could be read, as a person's statement."""
        said = self.text
        preferred = (NameIn(given=said("preferred"), use="preferred"),) if said("preferred") else ()
        numbers = (IdentifierIn(said("mrn"), "mrn"), IdentifierIn(said("member"), "member"))
        return PersonIn(
            names=(NameIn(said("family"), said("given"), said("middle")), *preferred),
            identifiers=tuple(number for number in numbers if number.value),
            contact_points=self._phones(),
            addresses=self._addresses(),
            contact_persons=self._contacts(),
            birth_date=self.cleaned_data.get("birth_date"),
            gender=said("gender"),
            pronouns=said("pronouns"),
            language=said("language"),
            interpreter_needed=yes_no(said("interpreter")),
        )

    def _phones(self) -> tuple[ContactPointIn, ...]:
        if not self.text("phone"):
            return ()
        voicemail, texting = yes_no(self.text("voicemail")), yes_no(self.text("texting"))
        kind = self.text("phone_kind") or "mobile"
        return (ContactPointIn(self.text("phone"), kind=kind, ok_to_voicemail=voicemail, ok_to_text=texting),)

    def _addresses(self) -> tuple[AddressIn, ...]:
        street = (self.text("street"),) if self.text("street") else ()
        made = AddressIn(street, self.text("city"), state=self.text("state"), postal_code=self.text("postal_code"))
        return (made,) if made != AddressIn() else ()

    def _contacts(self) -> tuple[ContactPersonIn, ...]:
        if not self.text("contact_name"):
            return ()
        phones = (ContactPointIn(self.text("contact_phone")),) if self.text("contact_phone") else ()
        return (ContactPersonIn(self.text("contact_name"), self.text("contact_relationship"), contact_points=phones),)


class FactsForm(_Plain):
    """Who the patient is: the facts of her own record."""

    birth_date = BirthDateField(label="Birth date", required=False)
    gender = forms.ChoiceField(label="Administrative gender", choices=GENDERS, required=False)
    birth_sex = forms.ChoiceField(label="Birth sex", choices=BIRTH_SEXES, required=False)
    gender_identity = forms.CharField(label="Gender identity", max_length=60, required=False)
    pronouns = forms.CharField(label="Pronouns", max_length=40, required=False)
    race_categories = forms.MultipleChoiceField(
        label="Race", choices=RACES, required=False, widget=forms.CheckboxSelectMultiple
    )
    ethnicity_category = forms.ChoiceField(label="Ethnicity", choices=ETHNICITIES, required=False)
    marital_status = forms.ChoiceField(label="Marital status", choices=MARITAL, required=False)
    language = forms.ChoiceField(label="Preferred language", choices=LANGUAGES, required=False)
    interpreter_needed = forms.ChoiceField(label="Interpreter needed", choices=YES_NO, required=False)
    code_status = forms.CharField(label="Code status", max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = kwargs.get("initial", {}).get("language")
        if held and held not in dict(LANGUAGES):
            self.fields["language"].choices = [*LANGUAGES, (held, held)]  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """Return every fact as typed, in the kinds the record keeps."""
        said = dict(self.cleaned_data)
        said["interpreter_needed"] = yes_no(said["interpreter_needed"])
        races = dict(RACES)
        said["race_text"] = ", ".join(races[code] for code in said["race_categories"])
        said["ethnicity_text"] = (
            dict(ETHNICITIES).get(said["ethnicity_category"], "") if said["ethnicity_category"] else ""
        )
        return said
