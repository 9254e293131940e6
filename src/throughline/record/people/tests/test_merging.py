"""Merging, and taking a merge back to the row."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.journal.queries import timeline
from throughline.foundation.kernel.actions import NotPermitted
from throughline.record.people.actions import (
    UnableToDecide,
    UnableToMerge,
    UnableToUnmerge,
    add_contact_point,
    add_name,
    change_particulars,
    keep_apart,
    merge_patients,
    register_patient,
    reopen_pair,
    take_in_patient,
    unmerge_patients,
)
from throughline.record.people.models import Patient, PatientMerge, PossibleDuplicate, SearchToken
from throughline.record.people.queries import search_patients
from throughline.record.people.queries.merge_map import holdings
from throughline.record.people.records import AddressIn, ContactPersonIn, ContactPointIn, IdentifierIn, NameIn, PersonIn
from throughline.record.people.tests.factories import AT, actor, person, site, viewer, weigh_all

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=3)


def snapshot() -> dict[str, Any]:
    """Return every row of every table a merge may touch, without the counters that only ever grow."""
    grow = {"version", "updated_at"}
    models = {holding.model for holding in holdings()} | {Patient, SearchToken, PossibleDuplicate}
    # When a case was looked over last: each merge is an event, after which it is to be looked over again.
    models -= {apps.get_model("review", "Examined")}
    taken = {}
    for model in models:
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in grow]
        taken[model._meta.label] = sorted(map(str, model._base_manager.values_list(*columns)))
    return taken


def _case(patient_id, **rest):
    return apps.get_model("cases", "Case").objects.create(
        site=site(),
        patient_id=patient_id,
        state="active",
        source="referral",
        identified_on=AT.date(),
        opened_at=AT,
        **rest,
    )


def _task(patient_id, case=None):
    return apps.get_model("tasks", "Task").objects.create(
        site=site(), patient_id=patient_id, case=case, verb="Call", title="Call her", created_at=AT, created_by_name="R"
    )


@pytest.fixture
def two():
    by = actor()
    first = register_patient(site_id=site().id, person=person(phone="5552014477", mrn="1"), by=by, at=AT)
    second = take_in_patient(
        site_id=site().id,
        source="clinic",
        person=person("Ybarra", phone="5552014477", mrn="2", source_id="x", language="es", gender="female"),
        by=by,
        at=AT,
    ).patient_id
    weigh_all()
    return first, second, by


def _merge(two, **rest):
    first, second, by = two
    given_now = {"reason": "same birth date and phone, asked her", "by": by, "at": AT} | rest
    return merge_patients(survivor_id=first, retired_id=second, **given_now)


def test_a_merge_moves_every_row_and_keeps_the_survivors_name(two):
    first, second, _ = two
    case = _case(second)
    task = _task(second, case)
    _merge(two)
    survivor, retired = Patient.objects.get(pk=first), Patient.objects.get(pk=second)
    assert (survivor.display_name, survivor.mrn, survivor.language) == ("Consuelo Ibarra", "1", "es")
    assert retired.merged_into_id == first
    for row in (case, task):
        row.refresh_from_db()
        assert row.patient_id == first
    assert not any(holding.rows_of(second).exists() for holding in holdings())
    assert [match.patient_id for match in search_patients(viewer(), "ybarra").matches] == [first]
    assert PossibleDuplicate.objects.get().state == "merged"


def test_the_survivors_story_holds_the_retired_records_lines(two):
    first, second, _ = two
    _merge(two)
    kinds = [line.kind for line in timeline(viewer(), first).lines]
    assert kinds.count("people.patient-registered") == 2
    assert "people.patients-merged" in kinds
    assert JournalEntry.objects.filter(patient_id=second).exists()


def test_a_fact_can_be_taken_from_the_retired_record(two):
    first, second, _ = two
    Patient.objects.filter(pk=second).update(birth_date=date(1943, 4, 13))
    _merge(two, take=("birth_date",))
    assert Patient.objects.get(pk=first).birth_date == date(1943, 4, 13)


def test_a_later_edit_does_not_bring_the_retired_name_forward(two):
    first, _, by = two
    _merge(two)
    add_contact_point(patient_id=first, point=ContactPointIn("5552017777", rank=3), by=by, at=AT)
    assert Patient.objects.get(pk=first).display_name == "Consuelo Ibarra"


def test_merge_and_unmerge_give_equal_rows(two):
    first, second, by = two
    case = _case(second)
    _task(second, case)
    _task(first)
    before = snapshot()
    merge_id = _merge(two)
    assert snapshot() != before
    unmerge_patients(merge_id=merge_id, reason="two sisters", by=by, at=LATER)
    assert snapshot() == before


def test_what_was_written_on_a_returned_case_goes_with_it(two):
    first, second, by = two
    case = _case(second)
    merge_id = _merge(two)
    on_case, on_survivor = _task(first, case), _task(first)
    unmerge_patients(merge_id=merge_id, reason="two sisters", by=by, at=LATER)
    on_case.refresh_from_db()
    on_survivor.refresh_from_db()
    assert (on_case.patient_id, on_survivor.patient_id) == (second, first)


def test_facts_edited_since_are_kept_when_a_merge_is_taken_back(two):
    first, _, by = two
    merge_id = _merge(two)
    change_particulars(patient_id=first, changes={"pronouns": "she/her"}, shown={}, by=by, at=AT)
    unmerge_patients(merge_id=merge_id, reason="two sisters", by=by, at=LATER)
    survivor = Patient.objects.get(pk=first)
    assert (survivor.pronouns, survivor.language) == ("she/her", "")


def test_merges_are_refused_with_a_sentence(two):
    first, second, by = two
    with pytest.raises(UnableToMerge, match="Say how you know"):
        _merge(two, reason=" ")
    with pytest.raises(UnableToMerge, match="two different records"):
        merge_patients(survivor_id=first, retired_id=first, reason="x", by=by, at=AT)
    with pytest.raises(NotPermitted):
        _merge(two, by=actor("case_manager"))
    far = register_patient(site_id=site("south").id, person=person(), by=actor(at_site=site("south")), at=AT)
    with pytest.raises(UnableToMerge, match="two sites"):
        merge_patients(survivor_id=first, retired_id=far, reason="x", by=by, at=AT)
    _case(first)
    _case(second)
    with pytest.raises(UnableToMerge, match="Both records have a case"):
        _merge(two)
    assert not PatientMerge.objects.exists()


def test_merges_are_taken_back_latest_first_and_once(two):
    first, _, by = two
    third = register_patient(site_id=site().id, person=person("Other", "Zoe", born=date(1990, 1, 1)), by=by, at=AT)
    before = snapshot()
    one = _merge(two)
    two_id = merge_patients(survivor_id=third, retired_id=first, reason="x", by=by, at=AT)
    with pytest.raises(UnableToUnmerge, match="later merge"):
        unmerge_patients(merge_id=one, reason="x", by=by, at=LATER)
    unmerge_patients(merge_id=two_id, reason="x", by=by, at=LATER)
    unmerge_patients(merge_id=one, reason="x", by=by, at=LATER)
    assert snapshot() == before
    with pytest.raises(UnableToUnmerge, match="taken back on"):
        unmerge_patients(merge_id=one, reason="x", by=by, at=LATER)


def test_the_source_of_a_retired_record_speaks_to_the_survivor(two):
    first, second, by = two
    _merge(two)
    made = person(
        "Ybarra", phone="5552014477", mrn="2", source_id="x", language="es", gender="female", pronouns="she/her"
    )
    taken = take_in_patient(site_id=site().id, source="clinic", person=made, by=by, at=LATER)
    assert (taken.patient_id, taken.outcome) == (first, "changed")
    assert Patient.objects.get(pk=first).pronouns == "she/her"
    assert Patient.objects.get(pk=second).pronouns == ""


def test_a_pair_kept_apart_is_not_flagged_again_and_can_be_reopened(two):
    by = two[2]
    pair = PossibleDuplicate.objects.get()
    keep_apart(pair_id=pair.id, why="sisters", by=by, at=AT)
    with pytest.raises(UnableToDecide):
        keep_apart(pair_id=pair.id, why="sisters", by=by, at=AT)
    reopen_pair(pair_id=pair.id, by=by, at=AT)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_at, pair.why) == ("open", None, "")


def test_every_table_with_a_patient_moves_or_says_why_not():
    for holding in holdings():
        assert not isinstance(holding.model._meta.pk, type(SearchToken._meta.pk)), f"{holding.label} has no single key"


WORDS = st.text("abcdefghijklmnñopqrstuvwxyzáé ", min_size=1, max_size=12)
POINTS = st.builds(
    ContactPointIn, value=st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True), rank=st.integers(1, 4)
)
NAME_USES = st.sampled_from(["official", "usual", "old", "preferred"])
NAMES = st.builds(NameIn, family=WORDS, given=WORDS, use=NAME_USES)
NUMBERS = st.builds(IdentifierIn, value=WORDS, kind=st.sampled_from(["member", "other"]))
PERSONS = st.builds(ContactPersonIn, name=WORDS, contact_points=st.lists(POINTS, max_size=1).map(tuple))
PEOPLE = st.builds(
    PersonIn,
    names=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    identifiers=st.lists(NUMBERS, max_size=2).map(tuple),
    contact_points=st.lists(POINTS, max_size=2).map(tuple),
    addresses=st.lists(st.builds(AddressIn, lines=st.tuples(WORDS), city=WORDS), max_size=2).map(tuple),
    contact_persons=st.lists(PERSONS, max_size=2).map(tuple),
    birth_date=st.none() | st.dates(date(1920, 1, 1), date(2020, 1, 1)),
    gender=st.sampled_from(["", "female", "male"]),
    language=st.sampled_from(["", "en", "es"]),
    languages=st.sampled_from([(), ("en",), ("en", "es")]),
    deceased_at=st.none() | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    interpreter_needed=st.sampled_from([None, True, False]),
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(one=PEOPLE, other=PEOPLE, take=st.sets(st.sampled_from(["birth_date", "gender", "languages", "deceased_at"])))
def test_any_merge_taken_back_gives_equal_rows(db, one, other, take):
    with transaction.atomic():
        by = actor()
        keys = [
            take_in_patient(site_id=site().id, source="s", person=replace(made, source_id=key), by=by, at=AT).patient_id
            for key, made in (("1", one), ("2", other))
        ]
        before = snapshot()
        merge_id = merge_patients(survivor_id=keys[0], retired_id=keys[1], reason="x", take=take, by=by, at=AT)
        unmerge_patients(merge_id=merge_id, reason="x", by=by, at=LATER)
        assert snapshot() == before
        transaction.set_rollback(True)


def test_a_name_added_makes_the_legal_name_before_a_former_one(two):
    first, _, by = two
    add_name(patient_id=first, name=NameIn("Robles", "Consuelo"), by=by, at=AT)
    add_name(patient_id=first, name=NameIn("", "Chelo", use="preferred"), by=by, at=AT)
    patient = Patient.objects.get(pk=first)
    assert (patient.display_name, patient.preferred_name) == ("Consuelo Robles", "Chelo")
    found = search_patients(viewer(), "ibarra consuelo").matches
    assert first in [match.patient_id for match in found]
