"""Changing particulars: fields merge, the same field is refused with both, ended things stay findable."""

from datetime import date, timedelta

import pytest

from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.record.people.actions import (
    ChangedMeanwhile,
    UnableToChange,
    add_address,
    add_contact_person,
    add_contact_point,
    add_identifier,
    change_particulars,
    end_particular,
    mark_deceased,
    register_patient,
    take_back_death,
    take_in_organizations,
    take_in_practitioners,
    take_in_roles,
)
from throughline.record.people.models import (
    Address,
    ContactPoint,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    SearchToken,
)
from throughline.record.people.queries import particulars, search_patients
from throughline.record.people.records import (
    AddressIn,
    ContactPersonIn,
    ContactPointIn,
    IdentifierIn,
    OrganizationIn,
    PractitionerIn,
    RoleIn,
)
from throughline.record.people.tests.factories import AT, actor, person, site, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def her():
    by = actor()
    return register_patient(site_id=site().id, person=person(phone="5552014477", mrn="1"), by=by, at=AT), by


def test_different_fields_merge_and_the_same_field_is_refused_with_theirs(her):
    key, by = her
    shown = {"pronouns": "", "language": ""}
    change_particulars(patient_id=key, changes={"pronouns": "she/her"}, shown=shown, by=by, at=AT)
    change_particulars(patient_id=key, changes={"language": "es"}, shown=shown, by=by, at=AT)
    with pytest.raises(ChangedMeanwhile) as refusal:
        change_particulars(patient_id=key, changes={"language": "pt"}, shown=shown, by=by, at=AT)
    assert refusal.value.theirs == {"language": "es"}
    patient = Patient.objects.get(pk=key)
    assert (patient.pronouns, patient.language, patient.version) == ("she/her", "es", 3)


def test_a_new_birth_date_is_found_and_the_old_is_not(her):
    key, by = her
    change_particulars(patient_id=key, changes={"birth_date": date(1950, 6, 1)}, shown={}, by=by, at=AT)
    assert search_patients(viewer(), "ibarra 1950").matches
    assert not search_patients(viewer(), "ibarra 1943").matches
    with pytest.raises(UnableToChange, match="not after today"):
        change_particulars(patient_id=key, changes={"birth_date": date(2030, 1, 1)}, shown={}, by=by, at=AT)


def test_saving_nothing_new_tells_no_story(her):
    key, by = her
    change_particulars(patient_id=key, changes={"pronouns": ""}, shown={}, by=by, at=AT)
    assert not JournalEntry.objects.filter(kind="people.particulars-changed").exists()


def test_an_auditor_changes_nothing(her):
    with pytest.raises(NotPermitted):
        change_particulars(patient_id=her[0], changes={"pronouns": "x"}, shown={}, by=actor("auditor"), at=AT)


def test_an_ended_phone_is_not_called_but_still_finds_her(her):
    key, by = her
    add_contact_point(patient_id=key, point=ContactPointIn("(555) 201-9000", kind="mobile", rank=2), by=by, at=AT)
    old = ContactPoint.objects.get(patient_id=key, value="+15552014477")
    end_particular(patient_id=key, what="contact point", row_id=old.id, until=AT.date(), by=by, at=AT)
    assert Patient.objects.get(pk=key).phone == "+15552019000"
    assert search_patients(viewer(), "201-4477").matches
    with pytest.raises(NotFound):
        end_particular(patient_id=key, what="contact point", row_id=old.id, until=AT.date(), by=by, at=AT)


@pytest.mark.parametrize(
    ("point", "says"),
    [(ContactPointIn("12"), "area code"), (ContactPointIn("nobody", system="email"), "e-mail address")],
)
def test_unreadable_contact_points_are_refused(her, point, says):
    with pytest.raises(UnableToChange, match=says):
        add_contact_point(patient_id=her[0], point=point, by=her[1], at=AT)


def test_a_new_home_ends_the_one_before(her):
    key, by = her
    add_address(patient_id=key, address=AddressIn(("1 Elm St",), "Dover"), by=by, at=AT)
    add_address(patient_id=key, address=AddressIn(("2 Oak St",), "Dover"), by=by, at=AT)
    assert Address.objects.get(patient_id=key, until=None).lines == ["2 Oak St"]
    assert Address.objects.get(patient_id=key, use="old").until == AT.date()


def test_a_contact_persons_phone_finds_the_patient(her):
    key, by = her
    daughter = ContactPersonIn(
        "Ana Ruiz",
        "daughter",
        authority="hcpoa",
        may_be_told=("appointments",),
        contact_points=(ContactPointIn("5552011111"),),
    )
    add_contact_person(patient_id=key, person=daughter, by=by, at=AT)
    assert search_patients(viewer(), "555-201-1111").matches[0].patient_id == key
    assert Patient.objects.get(pk=key).phone == "+15552014477"


def test_what_a_relationship_says_of_a_contact_person_is_not_said_again(her):
    key, by = her
    words = "daughter; health care power of attorney; emergency contact"
    daughter = ContactPersonIn("Ana Ruiz", words, authority="hcpoa", emergency=True)
    add_contact_person(patient_id=key, person=daughter, by=by, at=AT)
    (shown,) = particulars(viewer(), key).contact_persons
    assert shown.kind == words
    assert shown.note == "nothing may be told yet"


def test_a_record_number_of_another_is_refused(her):
    key, by = her
    other = register_patient(site_id=site().id, person=person("Roe", "Zoe"), by=by, at=AT)
    with pytest.raises(UnableToChange, match="already belongs to Consuelo Ibarra"):
        add_identifier(patient_id=other, identifier=IdentifierIn("1", "mrn"), by=by, at=AT)
    add_identifier(patient_id=key, identifier=IdentifierIn("M-7", "member"), by=by, at=AT)
    assert SearchToken.objects.filter(patient_id=key, kind="I", token="M7").exists()


def test_a_death_is_told_once_and_never_ahead(her):
    key, by = her
    with pytest.raises(UnableToChange, match="not after today"):
        mark_deceased(patient_id=key, died_at=AT + timedelta(days=1), by=by, at=AT)
    mark_deceased(patient_id=key, died_at=AT, by=by, at=AT)
    assert JournalEntry.objects.get(kind="people.patient-died").sentence == "Died on 03/02/2026"
    with pytest.raises(UnableToChange, match="already"):
        mark_deceased(patient_id=key, died_at=AT, by=by, at=AT)


def test_a_death_is_not_before_birth_and_is_taken_back_with_a_reason(her):
    key, by = her
    Patient.objects.filter(pk=key).update(birth_date=AT.date() - timedelta(days=9))
    with pytest.raises(UnableToChange, match="not before it"):
        mark_deceased(patient_id=key, died_at=AT - timedelta(days=10), by=by, at=AT)
    with pytest.raises(UnableToChange, match="not recorded"):
        take_back_death(patient_id=key, reason="She called", by=by, at=AT)
    mark_deceased(patient_id=key, died_at=AT - timedelta(days=9), by=by, at=AT)
    with pytest.raises(UnableToChange, match="how you know"):
        take_back_death(patient_id=key, reason=" ", by=by, at=AT)
    take_back_death(patient_id=key, reason="She called", by=by, at=AT)
    found = Patient.objects.get(pk=key)
    assert (found.deceased, found.deceased_at) == (False, None)
    told = JournalEntry.objects.get(kind="people.death-taken-back")
    assert told.sentence == "Was recorded as deceased by mistake: She called"


def test_a_number_is_hers_once_and_a_contact_s_phone_can_be_called(her):
    key, by = her
    with pytest.raises(UnableToChange, match="has the number 1 already"):
        add_identifier(patient_id=key, identifier=IdentifierIn("1", "mrn"), by=by, at=AT)
    other = ContactPersonIn("Ines", contact_points=(ContactPointIn("ask her son"),))
    with pytest.raises(UnableToChange, match="with its area code"):
        add_contact_person(patient_id=key, person=other, by=by, at=AT)


def test_practitioners_and_their_roles_are_taken_in_once():
    given = {"site_id": site().id, "source": "s", "by": actor(), "at": AT}
    doctor = PractitionerIn(source_id="d1", family="Okafor", given="Ngozi", npi="1234567893", phone="555 201 2222")
    for _ in range(2):
        houses = take_in_organizations(organizations=[OrganizationIn(source_id="o1", name="Elm Clinic")], **given)
        people = take_in_practitioners(practitioners=[doctor], **given)
        roles = [
            RoleIn(source_id="r1", practitioner="d1", organization="o1", specialty="Cardiology"),
            RoleIn(source_id="r2", practitioner="unknown"),
        ]
        assert set(take_in_roles(roles=roles, **given)) == {"r1"}
    assert (Organization.objects.count(), Practitioner.objects.count(), PractitionerRole.objects.count()) == (1, 1, 1)
    role = PractitionerRole.objects.get()
    assert (role.practitioner_id, role.organization_id) == (people["d1"], houses["o1"])
    assert Practitioner.objects.get().phone == "+15552012222"
