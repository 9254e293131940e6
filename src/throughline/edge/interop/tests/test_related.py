"""People in a patient's life, received as records of their own."""

import pytest

from throughline.edge.interop.tests import bundles
from throughline.edge.interop.tests.test_importing import counts, put, site, take_in  # noqa: F401  # the fixture
from throughline.record.people.models import ContactPerson, ContactPoint, Patient, SearchToken

pytestmark = pytest.mark.django_db
ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def daughter(**more):
    """Return an invented daughter as a RelatedPerson."""
    said = {"coding": [{"system": ROLES, "code": "DAU", "display": "daughter"}], "text": "daughter"}
    return {
        "resourceType": "RelatedPerson",
        "id": "rel-1",
        "patient": {"reference": "Patient/pat-1"},
        "relationship": [said, {"coding": [{"system": ROLES, "code": "HPOWATT"}]}],
        "name": [{"family": "Baird", "given": ["Imogen"]}],
        "telecom": [{"system": "phone", "value": "(555) 201-9900", "use": "mobile"}],
        "communication": [{"language": {"coding": [{"code": "fr"}]}, "preferred": True}],
        **more,
    }


def bundle(folder, *nodes):
    return put(folder, "record.json", bundles.bundle([bundles.patient(), *nodes]))


def test_a_related_person_becomes_a_contact_person_of_her_patient(site, tmp_path):  # noqa: F811
    assert counts(take_in(site, bundle(tmp_path, daughter()))) == (1, 2, 2, 0, 0)
    her = ContactPerson.objects.get()
    assert (her.name, her.relationship, her.authority, her.language) == ("Imogen Baird", "daughter", "hcpoa", "fr")
    assert (her.patient, her.source, her.source_id) == (Patient.objects.get(), "ashford-ehr", "rel-1")
    assert ContactPoint.objects.get(person=her).value == "+15552019900"
    assert SearchToken.objects.filter(kind="P", token="5552019900").exists()
    assert Patient.objects.get().phone == "+15552017788", "her own phone stays the one to try first"


def test_said_again_nothing_changes_and_said_otherwise_it_is_replaced(site, tmp_path):  # noqa: F811
    take_in(site, bundle(tmp_path, daughter()))
    assert counts(take_in(site, bundle(tmp_path, daughter()))) == (1, 2, 0, 2, 0)
    moved = daughter(telecom=[{"system": "phone", "value": "555-201-4411"}], meta={"versionId": "2"})
    take_in(site, bundle(tmp_path, moved))
    assert ContactPerson.objects.count() == 1
    assert ContactPoint.objects.get(person__isnull=False).value == "+15552014411"
    assert not SearchToken.objects.filter(kind="P", token="5552019900").exists()


def test_whom_the_patient_names_already_is_not_doubled_but_filled_in(site, tmp_path):  # noqa: F811
    named = {
        "name": {"family": "Baird", "given": ["Imogen"]},
        "telecom": [{"system": "phone", "value": "555-201-9900"}],
    }
    take_in(site, put(tmp_path, "record.json", bundles.bundle([bundles.patient(contact=[named]), daughter()])))
    her = ContactPerson.objects.get()
    assert (her.relationship, her.authority) == ("daughter", "hcpoa")


def test_one_no_longer_active_has_ended_and_one_of_nobody_is_refused(site, tmp_path):  # noqa: F811
    lost = daughter(id="rel-2", patient={"reference": "Patient/nobody"})
    summary = take_in(site, bundle(tmp_path, daughter(active=False), lost))
    assert [one["path"] for one in summary.refused] == ["RelatedPerson.patient.reference"]
    assert str(ContactPerson.objects.get().until) == "2026-03-02"
