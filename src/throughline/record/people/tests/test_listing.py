"""The directory by hand: what is refused, what an import leaves alone, two entries made one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.record.people import actions
from throughline.record.people.actions import AlreadyListed, PlaceEntry, UnableToList
from throughline.record.people.models import Organization, Practitioner, PractitionerRole
from throughline.record.people.records import OrganizationIn, PractitionerIn, RoleIn
from throughline.record.people.rules.npi import read_npi, wrong_with_npi
from throughline.record.people.tests.factories import AT, actor, site

NPI = "1234567893"  # the worked example of the NPI check digit (CMS, Requirements for NPI check digit)


def test_the_check_digit_is_that_of_the_published_example_and_no_other():
    assert wrong_with_npi(NPI) == ""
    assert wrong_with_npi("") == ""
    assert "check digit" in wrong_with_npi("1234567890")
    assert "ten digits" in wrong_with_npi("123456789")
    assert "begins" in wrong_with_npi("3234567893")
    assert read_npi("1234-567 893") == NPI


@given(st.integers(0, 8), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_found(place, by):
    digit = (int(NPI[place]) + by) % 10
    assert wrong_with_npi(NPI[:place] + str(digit) + NPI[place + 1 :])


def add(by, *, place=PlaceEntry(), anyway=False, **entry):
    said = {"given": "Samuel", "family": "Feldgate"} | entry
    return actions.add_practitioner(site_id=site().id, entry=said, place=place, anyway=anyway, by=by, at=AT)


@pytest.mark.django_db
def test_a_practitioner_is_kept_with_where_she_works_and_her_numbers_as_machines_keep_them():
    by = actor("case_manager")
    house = actions.add_organization(site_id=site().id, entry={"name": "Wyoming Street Clinic"}, by=by, at=AT)
    place = PlaceEntry(organization_id=house, specialty="Family medicine", phone="(937) 555-0142")
    key = add(by, place=place, credentials="MD", npi="1234 567893", languages=["es"], fax="937-555-0143")
    row = Practitioner.objects.get(pk=key)
    assert (row.display_name, row.sort_name, row.npi) == ("Samuel Feldgate", "Feldgate, Samuel", NPI)
    assert (row.fax, row.languages, row.source) == ("+19375550143", ["es"], "")
    held = PractitionerRole.objects.get(practitioner=row)
    assert (held.organization_id, held.specialty, held.phone) == (house, "Family medicine", "+19375550142")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"family": " "}, "family name"),
        ({"npi": "1234567890"}, "check digit"),
        ({"phone": "12"}, "cannot be a number"),
    ],
)
def test_what_cannot_stand_is_refused_in_a_sentence(entry, why):
    with pytest.raises(UnableToList, match=why):
        add(actor("case_manager"), **entry)
    assert not Practitioner.objects.exists()


@pytest.mark.django_db
def test_the_same_npi_is_refused_for_good_and_the_same_name_until_somebody_says_it_is_another():
    by = actor("case_manager")
    first = add(by, npi=NPI)
    with pytest.raises(AlreadyListed) as same:
        add(by, family="Other", npi=NPI, anyway=True)
    assert same.value.certain
    assert same.value.others[0][0] == first
    with pytest.raises(AlreadyListed) as alike:
        add(by)
    assert not alike.value.certain
    assert add(by, anyway=True) != first


@pytest.mark.django_db
def test_the_same_name_at_another_organization_is_another_person():
    by = actor("case_manager")
    one, two = (
        actions.add_organization(site_id=site().id, entry={"name": name}, by=by, at=AT) for name in ("North", "South")
    )
    add(by, place=PlaceEntry(organization_id=one))
    add(by, place=PlaceEntry(organization_id=two))
    with pytest.raises(AlreadyListed):
        add(by, place=PlaceEntry(organization_id=one))


@pytest.mark.django_db
def test_what_was_changed_here_stays_when_the_source_sends_it_again():
    boss, by = actor("supervisor"), actor("case_manager")
    said = PractitionerIn(source_id="p1", family="Feldgate", given="Samuel", phone="937-555-0100", credentials="MD")
    taken = {"site_id": site().id, "source": "elm", "by": boss, "at": AT}
    key = actions.take_in_practitioners(practitioners=[said], **taken)["p1"]
    assert actions.change_practitioner(practitioner_id=key, entry={"phone": "937 555 0199"}, by=by, at=AT) == ("phone",)
    newer = PractitionerIn(source_id="p1", family="Feldgate", given="Samuel", phone="937-555-0101", credentials="DO")
    actions.take_in_practitioners(practitioners=[newer], **taken)
    row = Practitioner.objects.get(pk=key)
    assert (row.phone, row.credentials, row.kept_here) == ("+19375550199", "DO", ["phone"])


@pytest.mark.django_db
def test_an_odd_number_that_came_by_import_does_not_stop_another_change():
    boss, by = actor("supervisor"), actor("case_manager")
    said = OrganizationIn(source_id="o1", name="Elm Clinic", phone="ask at desk 4", npi="9999999999")
    key = actions.take_in_organizations(site_id=site().id, source="elm", organizations=[said], by=boss, at=AT)["o1"]
    assert actions.change_organization(organization_id=key, entry={"hours": "Mon to Fri"}, by=by, at=AT) == ("hours",)
    with pytest.raises(UnableToList):
        actions.change_organization(organization_id=key, entry={"npi": "9999999998"}, by=by, at=AT)


@pytest.mark.django_db
def test_joined_entries_are_one_and_what_comes_for_the_joined_one_is_for_the_other():
    boss = actor("supervisor")
    taken = {"site_id": site().id, "source": "elm", "by": boss, "at": AT}
    said = PractitionerIn(source_id="p1", family="Feldgate", given="S.", npi=NPI)
    gone = actions.take_in_practitioners(practitioners=[said], **taken)["p1"]
    role = RoleIn(source_id="r1", practitioner="p1", specialty="Cardiology")
    actions.take_in_roles(roles=[role], **taken)
    kept = add(boss)
    actions.join_practitioners(practitioner_id=gone, into_id=kept, by=boss, at=AT)
    assert PractitionerRole.objects.get().practitioner_id == kept
    assert Practitioner.objects.get(pk=kept).npi == NPI
    assert not Practitioner.objects.get(pk=gone).active
    again = actions.take_in_practitioners(practitioners=[said], **taken)
    assert again == {"p1": kept}
    assert not Practitioner.objects.get(pk=gone).active
    more = RoleIn(source_id="r2", practitioner="p1", specialty="Sleep medicine")
    actions.take_in_roles(roles=[more], **taken)
    assert set(PractitionerRole.objects.values_list("practitioner_id", flat=True)) == {kept}


@pytest.mark.django_db
def test_two_npis_two_sites_and_a_nurse_do_not_join():
    boss = actor("supervisor")
    one, two = add(boss, npi=NPI), add(boss, family="Other", npi="1245319599")
    with pytest.raises(UnableToList, match="two NPIs"):
        actions.join_practitioners(practitioner_id=one, into_id=two, by=boss, at=AT)
    with pytest.raises(NotPermitted):
        actions.join_practitioners(practitioner_id=one, into_id=two, by=actor("case_manager"), at=AT)
    with pytest.raises(UnableToList):
        actions.join_practitioners(practitioner_id=one, into_id=one, by=boss, at=AT)


@pytest.mark.django_db
def test_a_place_is_recorded_once_and_ends():
    by = actor("case_manager")
    key = add(by)
    place = PlaceEntry(specialty="Cardiology")
    made = actions.add_place(practitioner_id=key, place=place, by=by, at=AT)
    for wrong in (place, PlaceEntry()):
        with pytest.raises(UnableToList):
            actions.add_place(practitioner_id=key, place=wrong, by=by, at=AT)
    assert actions.end_place(role_id=made, by=by, at=AT) == key
    actions.add_place(practitioner_id=key, place=place, by=by, at=AT)


@pytest.mark.django_db
def test_a_colleague_of_another_site_changes_nothing_here():
    key = add(actor("case_manager"))
    stranger = actor("case_manager", at_site=site("south"))
    with pytest.raises((NotFound, NotPermitted)):
        actions.change_practitioner(practitioner_id=key, entry={"family": "Taken"}, by=stranger, at=AT)
    assert not Organization.objects.exists()
