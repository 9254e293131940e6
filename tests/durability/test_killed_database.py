"""`kill -9` of the database under load: what was acknowledged is there after the restart, and nothing is half."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.durability.conftest import Installation

WRITERS = 8
ENOUGH = 120  # acknowledged writes before the kill

# Registers patients until the database goes away; each id is written down only after the action has returned.
WRITER = """
import os, sys, uuid
from datetime import UTC, date, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "throughline.edge.site.settings"
import django
django.setup()
from django.db import Error
from throughline.foundation.access import queries, wall
from throughline.foundation.kernel.actor import system
from throughline.record.people.actions import register_patient
from throughline.record.people.records import NameIn, PersonIn
wall.stand_open()
number, path = sys.argv[1], sys.argv[2]
site = queries.site_id_of("north")
with open(path, "a", encoding="ascii", buffering=1) as acknowledged:
    for count in range(100_000):
        # Nobody resembles anybody, so that no time goes into likely duplicates.
        words = uuid.uuid4().hex
        name = NameIn(family=words[:12], given=words[12:20])
        born = date.fromordinal(700_000 + (count * 8 + int(number)) * 37 % 36_000)
        person = PersonIn(names=(name,), birth_date=born)
        try:
            made = register_patient(site_id=site, person=person, by=system(f"writer {number}"), at=datetime.now(UTC))
        except Error as gone:
            print(f"{type(gone).__name__}")
            break
        acknowledged.write(f"{made}\\n")
"""
FOUND_SITE = """
import os
from datetime import UTC, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "throughline.edge.site.settings"
import django
django.setup()
from throughline.foundation.access import actions, wall
from throughline.foundation.kernel.actor import system
wall.stand_open()
actions.add_site(key="north", name="North", kind="hospital", time_zone="America/Chicago", by=system("test"),
    at=datetime.now(UTC))
"""


def _found_site(installation: Installation) -> None:
    founder = installation.python(FOUND_SITE)
    said = founder.communicate()[0]
    assert founder.returncode == 0, said


def _lines(files: list[Path]) -> list[str]:
    return [line for file in files if file.exists() for line in file.read_text().splitlines()]


def test_every_acknowledged_write_of_eight_writers_is_there(
    installation: Installation, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    _found_site(installation)
    files = [tmp_path / f"writer-{number}" for number in range(WRITERS)]
    writers = [installation.python(WRITER, str(number), str(file)) for number, file in enumerate(files)]
    while len(_lines(files)) < ENOUGH or not all(file.exists() and file.stat().st_size for file in files):
        assert all(writer.poll() is None for writer in writers), [one.communicate()[0] for one in writers if one.poll()]
        time.sleep(0.02)
    killed = installation.kill()
    said = [writer.communicate()[0] for writer in writers]
    assert all("Error" in text for text in said), said

    acknowledged = _lines(files)
    there = {str(row[0]) for row in installation.ask("select id from people_patient")}
    lost = set(acknowledged) - there
    tell(
        f"killed {killed} server processes under {WRITERS} writers: {len(acknowledged)} writes acknowledged, "
        f"{len(set(acknowledged) & there)} there after the restart, {len(lost)} lost, "
        f"{len(there) - len(acknowledged)} committed but not yet acknowledged"
    )
    assert not lost
    assert len(there) - len(acknowledged) <= WRITERS
    # Each patient came with her name, her search tokens, her line in the story and the audit's row, or not at all.
    halves = installation.ask(
        "select count(*) from people_patient p where not exists (select 1 from people_searchtoken t"
        " where t.patient_id = p.id) or not exists (select 1 from journal_entry e where e.patient_id = p.id)"
    )
    assert halves == [(0,)]


def _bundle(number: int) -> str:
    """Return a bundle of one invented patient with forty readings."""
    patient = {
        "resourceType": "Patient",
        "id": f"p{number}",
        "name": [{"family": f"Imported{number}", "given": ["Ada"]}],
        "gender": "female",
        "birthDate": date(1940, 1, 1 + number % 28).isoformat(),
    }
    readings = [
        {
            "resourceType": "Observation",
            "id": f"o{number}-{count}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
            "subject": {"reference": f"Patient/p{number}"},
            "effectiveDateTime": f"2026-01-{1 + count % 28:02d}T08:00:00Z",
            "valueQuantity": {
                "value": 60 + count,
                "unit": "/min",
                "system": "http://unitsofmeasure.org",
                "code": "/min",
            },
        }
        for count in range(40)
    ]
    entries = [
        {"fullUrl": f"http://elsewhere.example/{one['resourceType']}/{one['id']}", "resource": one}
        for one in [patient, *readings]
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


IMPORT = """
import sys
from throughline.edge.site import command
sys.exit(command.main(["import", "fhir", sys.argv[1], "--site", "north", "--source", "elsewhere"]))
"""


def test_import_broken_off_by_a_killed_database_is_whole_by_bundle_and_is_finished_by_the_next(
    installation: Installation, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    bundles = 150
    _found_site(installation)
    for number in range(bundles):
        (tmp_path / f"{number:04d}.json").write_text(_bundle(number))
    work = installation.python(IMPORT, str(tmp_path))
    stored = 0
    while work.poll() is None and stored < 20:
        stored = installation.ask("select count(*) from people_patient")[0][0]
        time.sleep(0.02)
    assert work.poll() is None, work.communicate()[0]
    installation.kill()
    said = work.communicate()[0]
    assert work.returncode not in (0, 3), said

    kept = installation.ask("select count(*) from people_patient")[0][0]
    per_patient = installation.ask(
        "select count(o.id) from people_patient p left join chart_observation o on o.patient_id = p.id group by p.id"
    )
    assert stored <= kept < bundles
    assert {row[0] for row in per_patient} == {40}, "each bundle is there whole or not at all"

    again = installation.command("import", "fhir", str(tmp_path), "--site", "north", "--source", "elsewhere")
    assert again.returncode == 0, again.stderr + again.stdout
    summary = json.loads(again.stdout.strip().splitlines()[-1])
    tell(
        f"killed during an import of {bundles} bundles: {stored} bundles seen committed before, {kept} whole after the "
        f"restart, 0 half; the next run stored {summary['stored']} resources and found {summary['unchanged']} unchanged"
    )
    assert summary["unchanged"] == kept * 41
    assert summary["stored"] == (bundles - kept) * 41
    assert installation.ask("select count(*) from people_patient")[0][0] == bundles
    assert installation.ask("select count(*) from chart_observation")[0][0] == bundles * 40
