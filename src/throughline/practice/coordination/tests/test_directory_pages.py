"""The directory by plain forms: found, shown with what hangs on it, added in passing, taken off."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import viewer_for
from throughline.foundation.access.tests.factories import as_actor, make_site, make_user
from throughline.practice.coordination.actions.appointments import book
from throughline.practice.coordination.actions.referrals import ReferralIn, draft_referral, move_referral, send_referral
from throughline.practice.coordination.actions.team import MemberIn, add_member
from throughline.practice.coordination.models import Appointment, ReferralOut, TeamMember
from throughline.practice.coordination.queries.listing import listing
from throughline.practice.coordination.queries.providers import whole
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.records.providers import ListingAsked
from throughline.practice.coordination.rules.answers import Course, days_to_answer, summed
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.people.actions import change_practitioner
from throughline.record.people.models import Organization, Practitioner, PractitionerRole

MONDAY = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def course(*steps, state="closed", silent=False):
    return Course(tuple((act, MONDAY + DAY * n) for act, n in steps), state, silent)


def test_an_answer_is_counted_from_the_sending_that_stood():
    assert days_to_answer(course(("draft", 0), ("send", 1), ("accept", 4))) == 3
    assert days_to_answer(course(("send", 0), ("recall", 1), ("send", 5), ("decline", 6))) == 1
    assert days_to_answer(course(("send", 0), ("chase", 9))) is None


def test_referrals_are_summed_each_once_by_its_latest_answer():
    courses = [
        course(("send", 0), ("accept", 2)),
        course(("send", 0), ("accept", 1), ("decline", 8)),
        course(("send", 0), state="sent", silent=True),
        course(("draft", 0), state="drafted"),
    ]
    found = summed(courses)
    assert (found.sent, found.accepted, found.declined, found.silent) == (3, 1, 1, 1)
    assert found.median_days == 1.5
    assert summed([]).median_days is None


@pytest.fixture
def nurse(client, db):
    found = make_user("case_manager", make_site(name="Harbor"), name="Dana Whitfield")
    client.force_login(found)
    return found


@pytest.fixture
def site(nurse):
    return nurse.grants.get().site


@pytest.fixture
def patient(nurse, site):
    found = make_patient(site, name="Ibarra, Lupe")
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def doctor(site):
    house = Organization.objects.create(site=site, name="Elm Heart Clinic", city="Dayton", phone="+19375550111")
    made = Practitioner.objects.create(
        site=site, display_name="Ada Pillai", sort_name="Pillai, Ada", given="Ada", family="Pillai", npi="1234567893",
        phone="+19375550142", credentials="MD",
    )  # fmt: skip
    PractitionerRole.objects.create(site=site, practitioner=made, organization=house, specialty="Cardiology")
    return made


def names(nurse, **asked):
    return [row.name for row in listing(viewer_for(nurse, at=MONDAY), ListingAsked(**asked)).rows]


@pytest.mark.parametrize(
    "q",
    ["pill", "ada pillai", "cardio dayton", "elm heart", "555-0142", "(937) 555-0142", "+1 937 555 0142", "12345678"],
)
def test_a_practitioner_is_found_by_name_speciality_place_phone_and_npi(nurse, doctor, q):
    assert names(nurse, q=q) == ["Pillai, Ada"]
    assert names(nurse, q=f"{q} zebra" if not q[-1].isdigit() else "999888777") == []


def test_filters_and_the_second_kind(nurse, site, doctor):
    assert names(nurse, specialty="cardiology", city="dayton") == ["Pillai, Ada"]
    assert names(nurse, specialty="Urology") == []
    assert names(nurse, kind="organization", q="dayton") == ["Elm Heart Clinic"]
    assert names(nurse, kind="organization", q="555 0111") == ["Elm Heart Clinic"]
    assert names(nurse, off=True) == []


def test_the_list_goes_on_from_the_last_name_and_shows_everybody_once(nurse, site):
    for n in range(120):
        word = f"Name {n // 3:03}"  # three of each name: the page may end among equals
        Practitioner.objects.create(site=site, display_name=word, sort_name=word, family=word)
    seen, after = [], ""
    for _ in range(3):
        found = listing(viewer_for(nurse, at=MONDAY), ListingAsked(after=after))
        seen += [row.id for row in found.rows]
        after = found.older
    assert after == ""
    assert len(seen) == len(set(seen)) == 120


def test_another_sites_directory_is_not_there(nurse, client):
    other = Practitioner.objects.create(site=make_site(name="Far"), display_name="Far Away", sort_name="Away, Far")
    assert names(nurse) == []
    assert client.get(reverse("coordination:practitioner", args=[other.id])).status_code == 404


def test_an_entry_shows_the_viewers_patients_only(nurse, site, patient, doctor):
    stranger = make_patient(site, name="Hers, Not")
    boss = make_user("supervisor", site)
    for one, who in ((patient, nurse), (stranger, boss)):
        member = MemberIn(ref=f"practitioner:{doctor.id}")
        add_member(patient_id=one.id, member=member, by=as_actor(who), at=MONDAY)
    mine = whole(viewer_for(nurse, at=MONDAY), "practitioner", doctor.id)
    assert [one.name for one in mine.cared] == [patient.display_name]
    theirs = whole(viewer_for(boss, at=MONDAY), "practitioner", doctor.id)
    assert len(theirs.cared) == 2


def test_referrals_and_appointments_stand_on_the_entry_and_it_is_not_taken_off_meanwhile(
    client, nurse, patient, doctor
):
    now = datetime.now(UTC)
    by = as_actor(nurse)
    referral = ReferralIn(kind="clinical", service="Look at the rhythm", to=f"practitioner:{doctor.id}")
    sent = draft_referral(patient_id=patient.id, referral=referral, by=by, at=now - 4 * DAY)
    send_referral(referral_out_id=sent, by=by, at=now - 4 * DAY)
    move_referral(referral_out_id=sent, act="accept", by=by, at=now - 2 * DAY)
    visit = AppointmentIn(
        what="Heart clinic", practitioner_id=doctor.id, starts_at=now + DAY, ends_at=now + DAY + timedelta(hours=1)
    )
    booked = book(patient_id=patient.id, appointment=visit, by=by, at=now)
    page = client.get(reverse("coordination:practitioner", args=[doctor.id])).content.decode()
    assert "Look at the rhythm" in page
    assert "answered after 2 days" in page
    assert reverse("coordination:appointment", args=[booked]) in page
    refused = client.post(reverse("coordination:list-practitioner", args=[doctor.id]))
    assert refused.status_code == 422
    assert "1 appointment to come and 1 open referral" in refused.content.decode()
    assert Practitioner.objects.get().active


def test_a_practitioner_is_added_changed_taken_off_and_put_back(client, nurse, site):
    house = Organization.objects.create(site=site, name="Elm Heart Clinic")
    fields = {
        "given": "Nils", "family": "Okoro", "npi": "1234567890", "languages": "English, Somali",
        "organization": str(house.id), "specialty": "Cardiology",
    }  # fmt: skip
    add = reverse("coordination:add-practitioner")
    refused = client.post(add, fields)
    assert refused.status_code == 422
    assert "check digit" in refused.content.decode()
    assert 'value="Okoro"' in refused.content.decode(), "what was typed stays"
    client.post(add, fields | {"npi": "1234567893"})
    made = Practitioner.objects.get()
    assert (made.languages, made.roles.get().organization_id) == (["en", "so"], house.id)
    again = client.post(add, fields | {"npi": ""})
    assert again.status_code == 422
    assert "Is it one of these?" in again.content.decode()
    assert "another one of the same name" in again.content.decode()
    same = client.post(add, fields | {"npi": "1234567893", "family": "Else"})
    assert "has this NPI already" in same.content.decode()
    assert "another one of the same name" not in same.content.decode(), "an NPI is one entry"
    where = reverse("coordination:change-practitioner", args=[made.id])
    assert 'value="Okoro"' in client.get(where).content.decode()
    client.post(where, {"family": "Okoro", "given": "Nils", "npi": "1234567893", "phone": "937 555 0177"})
    made.refresh_from_db()
    assert made.phone == "+19375550177"
    client.post(reverse("coordination:list-practitioner", args=[made.id]))
    made.refresh_from_db()
    assert not made.active
    assert "taken off" in client.get(reverse("coordination:practitioner", args=[made.id])).content.decode()
    client.post(reverse("coordination:list-practitioner", args=[made.id]), {"listed": "1"})
    made.refresh_from_db()
    assert made.active


def test_where_two_change_an_entry_each_is_told_whose_change_it_meets(client, nurse, site, doctor):
    where = reverse("coordination:change-practitioner", args=[doctor.id])
    form = client.get(where).context
    other = make_user("case_manager", site, name="Petra Voss")
    entry = {"given": doctor.given, "family": doctor.family, "phone": "937 555 0144", "credentials": "DO"}
    change_practitioner(practitioner_id=doctor.id, entry=entry, by=as_actor(other), at=MONDAY)
    mine = {name: str(value or "") for name, value in form["form"].initial.items()} | {"seen": form["seen"]}
    met = client.post(where, mine | {"phone": "937 555 0199"})
    assert met.status_code == 409
    assert met.context["changed_by"] == "Petra Voss"
    kept = client.post(where, mine | {"email": "ada@example.org"}, follow=True).content.decode()
    assert "Changed by Petra Voss and kept" in kept
    doctor.refresh_from_db()
    assert (doctor.phone, doctor.email) == ("+19375550144", "ada@example.org")


def test_an_organization_is_added_with_hours_and_address_and_its_people_are_shown(client, nurse, site):
    fields = {
        "name": "Elm Clinic",
        "kind": "clinic",
        "street": "4 Elm St",
        "city": "Dayton",
        "hours": "Mon to Fri 8 to 5",
    }
    client.post(reverse("coordination:add-organization"), fields)
    made = Organization.objects.get()
    who = Practitioner.objects.create(site=site, display_name="Ada Pillai", sort_name="Pillai, Ada", family="Pillai")
    PractitionerRole.objects.create(site=site, practitioner=who, organization=made)
    page = client.get(reverse("coordination:organization", args=[made.id])).content.decode()
    for words in ("4 Elm St", "Mon to Fri 8 to 5", "Pillai, Ada"):
        assert words in page


def test_somebody_is_added_in_passing_from_each_form_and_nothing_is_lost_when_she_stands_there(client, patient):
    form = {"minutes": "30", "what": "Visit", "kind": "visit", "when": "+5d 10:00", "anyway": "x"}
    where = reverse("coordination:book", args=[patient.id])
    named = form | {"other": "Dr. Ann Lee, MD", "keep": "practitioner", "phone": "937 555 0150"}
    first = client.post(where, named)
    if first.status_code == 422:  # a weekend or holiday: said once, booked when sent again
        named["anyway"] = first.context["anyway"]
        client.post(where, named)
    lee = Practitioner.objects.get()
    assert (lee.given, lee.family, lee.credentials, lee.prefix) == ("Ann", "Lee", "MD", "Dr.")
    assert Appointment.objects.get().practitioner_id == lee.id
    refer = {
        "kind": "clinical", "service": "Look at her knee", "to": "other", "to_name": "Ann Lee", "keep": "practitioner",
        "act": "draft",
    }  # fmt: skip
    refused = client.post(reverse("coordination:refer", args=[patient.id]), refer)
    assert refused.status_code == 422
    assert "stands in the directory already" in refused.content.decode()
    assert "Look at her knee" in refused.content.decode()
    client.post(
        reverse("coordination:refer", args=[patient.id]), refer | {"to_name": "Knee House", "keep": "organization"}
    )
    assert ReferralOut.objects.get().organization.name == "Knee House"
    client.post(
        reverse("coordination:add-member", args=[patient.id]),
        {"free": "1", "q": "Bo Quist", "keep": "practitioner", "why": "Podiatry", "role": ""},
    )
    assert TeamMember.objects.get(name="Bo Quist").practitioner is not None


def test_a_refused_booking_leaves_no_half_made_entry(client, patient):
    bad = {
        "minutes": "30",
        "what": " ",
        "kind": "visit",
        "when": "+5d 10:00",
        "other": "Ann Lee",
        "keep": "practitioner",
    }
    assert client.post(reverse("coordination:book", args=[patient.id]), bad).status_code == 422
    assert not Practitioner.objects.exists()


def test_a_supervisor_joins_two_entries_and_the_old_address_leads_on(client, nurse, site, doctor):
    twin = Practitioner.objects.create(site=site, display_name="Ada Pillai", sort_name="Pillai, Ada", family="Pillai")
    page = client.get(reverse("coordination:practitioner", args=[doctor.id])).content.decode()
    assert "Possibly the same entry" in page
    assert "A supervisor can join" in page
    client.force_login(make_user("supervisor", site))
    client.post(reverse("coordination:join-practitioners", args=[doctor.id]), {"other": str(twin.id)})
    answer = client.get(reverse("coordination:practitioner", args=[twin.id]))
    assert answer.url == reverse("coordination:practitioner", args=[doctor.id])


def test_two_joined_entries_are_parted_again_from_the_page_with_what_goes_back_told_first(
    client, nurse, site, patient, doctor
):
    twin = Practitioner.objects.create(site=site, display_name="Ada Pillai", sort_name="Pillai, Ada", family="Pillai")
    add_member(
        patient_id=patient.id, member=MemberIn(ref=f"practitioner:{twin.id}"), by=as_actor(nurse), at=MONDAY
    )  # fmt: skip
    boss = make_user("supervisor", site)
    client.force_login(boss)
    client.post(reverse("coordination:join-practitioners", args=[doctor.id]), {"other": str(twin.id)})
    assert TeamMember.objects.get().practitioner_id == doctor.id
    page = client.get(reverse("coordination:practitioner", args=[doctor.id]))
    where = reverse("coordination:part-entries", args=[page.context["whole"].joins[0].join_id])
    assert where in page.content.decode()
    asked = client.get(where).content.decode()
    assert "1 place on a care team" in asked
    refused = client.post(where, {"reason": " "})
    assert refused.status_code == 422
    assert "Say how you know that they are two entries." in refused.content.decode()
    done = client.post(where, {"reason": "A cousin of the same name"}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("coordination:practitioner", args=[twin.id])
    assert TeamMember.objects.get().practitioner_id == twin.id
    told = client.get(reverse("coordination:practitioner", args=[doctor.id])).content.decode()
    assert "A cousin of the same name" in told
    assert where not in told, "it is taken back once"
    client.force_login(nurse)
    assert client.get(where).status_code == 403


def test_the_page_of_an_entry_asks_the_same_statements_however_much_hangs_on_it(
    client, nurse, site, patient, doctor, django_assert_max_num_queries
):
    for n in range(3):
        other = make_patient(site, name=f"Patient, {n}")
        make_case(site, nurse, patient=other)
        add_member(patient_id=other.id, member=MemberIn(ref=f"practitioner:{doctor.id}"), by=as_actor(nurse), at=MONDAY)
    viewer = viewer_for(nurse, at=MONDAY)
    with django_assert_max_num_queries(12):
        whole(viewer, "practitioner", doctor.id)
    with django_assert_max_num_queries(6):
        listing(viewer, ListingAsked())
