"""Whom a Patient resource names as caring for her: read however it is written, linked whichever comes first."""

import pytest
from django.urls import reverse

from throughline.edge.interop.fhir.named import providers
from throughline.edge.interop.tests import bundles
from throughline.edge.interop.tests.test_importing import put, site, take_in  # noqa: F401  # the fixture
from throughline.foundation.access.queries import viewer_for
from throughline.foundation.access.tests.factories import make_user, signed_in
from throughline.practice.coordination.models import TeamMember
from throughline.practice.coordination.queries.team import team_of
from throughline.practice.review.queries.gathering import facts_of
from throughline.record.cases.tests.factories import NOW, make_case
from throughline.record.people.models import NamedProvider, Organization, Patient, Practitioner

US_NPI = "http://hl7.org/fhir/sid/us-npi"
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "doc-9",
    "identifier": [{"system": US_NPI, "value": "1234567893"}],
    "name": [{"family": "Pillai", "given": ["Ada"]}],
}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "role-9",
    "practitioner": {"reference": "Practitioner/doc-9"},
    "availableTime": [
        {"daysOfWeek": ["mon", "tue"], "availableStartTime": "08:00:00", "availableEndTime": "17:00:00"},
        {"daysOfWeek": ["fri"], "allDay": True},
    ],
}
BY_NPI = {"type": "Practitioner", "identifier": {"system": US_NPI, "value": "1234567893"}}
CONTAINED = {
    "contained": [{**DOCTOR, "id": "gp"}],
    "generalPractitioner": [{"reference": "#gp"}],
}


def named(**more):
    return bundles.patient(**more)


def test_every_way_to_name_her_is_read():
    node = named(generalPractitioner=[{"reference": "Practitioner/doc-9"}, BY_NPI, {"display": "Dr. Ruiz"}, {}])
    node["managingOrganization"] = {"reference": "Organization/org-1", "display": "Elm"}
    found = providers(node)
    assert [(one.kind, one.reference, one.name) for one in found] == [
        ("general", "Practitioner/doc-9", ""),
        ("general", f"Practitioner?identifier={US_NPI}|1234567893", ""),
        ("general", "", "Dr. Ruiz"),
        ("managing", "Organization/org-1", "Elm"),
    ]
    inside = providers(named(**CONTAINED))
    assert [(one.name, one.npi, one.reference) for one in inside] == [("Ada Pillai", "1234567893", "")]
    assert providers(named(generalPractitioner=[{"reference": "#nobody"}])) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["patient first", "directory first"])
@pytest.mark.parametrize(
    "more",
    [
        {"generalPractitioner": [{"reference": "Practitioner/doc-9"}]},
        {"generalPractitioner": [{"reference": "PractitionerRole/role-9"}]},
        {"generalPractitioner": [BY_NPI]},
        CONTAINED,
    ],
    ids=["id", "role", "npi", "contained"],
)
def test_she_is_linked_whichever_file_comes_first(site, tmp_path, more, order):  # noqa: F811
    files = [
        put(tmp_path, "patient.json", bundles.bundle([named(**more)])),
        put(tmp_path, "directory.json", bundles.bundle([DOCTOR, ROLE])),
    ]
    for position in order:
        take_in(site, files[position])
    row = NamedProvider.objects.get()
    assert row.practitioner == Practitioner.objects.get()
    assert (row.kind, row.source, row.patient) == ("general", "ashford-ehr", Patient.objects.get())
    assert Practitioner.objects.get().roles.get().hours == "Mon, Tue 08:00 to 17:00; Fri all day"


@pytest.mark.django_db
def test_said_again_nothing_changes_and_said_otherwise_it_is_replaced(site, tmp_path):  # noqa: F811
    nodes = [DOCTOR, named(generalPractitioner=[{"reference": "Practitioner/doc-9"}])]
    for _ in range(2):
        take_in(site, put(tmp_path, "record.json", bundles.bundle(nodes)))
        assert NamedProvider.objects.count() == 1
    nodes[1] = named(generalPractitioner=[{"display": "Dr. Ruiz"}], meta={"versionId": "2"})
    take_in(site, put(tmp_path, "record.json", bundles.bundle(nodes)))
    row = NamedProvider.objects.get()
    assert (row.name, row.practitioner) == ("Dr. Ruiz", None)


@pytest.mark.django_db
def test_an_organization_that_keeps_the_record_is_no_primary_care(site, tmp_path):  # noqa: F811
    house = {"resourceType": "Organization", "id": "org-7", "name": "Elm Clinic"}
    node = named(managingOrganization={"reference": "Organization/org-7"})
    take_in(site, put(tmp_path, "record.json", bundles.bundle([house, node])))
    assert NamedProvider.objects.get().organization == Organization.objects.get()
    assert primary_care(site) == ""


def primary_care(where):
    nurse = make_user("case_manager", where)
    case = make_case(where, nurse, patient=Patient.objects.get())
    [facts] = facts_of(viewer_for(nurse, at=NOW), [case])
    return facts.plan.primary_care


@pytest.mark.django_db
def test_the_check_knows_her_and_the_team_offers_her_but_only_a_nurse_puts_her_there(site, tmp_path):  # noqa: F811
    nodes = [DOCTOR, named(generalPractitioner=[{"reference": "Practitioner/doc-9"}])]
    take_in(site, put(tmp_path, "record.json", bundles.bundle(nodes)))
    assert primary_care(site) == "Ada Pillai"
    her = Patient.objects.get()
    boss = make_user("supervisor", site)
    [offered] = team_of(viewer_for(boss, at=NOW), her.id).offered
    assert (offered.name, offered.role) == ("Ada Pillai", "PCP")
    assert "named by the record of ashford-ehr" in offered.about
    assert not TeamMember.objects.exists()
    browser = signed_in(boss)
    page = browser.get(reverse("coordination:team", args=[her.id])).content.decode()
    assert "From the record, not confirmed" in page
    entry = browser.get(reverse("coordination:practitioner", args=[Practitioner.objects.get().id])).content.decode()
    assert "from the record of ashford-ehr, not confirmed" in entry
    browser.post(reverse("coordination:adopt-outside", args=[her.id]), {"name": "Ada Pillai"})
    assert TeamMember.objects.get().practitioner == Practitioner.objects.get()
    assert team_of(viewer_for(boss, at=NOW), her.id).offered == ()
