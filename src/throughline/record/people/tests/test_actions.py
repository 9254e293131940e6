"""Registering and taking in."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.journal.outbox import deliver_due
from throughline.foundation.journal.publishing import handlers
from throughline.foundation.kernel.actions import NotPermitted
from throughline.foundation.kernel.actor import system
from throughline.record.people.actions import (
    UnableToRegister,
    flagging,
    register_patient,
    take_in_patient,
    take_in_patients,
)
from throughline.record.people.models import (
    ContactPoint,
    Patient,
    PatientIdentifier,
    PatientName,
    PossibleDuplicate,
    SearchToken,
)
from throughline.record.people.records import AddressIn, ContactPersonIn, ContactPointIn, IdentifierIn, NameIn
from throughline.record.people.tests.factories import AT, actor, person, site, weigh_all

pytestmark = pytest.mark.django_db


def test_registering_keeps_names_numbers_and_phones_in_one_form():
    place, by = site(), actor()
    made = person(phone="555.201-4477 x12", mrn="MR-0042")
    key = register_patient(site_id=place.id, person=made, by=by, at=AT)
    patient = Patient.objects.get(pk=key)
    assert (patient.display_name, patient.sort_name) == ("Consuelo Ibarra", "Ibarra, Consuelo")
    assert (patient.mrn, patient.phone) == ("MR-0042", "+15552014477")
    assert ContactPoint.objects.get(patient=patient).extension == "12"
    assert JournalEntry.objects.filter(patient_id=key, kind="people.patient-registered").count() == 1
    assert SearchToken.objects.filter(patient=patient, kind="N", token="ibarra consuelo").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"names": (NameIn(),)}, "at least one name"),
        ({"birth_date": date(2031, 1, 1)}, "not after today"),
        ({"contact_points": (ContactPointIn("12"),)}, "area code"),
    ],
)
def test_registering_refuses_with_a_sentence(change, says):
    with pytest.raises(UnableToRegister, match=says):
        register_patient(site_id=site().id, person=replace(person(), **change), by=actor(), at=AT)


def test_a_taken_record_number_is_refused_and_named():
    place, by = site(), actor()
    register_patient(site_id=place.id, person=person(mrn="77"), by=by, at=AT)
    with pytest.raises(UnableToRegister, match="already belongs to Consuelo Ibarra"):
        register_patient(site_id=place.id, person=person(given="Ana", mrn="77"), by=by, at=AT)


def test_who_may_not_register_is_refused():
    with pytest.raises(NotPermitted):
        register_patient(site_id=site().id, person=person(), by=actor("auditor"), at=AT)


def test_a_double_is_flagged_and_not_merged():
    place, by = site(), actor()
    first = register_patient(site_id=place.id, person=person(phone="5552014477"), by=by, at=AT)
    second = register_patient(site_id=place.id, person=person("Ybarra", phone="5552014477"), by=by, at=AT)
    assert not PossibleDuplicate.objects.exists()  # weighed after the act, not within it
    weigh_all()
    pair = PossibleDuplicate.objects.get()
    assert {pair.first_patient_id, pair.second_patient_id} == {first, second}
    assert "same birth date" in pair.reasons
    assert "same phone" in pair.reasons
    assert "family names differ by one letter" in pair.reasons
    assert Patient.objects.filter(merged_into=None).count() == 2


def test_a_double_is_found_although_the_job_that_weighs_is_killed(monkeypatch):
    place, by = site(), actor()
    for family in ("Ibarra", "Ybarra"):
        register_patient(site_id=place.id, person=person(family, phone="5552014477"), by=by, at=AT)

    def die(*_: object) -> None:
        flagging.weigh(*_)
        raise KeyboardInterrupt  # as the end of the process: after the pair was written, before it was stored

    monkeypatch.setitem(handlers, flagging.WEIGH, die)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        deliver_due(at=AT)
    assert not PossibleDuplicate.objects.exists()
    monkeypatch.setitem(handlers, flagging.WEIGH, flagging.weigh)
    weigh_all()
    assert PossibleDuplicate.objects.count() == 1
    flagging.weigh({"site_id": str(place.id), "patient_ids": list(map(str, _ids()))}, by, AT)
    assert PossibleDuplicate.objects.count() == 1
    assert JournalEntry.objects.filter(kind="people.duplicate-found").count() == 1


def _ids():
    return Patient.objects.values_list("id", flat=True)


def test_registering_takes_four_messages_to_the_database():
    place, by = site(), actor("intake_clerk")
    made = person(phone="5552014477", addresses=(AddressIn(lines=("1 Elm",)),))
    with CaptureQueriesContext(connection) as bare:
        register_patient(site_id=place.id, person=made, by=system("desk"), at=AT)
    assert len(bare) <= 4, [each["sql"][:80] for each in bare]  # begin, the record, what is told of it, commit
    with CaptureQueriesContext(connection) as numbered:
        register_patient(site_id=place.id, person=person("Osei", mrn="9"), by=by, at=AT)
    assert len(numbered) <= 9, [each["sql"][:80] for each in numbered]


def test_only_four_digits_of_a_social_security_number_are_kept():
    made = replace(person(), identifiers=(IdentifierIn("123-45-6789", "ssn"),))
    key = register_patient(site_id=site().id, person=made, by=actor(), at=AT)
    held = PatientIdentifier.objects.get(patient_id=key)
    assert (held.kind, held.value) == ("ssn4", "6789")
    assert not SearchToken.objects.filter(patient_id=key, token__contains="6789").exists()


def _taken(made, by, source="general-hospital"):
    return take_in_patient(site_id=site().id, source=source, person=made, by=by, at=AT)


def test_taking_in_twice_changes_nothing():
    by = actor()
    made = person(source_id="p1", phone="5552014477")
    first, again = _taken(made, by), _taken(made, by)
    assert (first.outcome, again.outcome) == ("new", "unchanged")
    assert first.patient_id == again.patient_id
    assert Patient.objects.get().version == 1
    assert PatientName.objects.count() == 1


def test_a_change_from_the_source_replaces_its_own_words_and_keeps_ours():
    by = actor()
    made = person(source_id="p1", phone="5552014477", gender="female", language="es")
    key = _taken(made, by).patient_id
    Patient.objects.filter(pk=key).update(language="en")
    PatientName.objects.create(site=site(), patient_id=key, use="preferred", given="Chelo")
    daughter = ContactPersonIn("Ana Ruiz", "daughter", contact_points=(ContactPointIn("5552019999"),))
    changed = replace(made, names=(NameIn("Ruiz", "Consuelo"),), language="pt", contact_persons=(daughter,))
    assert _taken(changed, by).outcome == "changed"
    patient = Patient.objects.get(pk=key)
    assert patient.display_name == "Consuelo Ruiz"
    assert patient.language == "en"
    assert patient.preferred_name == "Chelo"
    assert SearchToken.objects.filter(patient=patient, kind="N", token="ruiz chelo").exists()
    assert not SearchToken.objects.filter(patient=patient, kind="N", token__startswith="ibarra").exists()
    assert SearchToken.objects.filter(patient=patient, kind="P", token="5552019999").exists()
    story = JournalEntry.objects.get(patient_id=key, kind="people.particulars-changed")
    assert story.sentence == "Changed: names, phones and e-mail, contact persons (from general-hospital)"
    assert _taken(changed, by).outcome == "unchanged"


def test_a_usual_first_name_is_what_she_is_called():
    made = replace(person(source_id="u"), names=(NameIn("Ibarra", "Consuelo"), NameIn("", "Chelo", use="usual")))
    key = _taken(made, actor()).patient_id
    patient = Patient.objects.get(pk=key)
    assert (patient.display_name, patient.preferred_name) == ("Consuelo Ibarra", "Chelo")


def test_many_are_taken_in_with_as_many_statements_as_few(django_assert_max_num_queries):
    by = actor()
    few = [person(f"Few{n}", source_id=f"f{n}", born=date(1950, 1, 1 + n)) for n in range(3)]
    take_in_patients(site_id=site().id, source="s", people=few[:1], by=by, at=AT)
    with django_assert_max_num_queries(30 + 3 * 10):
        taken = take_in_patients(
            site_id=site().id,
            source="s",
            people=[person(f"Many{n}", source_id=f"m{n}", born=date(1950, 2, 1 + n)) for n in range(10)],
            by=by,
            at=AT,
        )
    assert [each.outcome for each in taken] == ["new"] * 10


def test_many_patients_are_stored_like_few():
    place, by = site(), actor()
    people = [
        replace(
            person(family=f"Ibarra{number}", given="Ana", phone=f"555201{number:04d}", mrn=f"M{number}"),
            source_id=str(number),
            race_categories=("2106-3", "2054-5"),
        )
        for number in range(130)
    ]
    taken = take_in_patients(site_id=place.id, source="volume", people=people, by=by, at=AT)
    few = take_in_patient(site_id=place.id, source="few", person=replace(people[7], source_id="x"), by=by, at=AT)
    many = Patient.objects.get(pk=taken[7].patient_id)
    one = Patient.objects.get(pk=few.patient_id)
    for column in ("display_name", "sort_name", "mrn", "phone", "birth_date", "race_categories", "deceased"):
        assert getattr(many, column) == getattr(one, column)
    assert set(SearchToken.objects.filter(patient=many).values_list("kind", "token")) == set(
        SearchToken.objects.filter(patient=one).values_list("kind", "token")
    )
    assert ContactPoint.objects.get(patient=many).kind == ContactPoint.objects.get(patient=one).kind
    assert JournalEntry.objects.filter(kind="people.patient-registered", site_id=place.id).count() == 131
    again = take_in_patients(site_id=place.id, source="volume", people=people, by=by, at=AT)
    assert {each.outcome for each in again} == {"unchanged"}
