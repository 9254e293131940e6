"""A crowd fills its own site, goes on where it stopped, and is found as everybody else is."""

from datetime import UTC, date, datetime

import pytest

from throughline.edge.site.seeding import volume
from throughline.edge.site.seeding.stories import read_seeds
from throughline.foundation.access import queries
from throughline.foundation.access.models import PatientAccess, Site, User
from throughline.record.cases.models import Case
from throughline.record.chart.models import Observation
from throughline.record.people.models import Patient
from throughline.record.people.queries.search import search_patients
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 9)


def fill(patients: int) -> volume.Filled:
    return volume.fill(read_seeds(), patients=patients, observations=4, people_per_case=2, today=TODAY)


def test_a_crowd_is_counted_extended_and_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "CHUNK", 70)
    first = fill(100)
    assert (first.patients, first.added) == (100, 100)
    assert first.rows["chart_observation"] == Observation.objects.count() == 400
    some = Patient.objects.order_by("mrn").first()
    assert some is not None

    more = fill(300)
    assert (more.patients, more.added, Patient.objects.count()) == (300, 200, 300)
    assert fill(250).added == 0
    assert Patient.objects.get(pk=some.pk).display_name == some.display_name

    assert Case.objects.count() == PatientAccess.objects.count() == 150
    nurse = User.objects.get(username="volume-1")
    assert Case.objects.filter(owner=nurse).count() == 120
    assert Task.objects.filter(owner=nurse).exists()

    viewer = queries.viewer_for(nurse, at=datetime(2026, 3, 9, 12, tzinfo=UTC))
    found = search_patients(viewer, some.mrn)
    assert [match.name for match in found.matches] == [some.display_name]
    by_name = search_patients(viewer, some.sort_name.lower()[:9])
    assert some.pk in {match.patient_id for match in by_name.matches}


def test_the_crowd_leaves_the_other_sites_alone() -> None:
    fill(10)
    assert set(Patient.objects.values_list("site__key", flat=True)) == {volume.SITE}
    assert Site.objects.get(key=volume.SITE).name == volume.SITE_NAME
