"""Finding patients in the database, and who is shown what."""

import gzip
import json
import os
import string
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from throughline.foundation.access.queries import viewer_for
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.record.people.actions import register_patient, take_in_patients
from throughline.record.people.models import Patient, SearchEntry, SearchToken
from throughline.record.people.queries import find_by_identifier, identity, search_patients
from throughline.record.people.queries.probing import patients_in_ranges
from throughline.record.people.records import ContactPointIn, IdentifierIn, NameIn, PersonIn
from throughline.record.people.rules.intent import CAP, probes_for, read_search
from throughline.record.people.rules.tokens import Kind
from throughline.record.people.tests.factories import AT, actor, open_to, person, site, user, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital():
    place, by = site(), actor()
    people = {
        "nunez": PersonIn(
            names=(
                NameIn("Núñez", "Margaret", "Luz"),
                NameIn("Ruiz", "Margaret", use="maiden"),
                NameIn("", "Chela", use="preferred"),
            ),
            birth_date=date(1943, 3, 14),
            identifiers=(IdentifierIn("MR-0042", "mrn"), IdentifierIn("W99-887", "member")),
            contact_points=(ContactPointIn("(555) 201-4477"),),
        ),
        "obrien": person("O'Brien", "Katherine", born=date(1951, 7, 2), phone="555-201-8888"),
        "cruz": person("de la Cruz", "José", born=date(1960, 12, 31)),
        "garcia": person("Garcia", "Ana", born=date(1943, 5, 6)),
        "garcia2": person("García", "Anna", born=date(1971, 5, 6)),
    }
    return {key: register_patient(site_id=place.id, person=made, by=by, at=AT) for key, made in people.items()}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("nunez", "nunez"),
        ("NÚÑEZ marg", "nunez"),
        ("margaret nunez", "nunez"),
        ("nun mar", "nunez"),
        ("luz", "nunez"),
        ("ruiz", "nunez"),
        ("chela nunez", "nunez"),
        ("peggy nunez", "nunez"),
        ("nunez 1943", "nunez"),
        ("nu 1943", "nunez"),
        ("noonez margret", "nunez"),
        ("03/14/1943", "nunez"),
        ("14 mar 1943 nunez", "nunez"),
        ("03141943", "nunez"),
        ("mr0042", "nunez"),
        ("0042", "nunez"),
        ("w99 887", "nunez"),
        ("201-4477", "nunez"),
        ("4477", "nunez"),
        ("+1 (555) 201 4477", "nunez"),
        ("nunez 4477", "nunez"),
        ("obrien", "obrien"),
        ("o brien", "obrien"),
        ("o'brien katie", "obrien"),
        ("catherine obrian", "obrien"),
        ("de la cruz", "cruz"),
        ("delacruz", "cruz"),
        ("jose cruz", "cruz"),
        ("cruz, josé", "cruz"),
    ],
)
def test_a_patient_is_found_first(hospital, text, who):
    found = search_patients(viewer(), text)
    assert found.matches, text
    assert found.matches[0].patient_id == hospital[who]


def test_nothing_fits_nobody(hospital):
    assert search_patients(viewer(), "zzyzx").matches == ()
    assert search_patients(viewer(), "nunez 1950").matches == ()
    assert search_patients(viewer(), "").matches == ()


def test_who_died_is_found_with_the_age_she_reached(hospital):
    Patient.objects.filter(pk=hospital["nunez"]).update(deceased=True, deceased_at=datetime(2003, 3, 15, tzinfo=UTC))
    [found] = [one for one in search_patients(viewer(), "nunez").matches if one.patient_id == hospital["nunez"]]
    assert (found.deceased, found.age) == (True, "60 y")


def test_same_names_are_warned_of(hospital):
    found = search_patients(viewer(), "garcia ana")
    assert [match.patient_id for match in found.matches] == [hospital["garcia"], hospital["garcia2"]]
    assert found.same_names
    assert not search_patients(viewer(), "nunez").same_names


def test_at_most_three_statements(hospital, django_assert_max_num_queries):
    for text in ("garcia ana", "4477", "03/14/1943 nunez"):
        who = viewer("case_manager")
        with django_assert_max_num_queries(3):
            search_patients(who, text)


def test_a_case_manager_gets_her_own_in_full_and_others_barely(hospital):
    nurse = user("case_manager")
    open_to(nurse, hospital["nunez"], site())
    who = viewer_for(nurse, at=AT)
    own = search_patients(who, "nunez").matches[0]
    other = search_patients(who, "obrien").matches[0]
    assert (own.visible, own.phone_shown, own.mrn) == (True, "(555) 201-4477", "MR-0042")
    assert (other.visible, other.phone_shown) == (False, "")
    assert identity(who, hospital["nunez"]).age == "82 y"
    with pytest.raises(NotFound):
        identity(who, hospital["obrien"])


def test_who_may_not_register_sees_only_her_own(hospital):
    nurse = user("team_nurse")
    open_to(nurse, hospital["nunez"], site())
    who = viewer_for(nurse, at=AT)
    assert [match.patient_id for match in search_patients(who, "nunez").matches] == [hospital["nunez"]]
    assert [match.patient_id for match in search_patients(who, "4477").matches] == [hospital["nunez"]]
    assert search_patients(who, "obrien").matches == ()
    assert search_patients(who, "07/02/1951").matches == ()


def test_another_site_finds_nothing(hospital):
    elsewhere = viewer("supervisor", at_site=site("south"))
    for text in ("nunez", "4477", "03/14/1943", "mr0042"):
        assert search_patients(elsewhere, text).matches == ()


def test_who_may_not_search_is_refused(hospital):
    with pytest.raises(NotPermitted):
        search_patients(viewer("administrator"), "nunez")


def test_a_number_finds_its_bearer(hospital):
    assert find_by_identifier(viewer(), values=["MR-0042"]) == [hospital["nunez"]]
    assert find_by_identifier(viewer(), values=["MR-0042"], system="urn:other") == []


NAMES = st.text(alphabet=string.ascii_letters + "áéíóúñüçøł'-", min_size=2, max_size=14).filter(
    lambda name: len("".join(c for c in name if c.isalpha())) >= 2
)
PHONES = st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True)


def _phone_forms(digits):
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    return [digits, f"({area}) {exchange}-{line}", f"+1 {area} {exchange} {line}", f"{area}.{exchange}.{line}", line]


# Without shrinking: each example registers a patient, and minutes of shrinking would say little more.
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    given_name=NAMES,
    family=NAMES,
    former=NAMES,
    phone=PHONES,
    born=st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 1, 1)),
)
def test_whoever_is_registered_is_found_by_all_of_it(db, given_name, family, former, phone, born):
    made = PersonIn(
        names=(NameIn(family, given_name), NameIn(former, given_name, use="old")),
        birth_date=born,
        contact_points=(ContactPointIn(phone),),
    )
    with transaction.atomic():
        _found_by_all(made, given_name, family, former, phone, born)
        transaction.set_rollback(True)


def _found_by_all(made, given_name, family, former, phone, born):
    key = register_patient(site_id=site().id, person=made, by=actor(), at=AT)
    texts = [given_name, family, former, f"{given_name} {family}", f"{family}, {given_name}", f"{family} {born.year}"]
    texts += [f"{given_name} {former}", *_phone_forms(phone), f"{born:%m/%d/%Y}", f"{born:%d %b %Y}", str(born)]
    who = viewer()
    for text in texts:
        found = search_patients(who, text, limit=500)
        assert key in [match.patient_id for match in found.matches], text


@pytest.mark.parametrize(
    ("family", "text"),
    [("WA-SR", "WA-SR"), ("Otero", "Otero, Jr"), ("Otero", "Mrs. Otero"), ("Sr", "sr"), ("Sridhar", "june sr")],
)
def test_titles_neither_hide_nor_find_a_patient(hospital, family, text):
    key = register_patient(site_id=site().id, person=person("June", family), by=actor(), at=AT)
    assert key in [match.patient_id for match in search_patients(viewer(), text).matches]


def test_a_birth_date_reaches_over_a_day_with_many(hospital):
    place, by = site(), actor()
    born = date(1980, 1, 1)
    for n in range(12):
        register_patient(site_id=place.id, person=person(f"Day{chr(97 + n) * 3}", f"Zed{n}", born=born), by=by, at=AT)
    found = search_patients(viewer(), f"{born + timedelta(0):%m/%d/%Y}")
    assert (len(found.matches), found.more) == (8, True)


def test_a_common_name_costs_no_more_rows_than_the_cap(db):
    people = [person("Garcia", f"Ana{chr(97 + n // 26)}{chr(97 + n % 26)}", source_id=str(n)) for n in range(CAP + 20)]
    take_in_patients(site_id=site().id, source="s", people=people, by=actor(), at=AT)
    probes = probes_for(read_search("garcia", today=AT.date()))
    found = patients_in_ranges([site().id], probes)
    assert max(Counter(index for index, _ in found).values()) == CAP
    answer = search_patients(viewer(), "garcia")
    assert (len(answer.matches), answer.more) == (8, True)


def test_the_start_of_a_second_word_is_looked_for_behind_every_first_word(db):
    """However many are called Ann or Zed, "ann zed" reaches Annelie Zedlitz: from name to name, not by reading on."""
    people = [person("Abel", "Ann", source_id="1"), person("Zedlitz", "Annelie", source_id="2")]
    taken = take_in_patients(site_id=site().id, source="s", people=people, by=actor(), at=AT)
    tails = [f"{a}{b}{c}" for a in "abcdefgh" for b in string.ascii_lowercase for c in "abcdefghij"]
    crowd = [f"{word} {tail}" for word in ("ann", "zed") for tail in tails]
    at = {"site_id": site().id, "kind": Kind.NAME, "patient_id": taken[0].patient_id}
    SearchToken.objects.bulk_create(SearchToken(token=token, **at) for token in crowd)
    for text in ("ann zed", "zed ann"):
        assert taken[1].patient_id in [match.patient_id for match in search_patients(viewer(), text).matches], text


def test_no_more_first_words_are_stepped_through_than_said(db):
    people = [person(f"Zed{chr(97 + n)}", f"Ann{chr(97 + n)}", source_id=str(n)) for n in range(9)]
    take_in_patients(site_id=site().id, source="s", people=people, by=actor(), at=AT)
    probe = replace(next(one for one in probes_for(read_search("ann zed", today=AT.date())) if one.then), scan=4)
    assert (probe.low, probe.then) == ("ann", "zed")
    assert len(patients_in_ranges([site().id], [probe])) == 4


def _real_patients():
    places = [os.environ.get("THROUGHLINE_SHARED", ""), *(str(up / "shared") for up in Path(__file__).parents)]
    folders = [Path(place) / "data/fhir/synthea-r4" for place in places if place]
    folder = next((found for found in folders if found.is_dir()), None)
    bundles = sorted(folder.glob("*.json.gz"))[:25] if folder else []
    for bundle in bundles:
        entries = json.loads(gzip.decompress(bundle.read_bytes())).get("entry", [])
        yield from (entry["resource"] for entry in entries[:1] if entry["resource"]["resourceType"] == "Patient")


@pytest.mark.shared
def test_people_of_the_shared_material_are_found_by_name_phone_and_birth_date(db):
    real = list(_real_patients())
    if not real:
        pytest.skip("the shared material is not here")
    by = actor()
    for patient in real:
        name, phone = patient["name"][0], patient["telecom"][0]["value"]
        first, family, born = name["given"][0], name["family"], patient["birthDate"]
        made = PersonIn(
            source_id=patient["id"],
            names=(NameIn(family, first),),
            birth_date=date.fromisoformat(born),
            contact_points=(ContactPointIn(phone),),
        )
        key = take_in_patients(site_id=site().id, source="s", people=[made], by=by, at=AT)[0].patient_id
        for text in (first, family, f"{family} {first}", phone, phone[-4:], born, f"{family} {born[:4]}"):
            found = search_patients(viewer(), text, limit=200)
            assert key in [match.patient_id for match in found.matches], text


def test_what_is_read_by_range_follows_the_entries_through_every_change():
    place, by = site(), actor()
    people = [replace(person(f"Ibarra{n}", "Ana", mrn=f"M{n}"), source_id=str(n)) for n in range(130)]
    keys = [one.patient_id for one in take_in_patients(site_id=place.id, source="far", people=people, by=by, at=AT)]
    assert _ranges() == _entries()
    SearchEntry.objects.filter(patient__in=keys[:3]).update(tokens=["Nruiz ana", "IM0"])
    assert _ranges() == _entries()
    assert (place.id, "N", "ruiz ana", keys[1]) in _ranges()
    SearchEntry.objects.filter(patient__in=keys[2:60]).delete()
    assert _ranges() == _entries()
    assert {row[3] for row in _ranges()} == {*keys[:2], *keys[60:]}


def _ranges() -> set[tuple]:
    return set(SearchToken.objects.values_list("site_id", "kind", "token", "patient_id"))


def _entries() -> set[tuple]:
    rows = SearchEntry.objects.values_list("site_id", "tokens", "patient_id")
    return {(place, token[0], token[1:], key) for place, tokens, key in rows for token in tokens}


def test_a_family_name_of_one_letter_is_found():
    by = actor()
    key = register_patient(site_id=site().id, person=PersonIn(names=(NameIn("王", "小明"),)), by=by, at=AT)
    assert [match.patient_id for match in search_patients(viewer(), "王", limit=5).matches] == [key]
