"""Records nobody here wrote: Synthea, the Inferno reference patients, eCare plans, the guides' own examples.

They lie beside the repository, not in it; without them these tests are skipped. THROUGHLINE_WHOLE=1 takes in every
file instead of a sample.
"""

import copy
import gzip
import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from throughline.edge.interop.fhir import files
from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.person import person
from throughline.edge.interop.fhir.reading import read
from throughline.edge.interop.fhir.splitting import Unreadable, entries
from throughline.edge.interop.importing import Import
from throughline.foundation.access.models import Site
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.kernel.actor import system
from throughline.record.chart.models import Observation, OutsidePlan, OutsideTeam, ReceivedResource
from throughline.record.chart.queries.received import received_bytes
from throughline.record.people.models import Patient

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WHOLE = bool(os.environ.get("THROUGHLINE_WHOLE"))


def material() -> Path | None:
    """Return the folder of FHIR material, None when it is not there."""
    named = os.environ.get("THROUGHLINE_SHARED")
    roots = [Path(named)] if named else [parent / "shared" for parent in Path(__file__).resolve().parents]
    return next((root / "data" / "fhir" for root in roots if (root / "data" / "fhir").is_dir()), None)


FHIR = material()
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(FHIR is None, reason="the shared FHIR material is not beside the repository"),
]
# (folder, patients it brings, files of the sample, refusals of the whole folder)
FOLDERS = [
    ("synthea-r4", 72, 2, 0),
    ("synthea-r4-providers", 0, 2, 0),
    ("synthea-2022-us-core", 16, 2, 0),
    ("bulk-10-patients", 13, 0, 0),
    ("inferno-reference", 3, 0, 0),
    ("careplan-betsy-ckd", 1, 0, 0),
    ("ig-examples/cdex-2.1.0", 1, 0, 30),
    ("ig-examples/crd-2.0.1", 1, 0, 1),
    ("ig-examples/dtr-2.0.1", 1, 0, 0),
    ("ig-examples/mcc-1.0.0", 0, 0, 34),
    ("ig-examples/pacio-toc", 1, 0, 0),
    ("ig-examples/pas-2.2.1", 2, 0, 0),
    ("ig-examples/sdoh-clinicalcare", 1, 0, 0),
    ("ig-examples/us-core-6.1.0", 5, 30, 0),
]
# The bulk export is the one large folder without a sample of its own: its files belong together.
SAMPLED = [row for row in FOLDERS if WHOLE or row[0] != "bulk-10-patients"]


def take_in(paths: list[Path], source: str = "elsewhere"):
    site = Site.objects.get_or_create(key="ashford", defaults={"name": "Ashford"})[0]
    summary = Import(site.id, source, system("test"), AT).run(files.find(paths))
    assert summary.stored + summary.unchanged + len(summary.refused) == summary.resources
    return site, summary


@pytest.mark.django_db
@pytest.mark.parametrize(("folder", "patients", "sample", "refused"), SAMPLED, ids=[row[0] for row in SAMPLED])
def test_a_folder_is_taken_in_whole_and_twice_is_once(folder, patients, sample, refused):
    assert FHIR is not None
    paths = [FHIR / folder]
    if sample and not WHOLE:
        paths = sorted((FHIR / folder).iterdir(), key=lambda path: (path.stat().st_size, path.name))[:sample]
    _, first = take_in(paths)
    assert all(one["why"] and one["file"] for one in first.refused)
    if WHOLE or not sample:
        assert (first.patients, len(first.refused)) == (patients, refused)
    assert first.stored >= ReceivedResource.objects.count() > 0 or first.refused
    _, second = take_in(paths)
    assert (second.stored, second.resources, second.patients) == (0, first.resources, first.patients)


@pytest.mark.django_db
def test_an_ecare_plan_comes_with_its_goals_and_team():
    assert FHIR is not None
    site, _ = take_in([FHIR / "careplan-betsy-ckd"])
    patient = Patient.objects.get()
    plans = OutsidePlan.objects.filter(patient=patient)
    assert plans.count() == 2
    assert all(link["id"] for plan in plans for link in plan.goals or ())
    assert OutsideTeam.objects.exclude(participants=None).exists()
    viewer = system_viewer(system("test"), at=AT, site_ids=[site.id])
    for row in Observation.objects.all()[:5]:
        came = json.loads(received_bytes(viewer, resource_id=row.id))
        assert came["resourceType"] == "Observation"


def resources() -> list[dict]:
    """Return every resource of two real patients and of the guides' examples."""
    assert FHIR is not None
    found = []
    chosen = [*sorted((FHIR / "inferno-reference").iterdir()), *sorted((FHIR / "ig-examples/us-core-6.1.0").iterdir())]
    for path in chosen:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        found += [one.node for one in entries(content) if type(one.node) is dict]
    return found


def inner_nodes(node):
    """Yield every object and list inside a resource."""
    yield node
    for item in node.values() if isinstance(node, dict) else node:
        if isinstance(item, dict | list):
            yield from inner_nodes(item)


@pytest.mark.parametrize("seed", range(5))
def test_real_resources_with_wrong_types_are_read_or_refused(seed):
    dice = random.Random(seed)
    odd = (None, 7, -1.5, True, "x", "", [], {}, [None], [[]], {"a": []}, "9999-99-99", 10**30)
    refused = 0
    for node in resources():
        node = copy.deepcopy(node)
        place = dice.choice(list(inner_nodes(node)))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            continue
        place[dice.choice(keys)] = dice.choice(odd)
        try:
            read(node)
            if node.get("resourceType") == "Patient":
                person(node, "1")
        except Refused:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("seed", range(20))
def test_a_real_bundle_cut_off_anywhere_is_unreadable(seed):
    assert FHIR is not None
    path = min((FHIR / "synthea-r4").iterdir(), key=lambda one: one.stat().st_size)
    content = gzip.decompress(path.read_bytes())
    cut = content[: random.Random(seed).randrange(len(content.rstrip()) - 1)]
    with pytest.raises(Unreadable):
        list(entries(cut))
