"""Long files of lines: taken in by several processes as by one, and in the same memory however long they are."""

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from throughline.edge.interop import importing, stretches
from throughline.edge.interop.beside import Gang
from throughline.edge.interop.fhir import files
from throughline.edge.interop.fhir.splitting import Entry
from throughline.edge.interop.importing import Import
from throughline.edge.interop.stretches import LineStretch, of_one_type
from throughline.edge.interop.tests import bundles
from throughline.foundation.access.models import Site
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actor import system
from throughline.record.chart.models import Observation, ReceivedResource
from throughline.record.people.models import Patient, SearchToken

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PATIENTS = 130


def _site() -> Site:
    return Site.objects.get_or_create(key="ashford", defaults={"name": "Ashford General Hospital"})[0]


def _import(source: str, *paths: Path, workers: int):
    return Import(_site().id, source, system("test"), AT, workers=workers).run(files.find(list(paths)))


def _patient(number: int) -> bytes:
    return json.dumps(bundles.patient(f"p{number}", birthDate=f"19{number % 80 + 10}-03-04")).encode()


def _folder(folder: Path) -> tuple[Path, Path]:
    """Write patients, some lines of them bad or said twice, and readings of theirs with who took them."""
    lines = [_patient(number) for number in range(PATIENTS)]
    lines[57] = b'{"resourceType":"Patient","id":"torn'
    lines[99] = json.dumps({**bundles.patient("p99"), "birthDate": "not a day"}).encode()
    lines += [_patient(3), _patient(80), b""]
    patients, readings = folder / "Patient.ndjson", folder / "Observation.ndjson"
    patients.write_bytes(b"\n".join(lines))
    doctor = {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Vance", "given": ["Ruth"]}]}
    said = [json.dumps(doctor)]
    for number in range(PATIENTS):
        taken = {"performer": [{"reference": "Practitioner/dr"}], "subject": {"reference": f"Patient/p{number}"}}
        said.append(json.dumps(bundles.observation(f"o{number}", number, **taken)))
    readings.write_text("\n".join(said))
    return patients, readings


def _kept(source: str) -> dict[str, object]:
    patients = set(ReceivedResource.objects.filter(source=source).values_list("patient_id", flat=True)) - {None}
    return {
        "people": sorted(Patient.objects.filter(pk__in=patients).values_list("sort_name", "birth_date", "mrn")),
        "tokens": sorted(SearchToken.objects.filter(patient_id__in=patients).values_list("kind", "token")),
        "readings": sorted(Observation.objects.filter(source=source).values_list("value_number", "author", "status")),
        "lines": sorted(JournalEntry.objects.filter(patient_id__in=patients).values_list("kind", "sentence")),
        "bytes": ReceivedResource.objects.filter(source=source).count(),
    }


@pytest.mark.django_db(transaction=True)
def test_several_processes_keep_what_one_keeps(tmp_path, monkeypatch):
    monkeypatch.setattr(stretches, "STRETCH_LINES", 20)
    monkeypatch.setattr(stretches, "STRETCH_LINES_BESIDE", 20)
    begun = []
    monkeypatch.setattr(importing, "Gang", lambda *args: begun.append(Gang(*args)) or begun[-1])
    paths = _folder(tmp_path)
    one = _import("alone", *paths, workers=1)
    several = _import("beside", *paths, workers=2)
    assert len(begun) == 1  # the import of one process began none
    assert several.as_json == one.as_json
    assert [refusal["resource"] for refusal in several.refused][:2] == ["line 58", "Patient/p99"]
    assert (several.stored, several.unchanged) == (PATIENTS - 2 + PATIENTS - 2 + 1, 2)
    kept, expected = _kept("beside"), _kept("alone")
    assert [line for line in kept["lines"] if "alone" in line[1]] == []
    assert [str(line).replace("beside", "alone") for line in kept.pop("lines")] == list(map(str, expected.pop("lines")))
    assert kept == expected
    again = _import("beside", *paths, workers=2)
    assert (again.stored, again.unchanged) == (0, several.stored + several.unchanged)
    with connection.cursor() as cursor:  # nobody waits for an import that has ended
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["Patient", "Patient"], "Patient"),
        (["Patient", "Observation"], ""),  # the reading may be hers
        (["Organization"], ""),  # is part of another one
        (["Encounter"], ""),
        ([None], ""),
        ([], ""),
    ],
)
def test_only_resources_of_one_type_that_point_to_none_of_theirs_go_side_by_side(kinds, expected):
    assert of_one_type([Entry({"resourceType": kind}, "", 0, 0, "") for kind in kinds]) == expected


READING = b'{"resourceType":"Observation","id":"o%d","status":"final","code":{"text":"Weight"}}\n'


def _gathered(*lines: bytes) -> tuple[LineStretch, LineStretch]:
    """Return the lines gathered to be read elsewhere, and gathered as they are read here."""
    unread, read = LineStretch(unread=True), LineStretch()
    position = 7
    for number, line in enumerate(lines, start=3):
        assert unread.add(number, position, line) == read.add(number, position, line)
        position += len(line)
    return unread, read


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"\n",
        b'{"resourceType":"Observation","id":"torn\n',
        b'{"resourceType": "Observation","id":"spaced"}\r\n',
        b'{"id":"late","resourceType":"Observation"}\n',
        b'{"resourceType":"Patient","id":"p1"}\n',
        b"[1]\n",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_lines_gathered_unread_say_what_lines_read_at_once_say(odd, place):
    lines = [READING % number for number in range(3)]
    unread, read = _gathered(*lines[:place], odd, *lines[place:])
    assert unread.of_one_type() == read.of_one_type()
    assert unread.is_empty() == read.is_empty()
    assert unread.received("f") == read.received("f")
    one, other = unread.draft(), read.draft()
    assert (one.received, one.refused) == (other.received, other.refused)


def test_only_lines_that_begin_alike_stay_unread():
    unread = LineStretch(unread=True)
    for number in range(3):
        assert unread.add(number + 1, number * 90, READING % number)
    assert unread.of_one_type() == "Observation"
    assert not unread._entries
    assert not unread.add(4, 270, b'{"resourceType":"Bundle","type":"collection","entry":[]}')
    assert len(unread._entries) == 3


def test_a_line_that_says_two_types_is_refused_where_it_is_read():
    line = b'{"resourceType":"Observation","id":"o9","resourceType":"Bundle","entry":[]}\n'
    drafted = LineStretch.of(1, 0, [READING % 1, line, READING % 2]).draft()
    assert [one.resource for one in drafted.refused] == ["line 2"]
    assert [received.at_byte for received in drafted.received.values()] == [0, len(READING % 1) + len(line)]


@pytest.mark.django_db
def test_the_memory_of_an_import_does_not_grow_with_the_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(stretches, "STRETCH_LINES", 50)
    monkeypatch.setattr(importing, "WAITING_PATIENTS", 50)
    _peak(tmp_path, "warm", 100)  # what is loaded or remembered once
    short, long = _peak(tmp_path, "short", 150), _peak(tmp_path, "long", 900)
    assert long < 1.35 * short, f"{long / short:.2f} times the memory for six times the lines"


def _peak(folder: Path, source: str, number: int) -> int:
    """Return the most memory held at once while a patient and that many readings of hers are taken in."""
    path = folder / f"{source}.ndjson"
    with path.open("w") as out:
        out.write(json.dumps(bundles.patient("p1")) + "\n")
        for one in range(number):
            reading = bundles.observation(f"o{one}", one, subject={"reference": "Patient/p1"})
            out.write(json.dumps(reading) + "\n")
    tracemalloc.start()
    try:
        summary = _import(source, path, workers=1)
        assert summary.stored == number + 1
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
