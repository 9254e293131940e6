"""Files into the record: whole, twice, changed, broken."""

import gzip
import json
import os
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from throughline.edge.interop.fhir import files
from throughline.edge.interop.importing import Import, shifts_to, summary_line
from throughline.edge.interop.tests import bundles
from throughline.foundation.access.models import Grant, Site, User
from throughline.foundation.access.queries import actor_for, system_viewer
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotPermitted
from throughline.foundation.kernel.actor import system
from throughline.record.chart.models import (
    Condition,
    Encounter,
    Medication,
    Observation,
    OutsidePlan,
    OutsideTeam,
    ReceivedFile,
    ReceivedResource,
)
from throughline.record.chart.queries.received import received_bytes
from throughline.record.people.models import Organization, Patient

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def site():
    return Site.objects.create(key="ashford", name="Ashford General Hospital")


def take_in(site, *paths: Path, source="ashford-ehr", at=AT, by=None, shift_to: date | None = None):
    found = files.find(list(paths))
    shifts = shifts_to(found, shift_to) if shift_to else {}
    summary = Import(site.id, source, by or system("test"), at, shifts).run(found)
    assert summary.stored + summary.unchanged + len(summary.refused) == summary.resources
    return summary


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def counts(summary):
    return summary.patients, summary.resources, summary.stored, summary.unchanged, len(summary.refused)


def everything():
    models = (Patient, ReceivedResource, ReceivedFile, Observation, Condition, Encounter, Medication, OutsidePlan)
    return [model.objects.count() for model in models]


@pytest.mark.parametrize("kind", ["transaction", "collection", "batch", "searchset"])
def test_a_bundle_becomes_a_chart(site, tmp_path, kind):
    summary = take_in(site, put(tmp_path, "record.json", bundles.bundle(bundles.whole(), kind)))
    assert counts(summary) == (1, 13, 13, 0, 0)
    patient = Patient.objects.get()
    assert patient.display_name.startswith("Delphine")
    weight = Observation.objects.get(code="29463-7")
    stay = Encounter.objects.get()
    assert (weight.patient_id, weight.value_number, weight.source) == (patient.id, 82.4, "ashford-ehr")
    assert weight.encounter_id == stay.id
    assert (stay.is_stay, stay.provider, stay.author) == (True, "Ashford General Hospital", "Dr. Imre Szabo")
    medicine = Medication.objects.get()
    assert (medicine.code, medicine.display) == ("313988", "furosemide 40 MG Oral Tablet")
    assert Organization.objects.get().name == "Ashford General Hospital"


def test_outside_plans_lead_to_their_goals_conditions_and_members(site, tmp_path):
    take_in(site, put(tmp_path, "record.json", bundles.bundle(bundles.whole())))
    plan = OutsidePlan.objects.get()
    condition = Condition.objects.get()
    assert plan.display == "Heart failure clinic plan"
    assert plan.activities == [{"text": "Daily weight", "status": "in-progress"}]
    assert [link["id"] for link in plan.addresses] == [str(condition.id)]
    assert [member["text"] for member in OutsideTeam.objects.get().participants] == ["Dr. Imre Szabo"]


def test_the_same_twice_stores_nothing(site, tmp_path):
    path = put(tmp_path, "record.json.gz", bundles.bundle(bundles.whole()))
    first = take_in(site, path)
    before = everything()
    second = take_in(site, path)
    assert counts(second) == (1, first.resources, 0, first.resources, 0)
    assert everything() == before
    again = take_in(site, put(tmp_path, "record.ndjson", bundles.lines(bundles.whole())))
    assert (again.stored, again.unchanged) == (0, first.resources)


def test_a_changed_resource_replaces_its_fact_and_an_older_one_does_not(site, tmp_path):
    record = [bundles.patient(), bundles.observation(meta={"versionId": "1"})]
    take_in(site, put(tmp_path, "1.json", bundles.bundle(record)))
    newer = bundles.observation(value=90.5, meta={"versionId": "2"})
    summary = take_in(site, put(tmp_path, "2.json", bundles.bundle([newer])))
    assert (summary.stored, summary.unchanged) == (1, 0)
    assert Observation.objects.get().value_number == 90.5
    take_in(site, tmp_path / "1.json")
    assert Observation.objects.get().value_number == 90.5
    history = Observation.pgh_event_model.objects.values_list("value_number", flat=True)
    assert list(history) == [82.4]


def test_two_contents_without_version_settle_after_one_round(site, tmp_path):
    put(tmp_path, "a.json", bundles.bundle([bundles.patient(), bundles.observation(value=80)]))
    put(tmp_path, "b.json", bundles.bundle([bundles.observation(value=81)]))
    take_in(site, tmp_path)
    second = take_in(site, tmp_path)
    assert (second.stored, second.unchanged) == (0, 3)
    assert Observation.objects.get().value_number == 81


def test_the_received_bytes_come_back_identical(site, tmp_path):
    odd = '{ "resourceType":"Observation", "id":"obs-1",  "status":"final",\n "code":{"text":"Größe"},'
    odd += '"subject":{"reference":"Patient/pat-1"}, "valueQuantity":{"value":1.70000, "unit":"m"} }'
    content = b'{"resourceType":"Bundle","entry":[{"resource":'
    content += json.dumps(bundles.patient(), ensure_ascii=False).encode() + b'},{"resource":' + odd.encode() + b"}]}"
    take_in(site, put(tmp_path, "odd.json", content))
    viewer = system_viewer(system("test"), at=AT, site_ids=[site.id])
    assert received_bytes(viewer, resource_id=Observation.objects.get().id) == odd.encode()


def test_a_bad_resource_is_refused_and_the_rest_is_kept(site, tmp_path):
    record = [bundles.patient(), bundles.observation(value="82"), bundles.condition(), bundles.encounter(status="over")]
    summary = take_in(site, put(tmp_path, "record.json", bundles.bundle(record)))
    assert counts(summary) == (1, 4, 2, 0, 2)
    assert [(one["resource"], one["path"]) for one in summary.refused] == [
        ("Observation/obs-1", "Observation.valueQuantity.value"),
        ("Encounter/enc-1", "Encounter.status"),
    ]
    assert summary.refused[0]["why"] == "is text, expected a number."
    assert (Condition.objects.count(), Observation.objects.count()) == (1, 0)


def test_the_record_of_a_refused_patient_is_refused_with_her(site, tmp_path):
    record = [bundles.patient(gender="alien"), bundles.observation(), bundles.condition()]
    summary = take_in(site, put(tmp_path, "record.json", bundles.bundle(record)))
    assert counts(summary) == (0, 3, 0, 0, 3)
    assert "who was refused" in summary.refused[1]["why"]
    assert everything() == [0] * len(everything())


def test_dangling_references_are_reported(site, tmp_path):
    record = [bundles.patient("someone-else"), bundles.observation(), bundles.encounter()]
    summary = take_in(site, put(tmp_path, "record.json", bundles.bundle(record)))
    assert {one["path"] for one in summary.refused} == {"Observation.subject.reference", "Encounter.subject.reference"}
    assert summary.stored == 1
    lonely = bundles.observation(
        encounter={"reference": "Encounter/never-sent"}, subject={"reference": "Patient/someone-else"}
    )
    take_in(site, put(tmp_path, "lonely.json", json.dumps(lonely).encode()))
    assert Observation.objects.get().encounter_id is None


def test_a_later_file_may_bring_the_patient(site, tmp_path):
    put(tmp_path, "1-bundle.json", bundles.bundle([bundles.observation(), bundles.condition()]))
    put(tmp_path, "2-bundle.json", bundles.bundle([bundles.patient()], "collection", note="x" * 70_000))
    assert counts(take_in(site, tmp_path)) == (1, 3, 3, 0, 0)
    assert counts(take_in(site, tmp_path)) == (1, 3, 0, 3, 0)


def test_bulk_export_files_resolve_across_each_other(site, tmp_path):
    by_type: dict[str, list] = {}
    for node in bundles.whole():
        by_type.setdefault(node["resourceType"], []).append(node)
    for kind, nodes in by_type.items():
        put(tmp_path, f"{kind}.000.ndjson.gz", bundles.lines(nodes))
    put(tmp_path, "log.ndjson", b'{"exportId": "1"}\n')
    put(tmp_path, "README.md", b"not a record")
    summary = take_in(site, tmp_path)
    assert counts(summary) == (1, 13, 13, 0, 0)
    assert [Path(one["file"]).name for one in summary.skipped] == ["log.ndjson"]
    assert Medication.objects.get().code == "313988"
    told = JournalEntry.objects.get(kind="chart.record-received").sentence
    assert told.startswith(
        "Record received from ashford-ehr: particulars, 1 condition, 1 medicine order, 1 encounter, 2"
    )


def test_a_bad_line_leaves_the_other_lines(site, tmp_path):
    content = bundles.lines([bundles.patient()]) + b'{"resourceType": "Obs\n\n' + b'{"id":"M\xfcller"}\n'
    content += bundles.lines([bundles.condition()])
    summary = take_in(site, put(tmp_path, "all.ndjson", content))
    assert counts(summary) == (1, 4, 2, 0, 2)
    assert [one["resource"] for one in summary.refused] == ["line 2", "line 4"]
    assert "not JSON" in summary.refused[0]["why"]
    assert "not UTF-8: byte 8 is 0xFC" in summary.refused[1]["why"]


def test_lines_that_are_bundles_are_taken_as_bundles(site, tmp_path):
    two = [[bundles.patient(f"p{n}"), bundles.observation(subject={"reference": f"Patient/p{n}"})] for n in (1, 2)]
    two[1][1]["id"] = "other"
    content = b"\n".join(bundles.bundle(one) for one in two) + b"\n"
    assert counts(take_in(site, put(tmp_path, "all.ndjson", content))) == (2, 4, 4, 0, 0)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cut.json", bundles.bundle(bundles.whole())[:-40], "breaks off"),
        ("utf16.json", bundles.bundle([bundles.patient()]).decode().encode("utf-16"), "UTF-16"),
        ("latin.json", '{"resourceType":"Patient","id":"é"}'.encode("latin-1"), "not UTF-8"),
        ("empty.json", b"", "empty"),
        ("xml.xml", b'<Patient xmlns="http://hl7.org/fhir"/>', "XML"),
        ("words.json", b'{"hello": 1}', "not a FHIR resource"),
        ("page.json", b"<!DOCTYPE html><html><body>Please sign in</body></html>", "page of the web"),
        (
            "wide.ndjson",
            bundles.lines([bundles.patient()] * 9).decode().encode("utf-16"),
            "UTF-16",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_one_refusal(site, tmp_path, name, content, says):
    summary = take_in(site, put(tmp_path, name, content))
    assert counts(summary) == (0, 1, 0, 0, 1)
    assert says in summary.refused[0]["why"]
    assert everything() == [0] * len(everything())


def test_a_truncated_gzip_keeps_whole_lines_and_no_half_bundle(site, tmp_path):
    random.seed(4)
    noise = [bundles.observation(f"o{n}", random.random()) for n in range(4000)]
    packed = gzip.compress(bundles.lines([bundles.patient(), *noise]))
    (tmp_path / "all.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    summary = take_in(site, tmp_path / "all.ndjson.gz")
    assert "breaks off" in summary.refused[-1]["why"]
    assert summary.stored == Observation.objects.count() + 1 > 1000
    Path(tmp_path / "one.json.gz").write_bytes(gzip.compress(bundles.bundle([bundles.patient("x")]))[:-20])
    before = everything()
    assert counts(take_in(site, tmp_path / "one.json.gz")) == (0, 1, 0, 0, 1)
    assert everything() == before


def test_deceased_patients_and_resources_about_no_patient(site, tmp_path):
    record = [
        bundles.patient(deceasedDateTime="2024-12-24T04:00:00-05:00"),
        *bundles.directory(),
        bundles.observation(subject={"reference": "Group/ward"}),
        {"resourceType": "Questionnaire", "id": "q", "status": "active"},
    ]
    summary = take_in(site, put(tmp_path, "record.json", bundles.bundle(record)))
    assert (summary.stored, summary.refused) == (6, [])
    patient = Patient.objects.get()
    assert patient.deceased
    assert patient.deceased_at == datetime(2024, 12, 24, 9, 0, tzinfo=UTC)
    assert ReceivedResource.objects.filter(patient__isnull=True).count() == 5
    assert Observation.objects.count() == 0


def test_conditional_references_find_their_one_target(site, tmp_path):
    take_in(site, put(tmp_path, "1-directory.json", bundles.bundle(bundles.directory())))
    stay = bundles.encounter(
        participant=[
            {"individual": {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1999999999"}}
        ],
        subject={"type": "Patient", "identifier": {"system": "urn:oid:1.2.3.4", "value": "MRN-pat-1"}},
    )
    assert take_in(site, put(tmp_path, "2.json", bundles.bundle([bundles.patient(), stay]))).stored == 2
    assert Encounter.objects.get().author == "Dr. Imre Szabo"


def test_dates_are_moved_once_and_ages_stay(site, tmp_path):
    path = put(tmp_path, "record.json", bundles.bundle(bundles.whole()))
    day = AT.date()
    take_in(site, path, shift_to=day)
    stay, patient = Encounter.objects.get(), Patient.objects.get()
    assert stay.effective_until.date() == date(2026, 3, 1)
    assert stay.effective_until - stay.effective_at == datetime(2025, 5, 3, 11) - datetime(2025, 4, 28, 20, 15)
    assert (stay.effective_at.date() - patient.birth_date).days == (date(2025, 4, 29) - date(1948, 11, 2)).days
    later = take_in(site, path, shift_to=date(2026, 4, 1), at=datetime(2026, 4, 1, tzinfo=UTC))
    assert later.stored == 0
    newer = bundles.encounter(meta={"versionId": "2"})
    take_in(site, put(tmp_path, "newer.json", bundles.bundle([newer])), shift_to=date(2026, 4, 1))
    assert Encounter.objects.get().effective_until.date() == date(2026, 3, 1)


def test_the_act_needs_a_permission_and_leaves_its_trace(site, tmp_path):
    path = put(tmp_path, "record.json", bundles.bundle(bundles.whole()))
    nurse = User.objects.create(username="nurse", full_name="Ines Calder")
    Grant.objects.create(user=nurse, site=site, role="case_manager", since=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(NotPermitted):
        take_in(site, path, by=actor_for(nurse, at=AT))
    assert everything() == [0] * len(everything())
    Grant.objects.create(user=nurse, site=site, role="supervisor", since=datetime(2020, 1, 1, tzinfo=UTC))
    take_in(site, path, by=actor_for(nurse, at=AT))
    assert AuditEntry.objects.filter(name="interop.take-in-stretch", kind="write", actor_id=nurse.id).exists()
    told = JournalEntry.objects.get(kind="chart.record-received")
    assert (told.actor_name, told.patient_id) == ("Ines Calder", Patient.objects.get().id)


def test_two_sources_never_share_a_patient(site, tmp_path):
    path = put(tmp_path, "record.json", bundles.bundle([bundles.patient()]))
    take_in(site, path)
    take_in(site, path, source="other-ehr")
    assert Patient.objects.count() == 2


@pytest.mark.parametrize("at", [20, -6, None])
def test_a_damaged_gzip_is_said_to_be_damaged(site, tmp_path, at):
    packed = bytearray(gzip.compress(bundles.bundle(bundles.whole())))
    if at is None:
        packed += b"more"
    else:
        packed[at] ^= 0xFF
    (tmp_path / "record.json.gz").write_bytes(packed)
    summary = take_in(site, tmp_path / "record.json.gz")
    assert [one["why"] for one in summary.refused] == ["The gzip file is damaged; fetch it again."]


def test_a_name_that_is_no_text_is_kept_and_printed(site, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Mu\xf1oz.json"))
    put(path.parent, path.name, bundles.bundle([bundles.patient(), bundles.observation(status="odd")]))
    summary = take_in(site, tmp_path)
    assert summary.stored == 1
    assert summary.refused[0]["file"].endswith(r"Mu\xf1oz.json")
    assert summary_line(summary).encode()


def test_the_record_of_a_refused_patient_says_that_she_was_refused(site, tmp_path):
    record = [bundles.patient(name=[{"family": ["Okonkwo"]}]), bundles.observation()]
    first, second = take_in(site, put(tmp_path, "record.json", bundles.bundle(record))).refused
    assert (first["path"], first["why"]) == ("Patient.name[0].family", "is a list, expected text.")
    assert second["why"] == "belongs to “Patient/pat-1”, who was refused."


def mutated(content: bytes, seed: int) -> bytes:
    """Return the bytes with one fault of a kind that files really have."""
    dice = random.Random(seed)
    at = dice.randrange(len(content))
    kinds = (
        lambda: content[:at],
        lambda: content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :],
        lambda: content[:at] + content[at + dice.randrange(1, 40) :],
        lambda: content.replace(b"2025-", dice.choice([b"2025", b"20255-", b"0000-", b"9999-"])),
        lambda: content.replace(b'"subject"', b'"subjekt"'),
        lambda: content.replace(b'"id": "', b'"id": 7, "was": "', dice.randrange(1, 9)),
    )
    return dice.choice(kinds)()


@pytest.mark.parametrize("seed", range(24))
def test_broken_files_never_crash_nor_leave_half_a_record(site, tmp_path, seed):
    whole = bundles.bundle(bundles.whole()) if seed % 2 else bundles.lines(bundles.whole())
    path = put(tmp_path, f"record.{'json' if seed % 2 else 'ndjson'}", mutated(whole, seed))
    first = take_in(site, path)
    assert ReceivedResource.objects.count() == first.stored
    facts = set(Observation.objects.values_list("id", flat=True)) | set(Encounter.objects.values_list("id", flat=True))
    assert facts <= set(ReceivedResource.objects.values_list("id", flat=True))
    second = take_in(site, path)
    assert (second.stored, second.resources) == (0, first.resources)
