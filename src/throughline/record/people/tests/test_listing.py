"""The directory by hand: what is refused, what an import leaves alone, two entries made one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.people import actions
from throughline.record.people.actions import AlreadyListed, PlaceEntry, UnableToList, UnableToPart
from throughline.record.people.models import EntryJoin, Organization, Practitioner, PractitionerRole
from throughline.record.people.queries import joins_of, part_preview
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


def joined(boss, **gone):
    """Two entries of Samuel Feldgate, the second with a place of work and a phone, joined into the first."""
    kept = add(boss)
    other = add(boss, anyway=True, **({"phone": "937-555-0142", "credentials": "MD"} | gone))
    place = actions.add_place(practitioner_id=other, place=PlaceEntry(specialty="Cardiology"), by=boss, at=AT)
    return kept, other, place, actions.join_practitioners(practitioner_id=other, into_id=kept, by=boss, at=AT)


@pytest.mark.django_db
def test_parting_turns_back_exactly_what_the_join_turned():
    boss = actor("supervisor")
    kept, other, place, join = joined(boss)
    since = actions.add_place(practitioner_id=kept, place=PlaceEntry(specialty="Sleep medicine"), by=boss, at=AT)
    assert Practitioner.objects.get(pk=kept).phone == "+19375550142"
    restored = actions.part_entries(join_id=join, reason="Two brothers", by=boss, at=AT)
    assert restored == other
    assert dict(PractitionerRole.objects.values_list("id", "practitioner_id")) == {place: other, since: kept}
    stayed, back = Practitioner.objects.get(pk=kept), Practitioner.objects.get(pk=other)
    assert (stayed.phone, stayed.credentials) == ("", "")
    assert (back.phone, back.active, back.merged_into_id, back.kept_here) == ("+19375550142", True, None, [])
    row = EntryJoin.objects.get(pk=join)
    assert (row.parted_at, row.part_reason, row.parted_by_name) == (AT, "Two brothers", boss.name)


@pytest.mark.django_db
def test_what_was_changed_since_the_join_stays_when_it_is_taken_back():
    boss = actor("supervisor")
    kept, _, _, join = joined(boss)
    actions.change_practitioner(practitioner_id=kept, entry={"phone": "937 555 0199"}, by=boss, at=AT)
    actions.part_entries(join_id=join, reason="Two brothers", by=boss, at=AT)
    stayed = Practitioner.objects.get(pk=kept)
    assert (stayed.phone, stayed.credentials) == ("+19375550199", "")


@pytest.mark.django_db
def test_two_entries_are_parted_by_a_supervisor_with_a_reason_once_and_the_later_join_first():
    boss = actor("supervisor")
    kept, other, _, join = joined(boss)
    with pytest.raises(NotPermitted):
        actions.part_entries(join_id=join, reason="No", by=actor("case_manager"), at=AT)
    with pytest.raises(UnableToPart, match="how you know"):
        actions.part_entries(join_id=join, reason=" ", by=boss, at=AT)
    third = add(boss, anyway=True)
    later = actions.join_practitioners(practitioner_id=kept, into_id=third, by=boss, at=AT)
    with pytest.raises(UnableToPart, match="Take that join back first"):
        actions.part_entries(join_id=join, reason="Two brothers", by=boss, at=AT)
    actions.part_entries(join_id=later, reason="A third", by=boss, at=AT)
    actions.part_entries(join_id=join, reason="Two brothers", by=boss, at=AT)
    with pytest.raises(UnableToPart, match="already"):
        actions.part_entries(join_id=join, reason="Again", by=boss, at=AT)
    assert set(Practitioner.objects.values_list("merged_into_id", flat=True)) == {None}
    again = actions.join_practitioners(practitioner_id=other, into_id=kept, by=boss, at=AT)
    assert again != join, "what was parted can be joined anew"


@pytest.mark.django_db
def test_the_preview_of_parting_says_what_goes_back_and_only_to_her_own_site():
    boss = actor("supervisor")
    kept, other, _, join = joined(boss)
    viewer = Viewer(actor=boss, at=AT, user_id=boss.user_id, site_ids=frozenset({site().id}))
    found = part_preview(viewer, join)
    assert (found.moves, found.facts) == ((("place of work", 1),), ("phone", "credentials"))
    assert [one.gone_id for one in joins_of(viewer, "practitioner", kept)] == [other]
    stranger = Viewer(actor=boss, at=AT, user_id=boss.user_id, site_ids=frozenset({site("south").id}))
    assert joins_of(stranger, "practitioner", kept) == ()
    with pytest.raises(NotFound):
        part_preview(stranger, join)


@pytest.mark.django_db
def test_a_part_joined_with_its_whole_stands_in_nothing_and_is_a_part_again_when_parted():
    boss = actor("supervisor")
    whole, part = (
        actions.add_organization(site_id=site().id, entry={"name": name}, by=boss, at=AT) for name in ("Elm", "Elm 2")
    )
    Organization.objects.filter(pk=part).update(part_of=whole)
    join = actions.join_organizations(organization_id=whole, into_id=part, by=boss, at=AT)
    assert Organization.objects.get(pk=part).part_of_id is None
    actions.part_entries(join_id=join, reason="A department", by=boss, at=AT)
    assert Organization.objects.get(pk=part).part_of_id == whole
