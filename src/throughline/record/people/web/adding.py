"""The small forms that add one thing to a patient's particulars, each with the action it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from throughline.record.people import actions
from throughline.record.people.records import AddressIn, ContactPersonIn, ContactPointIn, IdentifierIn, NameIn
from throughline.record.people.web.forms import YES_NO, _Plain, yes_no

NAME_USES = (
    ("official", "Legal name"), ("preferred", "Preferred name"), ("nickname", "Nickname"), ("old", "Former name"),
    ("maiden", "Maiden name"),
)  # fmt: skip
AUTHORITIES = (
    ("none", "No legal authority"), ("hcpoa", "Health care power of attorney"), ("guardian", "Guardian"),
    ("conservator", "Conservator"), ("parent", "Parent of a minor"), ("surrogate", "Surrogate by state law"),
    ("poa_finance", "Power of attorney for finances"), ("payee", "Representative payee"),
)  # fmt: skip
TOPICS = (
    ("appointments", "Appointments"), ("plan", "Care plan"), ("medicines", "Medicines"),
    ("conditions", "Conditions and results"), ("insurance", "Insurance and bills"),
    ("sensitive", "Specially protected topics"),
)  # fmt: skip


class NameForm(_Plain):
    """A name."""

    use = forms.ChoiceField(label="Kind of name", choices=NAME_USES)
    given = forms.CharField(label="First name", max_length=120, required=False)
    middle = forms.CharField(label="Middle name", max_length=120, required=False)
    family = forms.CharField(label="Family name", max_length=160, required=False)

    def act(self, **who: Any) -> None:
        """Add it."""
        said = self.cleaned_data
        actions.add_name(name=NameIn(said["family"], said["given"], said["middle"], use=said["use"]), **who)


class PhoneForm(_Plain):
    """A phone, e-mail or fax."""

    system = forms.ChoiceField(label="What", choices=(("phone", "Phone"), ("email", "E-mail"), ("fax", "Fax")))
    value = forms.CharField(label="Number or address", max_length=254)
    kind = forms.ChoiceField(label="Where", choices=(("mobile", "Mobile"), ("home", "Home"), ("work", "Work")))
    rank = forms.IntegerField(label="Try as", min_value=1, max_value=9, initial=1, help_text="1 is tried first")
    voicemail = forms.ChoiceField(label="May voicemail be left?", choices=YES_NO, required=False)
    texting = forms.ChoiceField(label="May texts be sent?", choices=YES_NO, required=False)
    best_times = forms.CharField(label="Best times", max_length=120, required=False)

    def act(self, **who: Any) -> None:
        """Add it."""
        said = self.cleaned_data
        point = ContactPointIn(
            said["value"],
            said["system"],
            said["kind"],
            said["rank"],
            yes_no(said["voicemail"]),
            yes_no(said["texting"]),
            said["best_times"],
        )
        actions.add_contact_point(point=point, **who)


class AddressForm(_Plain):
    """An address."""

    use = forms.ChoiceField(
        label="What for", choices=(("home", "Home"), ("temp", "Staying for now"), ("mailing", "Letters go here"))
    )
    street = forms.CharField(label="Street", max_length=200, required=False)
    city = forms.CharField(label="City", max_length=120, required=False)
    state = forms.CharField(label="State", max_length=2, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=10, required=False)

    def act(self, **who: Any) -> None:
        """Add it."""
        said = self.cleaned_data
        street = (said["street"],) if said["street"] else ()
        made = AddressIn(street, said["city"], state=said["state"], postal_code=said["postal_code"], use=said["use"])
        actions.add_address(address=made, **who)


class NumberForm(_Plain):
    """A number she is known by."""

    kind = forms.ChoiceField(
        label="Kind of number",
        choices=(
            ("mrn", "Medical record number"),
            ("member", "Member ID"),
            ("medicare", "Medicare number"),
            ("medicaid", "Medicaid number"),
            ("ssn4", "Last four digits of the Social Security number"),
            ("other", "Other"),
        ),
    )
    value = forms.CharField(label="Number", max_length=60)
    assigner = forms.CharField(label="Given by", max_length=200, required=False)

    def act(self, **who: Any) -> None:
        """Add it."""
        said = self.cleaned_data
        actions.add_identifier(identifier=IdentifierIn(said["value"], said["kind"], assigner=said["assigner"]), **who)


class PersonForm(_Plain):
    """Someone in her life."""

    name = forms.CharField(label="Name", max_length=200)
    relationship = forms.CharField(label="Relationship", max_length=80, required=False, help_text="daughter, neighbour")
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    authority = forms.ChoiceField(label="May decide as", choices=AUTHORITIES)
    document = forms.CharField(label="Paper seen", max_length=200, required=False, help_text="What, and on which day")
    may_be_told = forms.MultipleChoiceField(
        label="May be told about", choices=TOPICS, required=False, widget=forms.CheckboxSelectMultiple
    )
    emergency = forms.BooleanField(label="Call in an emergency", required=False)
    caregiver = forms.BooleanField(label="Helps with care", required=False)

    def act(self, **who: Any) -> None:
        """Add her."""
        said = self.cleaned_data
        person = ContactPersonIn(
            said["name"],
            said["relationship"],
            authority=said["authority"],
            authority_document=said["document"],
            emergency=said["emergency"],
            caregiver=said["caregiver"],
            may_be_told=tuple(said["may_be_told"]),
            contact_points=(ContactPointIn(said["phone"]),) if said["phone"] else (),
        )
        actions.add_contact_person(person=person, **who)


@dataclass(frozen=True, slots=True)
class Addition:
    """One kind of thing that can be added: its form, the words around it, and how it is ended."""

    form: Callable[..., Any]
    title: str
    button: str
    what: str
    held: str
    empty: str


ADDITIONS = {
    "name": Addition(NameForm, "Names", "Add a name", "name", "names", "No name recorded."),
    "phone": Addition(
        PhoneForm, "Phones and e-mail", "Add a phone or e-mail", "contact point", "contact_points", "No phone recorded."
    ),
    "address": Addition(AddressForm, "Addresses", "Add an address", "address", "addresses", "No address recorded."),
    "number": Addition(NumberForm, "Numbers", "Add a number", "identifier", "identifiers", "No number recorded."),
    "person": Addition(
        PersonForm,
        "Contact persons",
        "Add a contact person",
        "contact person",
        "contact_persons",
        "Nobody recorded yet.",
    ),
}
