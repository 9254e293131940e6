"""The forms of the directory: a practitioner with where she works, an organization, another place of work."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from throughline.practice.coordination.records.providers import Entry
from throughline.record.people.actions import PlaceEntry

LANGUAGES = {
    "en": "English", "es": "Spanish", "zh": "Chinese", "vi": "Vietnamese", "tl": "Tagalog", "ar": "Arabic",
    "fr": "French", "ht": "Haitian Creole", "ko": "Korean", "pl": "Polish", "pt": "Portuguese", "ru": "Russian",
    "so": "Somali", "ase": "American Sign Language",
}  # fmt: skip
_CODES = {words.casefold(): code for code, words in LANGUAGES.items()}
HOUSE_KINDS = (
    ("", "Not recorded"), ("hospital", "Hospital"), ("clinic", "Clinic or practice"), ("home_health", "Home health"),
    ("snf", "Skilled nursing facility"), ("rehabilitation", "Rehabilitation"), ("hospice", "Hospice"),
    ("pharmacy", "Pharmacy"), ("dme", "Medical equipment"), ("behavioral", "Behavioral health"),
    ("community", "Community service"), ("payer", "Health plan"), ("government", "Government"), ("other", "Other"),
)  # fmt: skip
HOURS = "As people say it: Mon to Fri 8 to 5, Sat by appointment"


def spoken(codes: Sequence[str]) -> str:
    """Return languages in words: "English, Spanish"."""
    return ", ".join(LANGUAGES.get(code.split("-")[0], code) for code in codes)


class _Entry(forms.Form):
    """What practitioners and organizations share: NPI, numbers, e-mail."""

    npi = forms.CharField(label="NPI", max_length=14, required=False, help_text="Ten digits; the last one is checked")
    phone = forms.CharField(label="Phone", max_length=32, required=False, widget=forms.TextInput({"type": "tel"}))
    fax = forms.CharField(label="Fax", max_length=32, required=False, widget=forms.TextInput({"type": "tel"}))
    email = forms.EmailField(label="E-mail", required=False)


class PractitionerForm(_Entry):
    """A practitioner."""

    prefix = forms.CharField(label="Title", max_length=60, required=False, help_text="Dr.")
    given = forms.CharField(label="First name", max_length=120, required=False)
    family = forms.CharField(label="Family name", max_length=160)
    credentials = forms.CharField(label="Credentials", max_length=60, required=False, help_text="MD, RN, LISW")
    languages = forms.CharField(label="Speaks", max_length=200, required=False, help_text="English, Spanish")
    field_order = ("prefix", "given", "family", "credentials", "npi", "phone", "fax", "email", "languages")

    def entry(self) -> dict[str, Any]:
        """Return the columns as they were filled in."""
        said = dict(self.cleaned_data)
        words = [one.strip() for one in said["languages"].split(",") if one.strip()]
        said["languages"] = [_CODES.get(one.casefold(), one)[:20] for one in words]
        return said


class OrganizationForm(_Entry):
    """An organization."""

    name = forms.CharField(label="Name", max_length=250)
    kind = forms.CharField(label="Kind", required=False)
    street = forms.CharField(label="Street", max_length=200, required=False)
    city = forms.CharField(label="City", max_length=120, required=False)
    state = forms.CharField(label="State", max_length=40, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=20, required=False)
    hours = forms.CharField(label="Open", max_length=200, required=False, help_text=HOURS)
    field_order = ("name", "kind", "npi", "phone", "fax", "email", "street", "city", "state", "postal_code", "hours")

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        held = str((initial or {}).get("kind") or "")
        choices = [*HOUSE_KINDS, *([(held, held)] if held and held not in dict(HOUSE_KINDS) else [])]
        self.fields["kind"] = forms.ChoiceField(label="Kind", required=False, choices=choices)
        self.order_fields(self.field_order)

    def entry(self) -> dict[str, Any]:
        """Return the columns as they were filled in."""
        said = dict(self.cleaned_data)
        said["address_lines"] = [said.pop("street")]
        return said


class PlaceForm(forms.Form):
    """Where a practitioner works and as what."""

    specialty = forms.CharField(label="Specialty", max_length=120, required=False, help_text="Cardiology")
    role = forms.CharField(label="Works as", max_length=120, required=False, help_text="Primary care, planner")
    place_phone = forms.CharField(label="Phone there", max_length=32, required=False)
    place_fax = forms.CharField(label="Fax there", max_length=32, required=False)
    hours = forms.CharField(label="Is there", max_length=200, required=False, help_text=HOURS)

    def __init__(self, data: Any = None, *, houses: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["organization"] = forms.ChoiceField(
            label="Organization", required=False, choices=[("", "None, or not in the directory"), *houses]
        )
        self.order_fields(("organization", "specialty", "role", "place_phone", "place_fax", "hours"))

    def place(self) -> PlaceEntry:
        """Return the place as it was filled in."""
        said = self.cleaned_data
        return PlaceEntry(
            organization_id=UUID(said["organization"]) if said["organization"] else None,
            specialty=said["specialty"], role=said["role"], phone=said["place_phone"], fax=said["place_fax"],
            hours=said["hours"],
        )  # fmt: skip


def of_entry(entry: Entry) -> dict[str, Any]:
    """Return what the form of an entry says when it is opened."""
    return {
        "prefix": entry.prefix, "given": entry.given, "family": entry.family, "credentials": entry.credentials,
        "npi": entry.npi, "phone": _shown(entry.phone, entry.phone_shown), "fax": _shown(entry.fax, entry.fax_shown),
        "email": entry.email, "languages": spoken(entry.languages), "name": entry.name, "kind": entry.house_kind,
        "street": ", ".join(entry.address_lines), "city": entry.city, "state": entry.state,
        "postal_code": entry.postal_code, "hours": entry.hours,
    }  # fmt: skip


def _shown(kept: str, shown: str) -> str:
    """A number as people read it, where it could be read; what is no number stays as it came, so that it can stay."""
    return shown if kept.startswith("+") else kept
