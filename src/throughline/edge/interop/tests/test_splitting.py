"""Bytes into resources, each with its place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.edge.interop.fhir.drafting import digest, draft
from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.references import Key
from throughline.edge.interop.fhir.splitting import Unreadable, entries
from throughline.edge.interop.tests import bundles

WHOLE = bundles.bundle(bundles.whole())


def test_the_bytes_of_every_resource_are_where_the_entry_says():
    content = bundles.bundle(
        [bundles.patient(note="Señora Ñandú 🦤"), bundles.observation(note="25 °C 🌡"), bundles.condition()]
    )
    found = list(entries(content))
    assert [json.loads(content[one.at_byte : one.at_byte + one.size]) for one in found] == [one.node for one in found]
    assert len(found) == 3


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("order", [("resourceType", "entry"), ("entry", "resourceType")])
def test_a_bundle_is_read_in_any_order_and_layout(order, indent):
    document = {"entry": [{"resource": bundles.patient()}], "resourceType": "Bundle"}
    content = json.dumps({key: document[key] for key in order}, indent=indent).encode()
    assert [one.node["id"] for one in entries(content)] == ["pat-1"]


def test_single_resources_lists_and_a_byte_order_mark():
    one = json.dumps(bundles.patient()).encode()
    assert [entry.node["id"] for entry in entries(one)] == ["pat-1"]
    assert [entry.node["id"] for entry in entries(b"\xef\xbb\xbf" + one)] == ["pat-1"]
    assert [entry.node["id"] for entry in entries(b"[" + one + b" , " + one + b"]")] == ["pat-1", "pat-1"]
    assert list(entries(b'{"resourceType":"Bundle"}')) == []


def test_a_list_resource_is_no_bundle():
    node = {"resourceType": "List", "id": "l", "entry": [{"item": {"reference": "Patient/1"}}]}
    assert [one.node for one in entries(json.dumps(node).encode())] == [node]


def test_entries_that_explain_a_search_are_no_records():
    content = json.dumps(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [
                {"resource": bundles.patient(), "search": {"mode": "match"}},
                {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
            ],
        }
    ).encode()
    assert draft(entries(content)).size == 1


def test_a_deletion_is_refused():
    content = json.dumps(
        {"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE", "url": "Observation/4"}}]}
    ).encode()
    assert "asks to delete Observation/4" in draft(entries(content)).refused[0].why


def test_bundles_inside_a_bundle_are_gone_into():
    inner = [json.loads(bundles.bundle([bundles.patient(f"ñ{n}"), bundles.observation(f"o{n}")])) for n in (1, 2)]
    content = json.dumps(
        {"resourceType": "Bundle", "entry": [{"resource": one} for one in [*inner, bundles.condition()]]},
        ensure_ascii=False,
    ).encode()
    found = list(entries(content))
    assert [one.node["id"] for one in found] == ["ñ1", "o1", "ñ2", "o2", "con-1"]
    assert found[3].place == "entry 2, entry 2"
    assert [json.loads(content[one.at_byte : one.at_byte + one.size]) for one in found] == [one.node for one in found]


def test_entries_that_are_no_objects_are_named_as_what_they_are():
    refused = draft(entries(b'{"resourceType":"Bundle","entry":[null,5,[],{"resource":null}]}')).refused
    assert [one.why.split(",")[0] for one in refused] == ["is null", "is a number", "is a list", "is null"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"hello", "begins with neither"),
        (b'{"resourceType": "Patient", "id": NaN}', "not JSON"),
        (b'{"resourceType": "Patient",, "id": "1"}', "not JSON: line 1"),
        (WHOLE + b"{}", "goes on after its end"),
        ('{"resourceType":"Patient"}'.encode("utf-16"), "UTF-16"),
        ('{"resourceType":"Patient"}'.encode("utf-16-le"), "UTF-16"),
        ('{"resourceType":"Patient","id":"José"}'.encode("latin-1"), "byte 35 is 0xE9"),
        (b'{"a":' + b"[" * 100_000, "nested deeper"),
        (b"\0" * 900, "nothing but NUL bytes"),
        (b"PK\x03\x04\x14\0", "ZIP archive"),
        (b"\x1f\x8b\x08\0", "gzipped twice"),
        (b"package/Patient.json".ljust(257, b"\0") + b"ustar\0", "tar archive"),
        (b'{"resourceType":"Bundle","entry":{"resource":{}}}', "entry is an object, expected a list"),
        (b'{"entry":null,"resourceType":"Bundle"}', "entry is null, expected a list"),
    ],
)
def test_what_is_not_fhir_json_is_refused_with_a_sentence(content, says):
    with pytest.raises(Unreadable, match=says):
        list(entries(content))


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_a_bundle_cut_off_anywhere_is_unreadable(end):
    with pytest.raises(Unreadable):
        list(entries(WHOLE[:end]))


def test_the_same_id_twice_is_kept_once():
    one, other = bundles.observation(), bundles.observation(value=90)
    assert (draft(entries(bundles.bundle([one, one]))).repeated) == 1
    drafted = draft(entries(bundles.bundle([one, other])))
    assert len(drafted.received) == 1
    assert "used twice" in drafted.refused[0].why


def test_of_two_versions_the_newer_holds():
    older = bundles.observation(meta={"versionId": "1"})
    newer = bundles.observation(value=90, meta={"versionId": "2"})
    for order in ([older, newer], [newer, older]):
        drafted = draft(entries(bundles.bundle(order)))
        assert drafted.received[Key("Observation", "obs-1")].reading.fact.value_number == 90
        assert drafted.size == 2


def test_the_digest_is_of_the_meaning():
    node = bundles.observation()
    assert digest(node) == digest(dict(reversed(node.items())))
    assert digest(node) != digest(bundles.observation(value=82.5))


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", 2**70])
def test_what_no_record_can_hold_is_refused(bad):
    with pytest.raises(Refused):
        digest(bundles.observation(note=bad))
    assert digest(bundles.observation(note="\\u0000 as words"))
