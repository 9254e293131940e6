"""One resource in, one reading or one refusal out."""

import copy
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.edge.interop.fhir.directory import name_of, practitioner
from throughline.edge.interop.fhir.elements import Refused, when_of
from throughline.edge.interop.fhir.findings import document_text
from throughline.edge.interop.fhir.person import person
from throughline.edge.interop.fhir.reading import read
from throughline.edge.interop.fhir.references import Key, Search, target
from throughline.edge.interop.tests import bundles
from throughline.record.chart.records.received import Pointer


def refusal(node):
    with pytest.raises(Refused) as caught:
        read(node)
    return caught.value.path, caught.value.why


def test_an_observation_says_value_unit_time_and_encounter():
    reading = read(bundles.observation())
    fact = reading.fact
    assert (fact.value_number, fact.unit, fact.category) == (82.4, "kg", "vital-signs")
    assert (fact.common.code, fact.common.display) == ("29463-7", "Body weight")
    assert fact.common.effective_at == datetime(2025, 5, 1, 13, 30, tzinfo=UTC)
    assert (reading.subject.reference, reading.encounter.reference) == ("Patient/pat-1", "Encounter/enc-1")


def test_a_range_written_the_wrong_way_round_is_turned():
    node = bundles.observation(referenceRange=[{"low": {"value": 46}, "high": {"value": 38}}])
    assert (read(node).fact.range_low, read(node).fact.range_high) == (38, 46)


def test_a_blood_pressure_keeps_both_components():
    parts = read(bundles.pressure()).fact.components
    assert [(part["code"], part["number"]) for part in parts] == [("8480-6", 148.0), ("8462-4", 86.0)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueCodeableConcept": {"text": "Never smoker"}}, (None, "", "Never smoker")),
        ({"valueString": "clear"}, (None, "", "clear")),
        ({"valueInteger": 14}, (14, "", "")),
        ({"valueBoolean": True}, (None, "", "yes")),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, (None, "", "1 / 128")),
        (
            {"valueRange": {"low": {"value": 3, "unit": "cm"}, "high": {"value": 5, "unit": "cm"}}},
            (None, "", "3 cm to 5 cm"),
        ),
        ({"valueDateTime": "2025-06-01"}, (None, "", "2025-06-01")),
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "mg/dL"}}, (5, "mg/dL", "")),
    ],
)
def test_every_type_of_value_is_read(value, expected):
    node = bundles.observation()
    del node["valueQuantity"]
    fact = read({**node, **value}).fact
    assert (fact.value_number, fact.unit, fact.value_text) == expected


@pytest.mark.parametrize(
    ("node", "path", "why"),
    [
        (bundles.observation(value="82"), "Observation.valueQuantity.value", "is text, expected a number"),
        (bundles.observation(status="finale"), "Observation.status", "is “finale”, expected one of"),
        (bundles.observation(status=None), "Observation.status", "is missing"),
        (bundles.observation(code={}), "Observation.code", "is missing"),
        (bundles.observation(effectiveDateTime="2025-02-30"), "Observation.effectiveDateTime", "does not exist"),
        (
            bundles.observation(effectiveDateTime="2025-02-03T10:00:00"),
            "Observation.effectiveDateTime",
            "without its zone",
        ),
        (bundles.observation(subject="Patient/1"), "Observation.subject", "is text, expected an object"),
        (bundles.condition(clinicalStatus={"coding": [{"code": "alive"}]}), "Condition.clinicalStatus", "is “alive”"),
        (bundles.condition(code={"coding": {}}), "Condition.code.coding", "is an object, expected a list"),
        (bundles.condition(subject=None), "Condition.subject", "names no patient"),
        (bundles.encounter(**{"class": None}), "Encounter.class", "is missing"),
        (bundles.medication_request(medicationReference=None), "MedicationRequest.medication[x]", "is missing"),
        ({"resourceType": "Observation", "status": "final"}, "Observation.id", "is missing"),
        ({"id": "1"}, "resourceType", "is missing"),
        ({"resourceType": 7, "id": "1"}, "resourceType", "is a number, expected text"),
    ],
)
def test_a_fault_is_refused_with_its_path_and_a_sentence(node, path, why):
    found_path, found_why = refusal({key: value for key, value in node.items() if value is not None})
    assert found_path == path
    assert why in found_why


def test_the_preferred_coding_is_chief_and_every_coding_is_kept():
    common = read(bundles.condition()).fact.common
    assert (common.code_system, common.code) == ("http://snomed.info/sct", "441481004")
    assert common.display == "Heart failure, chronic systolic"
    assert [coding["code"] for coding in common.codings] == ["I50.22", "441481004"]
    assert (common.effective_precision, common.effective_at.date()) == ("month", date(2019, 7, 1))


def test_entered_in_error_is_read_as_such():
    node = bundles.condition(verificationStatus={"coding": [{"code": "entered-in-error"}]})
    assert read(node).fact.verification == "entered-in-error"


def test_an_observation_about_a_group_is_kept_without_a_fact():
    reading = read(bundles.observation(subject={"reference": "Group/ward-3"}))
    assert reading.fact is None
    assert not reading.subject.reference


def test_a_stay_and_a_visit_are_told_apart():
    assert read(bundles.encounter()).fact.is_stay
    assert not read(bundles.encounter(**{"class": {"code": "AMB"}})).fact.is_stay


def test_a_contained_medicine_is_found():
    node = bundles.medication_request(
        medicationReference={"reference": "#m"},
        contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Digoxin 125 mcg"}}],
    )
    assert read(node).fact.common.display == "Digoxin 125 mcg"
    node["contained"] = []
    assert refusal(node)[0] == "MedicationRequest.medicationReference.reference"


def test_a_structured_dose_is_put_in_words():
    assert read(bundles.medication_request()).fact.dosage == "40 mg, 2 × every 1 day"


def test_a_full_url_identifies_a_resource_without_id():
    node = bundles.observation()
    del node["id"]
    assert read(node, "urn:uuid:5f2c").resource_id == "5f2c"


def test_a_person_with_us_core_extensions():
    said = person(bundles.patient(), "pat-1")
    assert (said.race_categories, said.ethnicity_category) == (("2054-5",), "2186-5")
    assert (said.birth_sex, said.gender_identity, said.gender) == ("F", "female", "female")
    assert (said.names[0].family, said.names[0].middle, said.names[1].use) == ("Okonkwo-Baird", "Ada", "maiden")
    assert said.identifiers[0].kind == "mrn"
    assert said.contact_points[0].kind == "mobile"
    assert said.language == "en"
    assert said.birth_date == date(1948, 11, 2)


@pytest.mark.parametrize(
    ("said", "deceased", "when"),
    [
        ({"deceasedBoolean": True}, True, None),
        ({"deceasedBoolean": False}, False, None),
        ({"deceasedDateTime": "2024-03"}, True, datetime(2024, 3, 1, tzinfo=UTC)),
        ({}, False, None),
    ],
)
def test_death_is_read(said, deceased, when):
    found = person(bundles.patient(**said), "1")
    assert (found.deceased, found.deceased_at) == (deceased, when)


def test_a_patient_without_a_name_is_still_taken():
    assert person(bundles.patient(name=None), "1").names[0].family == "Name not recorded"


@pytest.mark.parametrize(
    ("words", "family", "given", "middle"),
    [
        ("Delphine Ada Okonkwo", "Okonkwo", "Delphine", "Ada"),
        ("Okonkwo-Baird, Delphine Ada", "Okonkwo-Baird", "Delphine", "Ada"),
        ("Tunde Okonkwo, Jr.", "Okonkwo", "Tunde", ""),
        ("Okonkwo,", "Okonkwo", "", ""),
        ("Delphine", "Delphine", "", ""),
    ],
)
def test_a_name_given_in_one_is_parted(words, family, given, middle):
    (name,) = person(bundles.patient(name=[{"text": words}]), "pat-1").names
    assert (name.family, name.given, name.middle) == (family, given, middle)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"gender": "alien"}, "Patient.gender"),
        ({"birthDate": 1948}, "Patient.birthDate"),
        ({"birthDate": "1948-11-02T10:00:00Z"}, "Patient.birthDate"),
        ({"name": [{"family": ["Okonkwo"]}]}, "Patient.name[0].family"),
        ({"telecom": [{"system": "pigeon", "value": "1"}]}, "Patient.telecom[0].system"),
        ({"address": [{"line": "14 Quarry Lane"}]}, "Patient.address[0].line"),
    ],
)
def test_a_faulty_person_is_refused(change, path):
    with pytest.raises(Refused) as caught:
        person(bundles.patient(**change), "1")
    assert caught.value.path == path


def test_names_of_what_is_pointed_to():
    organization, doctor, medicine = bundles.directory()
    assert [name_of(one) for one in (organization, doctor, medicine)] == [
        "Ashford General Hospital",
        "Dr. Imre Szabo",
        "furosemide 40 MG Oral Tablet",
    ]
    assert practitioner(doctor, "doc-1").npi == "1999999999"


def test_the_words_of_a_plain_text_document():
    node = {"content": [{"attachment": {"contentType": "text/plain", "data": "V2VpZ2h0IHVwIDIga2cu"}}]}
    assert document_text(node) == "Weight up 2 kg."


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("urn:uuid:a", Key("Patient", "a")),
        ("Patient/7", Key("Patient", "7")),
        ("Patient/7/_history/2", Key("Patient", "7")),
        ("https://ehr.example.org/r4/Patient/7", Key("Patient", "7")),
        ("#p", None),
        ("urn:uuid:unknown", None),
        ("Practitioner?identifier=http://npi|199", Search("Practitioner", "http://npi", "199")),
        ("Practitioner?identifier=199", Search("Practitioner", "", "199")),
        ("nonsense", None),
    ],
)
def test_references(reference, expected):
    assert target(reference, {"urn:uuid:a": Key("Patient", "a")}) == expected


def test_the_same_id_at_another_server_is_somebody_else():
    servers = {"ehr.example.org/r4"}
    assert target("http://ehr.example.org/r4/Patient/7", {}, servers) == Key("Patient", "7")
    assert target("https://elsewhere.example.org/r4/Patient/7", {}, servers) is None
    assert target("Patient/7", {}, servers) == Key("Patient", "7")


def test_a_reference_by_identifier_alone_becomes_a_search():
    subject = {"type": "Patient", "identifier": {"system": "urn:mrn", "value": "9"}}
    assert read(bundles.observation(subject=subject)).subject == Pointer("Patient?identifier=urn:mrn|9")


@given(st.dates(min_value=date(1850, 1, 1), max_value=date(2150, 1, 1)))
def test_dates_keep_their_precision(day):
    assert when_of(day.isoformat(), "x") == (datetime(day.year, day.month, day.day, tzinfo=UTC), "day")
    assert when_of(day.isoformat()[:7], "x") == (datetime(day.year, day.month, 1, tzinfo=UTC), "month")
    assert when_of(day.isoformat()[:4], "x") == (datetime(day.year, 1, 1, tzinfo=UTC), "year")


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_instants_are_read_to_the_microsecond(at):
    assert when_of(at.isoformat(), "x").at == at


ODD = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just([]), st.just({}), st.just([{}]))


def places(value, here=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*here, key)
            yield from places(item, (*here, key))
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield (*here, position)
            yield from places(item, (*here, position))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_stands_in_an_element_is_read_or_refused(data):
    node = copy.deepcopy(data.draw(st.sampled_from(bundles.whole())))
    *way, last = data.draw(st.sampled_from(list(places(node))))
    inner = node
    for step in way:
        inner = inner[step]
    inner[last] = data.draw(ODD)
    path = "read"
    try:
        read(node)
        if node["resourceType"] == "Patient":
            person(node, "1")
    except Refused as refused:
        path = refused.path
    assert path
