"""The Patients list and the search box."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.foundation.access.models import Grant, PatientAccess, Site, User
from throughline.foundation.access.queries import viewer_for
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.kernel.actor import system
from throughline.foundation.kernel.identity import new_id
from throughline.practice.caseload.records import RosterAsked
from throughline.practice.caseload.roster_queries import ORDERS, roster
from throughline.record.cases.models import Case
from throughline.record.people.actions import merge_patients, take_in_patients
from throughline.record.people.models import ContactPoint, Patient
from throughline.record.people.records import ContactPointIn, IdentifierIn, NameIn, PersonIn
from throughline.record.tasks.actions import TaskIn, add_task
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def place():
    return Site.objects.create(key="north", name="North")


def _user(place, role, client=None):
    found = User.objects.create(username=f"{role}{User.objects.count()}", full_name=f"Nurse {User.objects.count()}")
    Grant.objects.create(user=found, site=place, role=role, since=LONG_AGO)
    if client:
        client.force_login(found)
    return found


def _patients(place, count, owner=None):
    people = [
        PersonIn(
            source_id=str(n),
            names=(NameIn(f"Family{n:03d}", "Ana"),),
            birth_date=date(1930, 1, 1) + timedelta(days=97 * n) if n % 7 else None,
            identifiers=(IdentifierIn(f"MRN{n:05d}", "mrn"),),
            contact_points=(ContactPointIn(f"555201{n:04d}"),),
        )
        for n in range(count)
    ]
    taken = take_in_patients(site_id=place.id, source="s", people=people, by=system("test"), at=AT)
    keys = [each.patient_id for each in taken]
    if owner:
        Case.objects.bulk_create(
            Case(
                id=new_id(), site=place, patient_id=key, state="active", owner=owner if n % 5 else None, source="r",
                identified_on=AT.date(), opened_at=AT - timedelta(days=n % 9),
                last_contact_at=AT - timedelta(days=n) if n % 3 else None,
            )
            for n, key in enumerate(keys)
        )  # fmt: skip
        PatientAccess.objects.bulk_create(
            PatientAccess(site=place, patient_id=key, user=owner, kind="assignment", since=LONG_AGO) for key in keys
        )
    return keys


@pytest.mark.parametrize("scope", ["mine", "site"])
@pytest.mark.parametrize("order", list(ORDERS))
@pytest.mark.parametrize("role", ["case_manager", "supervisor"])
def test_pages_follow_one_another_without_gap_or_repeat(place, scope, order, role):
    nurse = _user(place, role)
    keys = _patients(place, 120, nurse)
    viewer = viewer_for(nurse, at=AT)
    seen, after, pages = [], "", 0
    while pages < 10:
        found = roster(viewer, RosterAsked(scope=scope, order=order, after=after))
        seen += [row.patient_id for row in found.rows]
        pages, after = pages + 1, found.older
        if not after:
            break
    owned = [key for n, key in enumerate(keys) if n % 5] if scope == "mine" else keys
    assert len(seen) == len(set(seen))
    assert set(seen) == set(owned)


def test_names_come_in_order_and_blank_contacts_first(place):
    nurse = _user(place, "case_manager")
    _patients(place, 30, nurse)
    viewer = viewer_for(nurse, at=AT)
    names = [row.name for row in roster(viewer, RosterAsked()).rows]
    assert names == sorted(names)
    assert roster(viewer, RosterAsked(order="contact")).rows[0].last_contact == "never"


def _statements(client, url, count):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(url)
    assert page.status_code == 200
    assert page.content.decode().count('id="row-') == count
    return len(asked)


def test_the_list_costs_the_same_for_ten_and_fifty(place, client):
    few, many = _user(place, "case_manager"), _user(place, "case_manager")
    _patients(place, 12, few)
    Case.objects.update(owner=few)
    client.force_login(few)
    client.get(reverse("desk:patients"))
    with_few = _statements(client, reverse("desk:patients"), 12)
    Patient.objects.update(sort_name="Moved")
    Case.objects.all().delete()
    PatientAccess.objects.all().delete()
    Patient.objects.all().delete()
    _patients(place, 60, many)
    Case.objects.update(owner=many)
    client.force_login(many)
    client.get(reverse("desk:patients"))
    with_many = _statements(client, reverse("desk:patients"), 50)
    assert with_few == with_many <= 15


def test_a_nurse_lists_her_own_and_a_supervisor_the_site(place, client):
    nurse = _user(place, "case_manager")
    _patients(place, 5, nurse)
    _user(place, "case_manager", client)
    assert "Family001" not in client.get(reverse("desk:patients") + "?scope=site").content.decode()
    _user(place, "supervisor", client)
    assert "Family001" in client.get(reverse("desk:patients")).content.decode()


def test_a_view_is_saved_shown_and_removed(place, client):
    nurse = _user(place, "case_manager", client)
    _patients(place, 3, nurse)
    client.post(reverse("desk:save-patients-view"), {"name": "Paused", "scope": "mine", "state": "paused"})
    page = client.get(reverse("desk:patients"))
    assert "Paused</a>" in page.content.decode()
    assert "Paused</a>" not in client.get(reverse("desk:today")).content.decode()


def test_search_finds_in_place_and_on_a_page(place, client):
    nurse = _user(place, "case_manager", client)
    keys = _patients(place, 12, nurse)
    part = client.post(reverse("desk:search"), {"q": "family0"}, headers={"HX-Request": "true"}).content.decode()
    assert part.count("<li>") == 8
    assert "<html" not in part
    assert "More match" in part
    assert client.post(reverse("desk:search"), {"q": "family003"})["Location"] == f"/p/{keys[3]}/"
    assert "Register a new patient" in client.post(reverse("desk:search"), {"q": ">register"}).content.decode()
    assert client.get(reverse("desk:search")).status_code == 200


@pytest.mark.parametrize(("said", "opened"), [("okonkwo", True), ("okon", True), ("okonkwu", False), ("bill", False)])
def test_a_record_is_opened_at_once_only_when_nobody_else_can_be_meant(place, client, said, opened):
    _user(place, "supervisor", client)
    people = [PersonIn(source_id="1", names=(NameIn("Okonkwo", "William"),))]
    take_in_patients(site_id=place.id, source="s", people=people, by=system("test"), at=AT)
    answer = client.post(reverse("desk:search"), {"q": said})
    assert answer.status_code == (302 if opened else 200)
    assert opened or "William Okonkwo" in answer.content.decode()


def test_search_costs_a_fixed_number_of_statements(place, client):
    nurse = _user(place, "case_manager", client)
    _patients(place, 60, nurse)
    client.post(reverse("desk:search"), {"q": "zz"})
    for text in ("family", "family003 ana", "0003", "ana 1930"):
        with CaptureQueriesContext(connection) as asked:
            client.post(reverse("desk:search"), {"q": text}, headers={"HX-Request": "true"})
        assert len(asked) <= 15


def test_names_never_enter_an_address(place, client):
    _user(place, "case_manager", client)
    page = client.get(reverse("desk:search") + "?q=family003").content.decode()
    assert "family003" not in page


def test_a_merged_record_leads_to_the_one_it_was_merged_into(place, client):
    _user(place, "supervisor", client)
    kept, retired = _patients(place, 2)
    merge_patients(survivor_id=kept, retired_id=retired, reason="asked her", by=system("test"), at=AT)
    answer = client.get(reverse("desk:patient", args=[retired]))
    assert (answer.status_code, answer["Location"]) == (302, f"/p/{kept}/")
    assert client.get(answer["Location"]).status_code == 200


def test_every_address_of_a_merged_record_leads_on_and_nothing_is_written_there(place, client):
    _user(place, "supervisor", client)
    kept, retired = _patients(place, 2)
    merge_patients(survivor_id=kept, retired_id=retired, reason="asked her", by=system("test"), at=AT)
    for name in ("people:particulars", "careplan:plan", "desk:story"):
        where = reverse(name, args=[retired])
        answer = client.get(where + "?kind=notes")
        assert answer["Location"] == reverse(name, args=[kept]) + "?kind=notes"
    answer = client.post(reverse("people:add", args=[retired, "phone"]), {"system": "phone", "value": "555 201 4477"})
    assert "merged into another meanwhile" in answer.content.decode()
    assert not ContactPoint.objects.filter(value="+15552014477").exists()


def test_the_palette_lists_commands_only_and_acts_for_the_patient_at_hand_or_named(place, client):
    nurse = _user(place, "case_manager", client)
    keys = _patients(place, 12, nurse)

    def found(text, **rest):
        asked = {"q": text, **rest}
        return client.post(reverse("desk:search"), asked, headers={"HX-Request": "true"}).content.decode()

    every = found(">")
    assert "Go to Today" in every
    assert "Family0" not in found(">family")
    here = found("> log call", about=str(keys[3]))
    assert f"/p/{keys[3]}/call/" in here
    assert f"/today/{keys[3]}/?open=task" in found(">task", about=str(keys[3]))
    assert f"/p/{keys[3]}/call/" in found("log call family003")
    assert "/call/" not in found("> log call")
    PatientAccess.objects.filter(patient_id=keys[3]).delete()
    assert "/call/" not in found("> log call", about=str(keys[3]))


def test_today_keeps_its_statements_and_its_size_at_fifty_rows(place, client):
    nurse = _user(place, "case_manager", client)
    keys = _patients(place, 60, nurse)
    Case.objects.update(owner=nurse)
    for key in keys:
        for number in range(2):
            task = TaskIn(patient_id=key, title=f"Ask about the weight {number}", verb="Call", owner_id=nurse.id)
            add_task(patient_id=key, task=task, by=viewer_for(nurse, at=AT).actor, at=AT)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/")
    assert page.content.decode().count('class="row"') == 50
    assert len(asked) <= 11
    assert len(page.content) <= 60_000
    Task.objects.filter(patient_id__in=keys[10:]).update(owner=None, state="done")
    with CaptureQueriesContext(connection) as fewer:
        client.get("/")
    assert len(fewer) == len(asked)


def test_the_story_marks_what_came_since_the_last_visit(place, client):
    nurse = _user(place, "case_manager", client)
    key = _patients(place, 2, nurse)[0]
    page = reverse("desk:patient", args=[key])
    assert "since your last visit" not in client.get(page).content.decode()
    now = datetime.now(UTC)
    actor = viewer_for(nurse, at=now).actor
    written = TaskIn(patient_id=key, title="Ask about the weight", verb="Call", owner_id=nurse.id)
    add_task(patient_id=key, task=written, by=actor, at=now - timedelta(days=2))
    write_entry(
        kind="read", name="desk.patient", by=actor, at=now - timedelta(days=1), site_id=place.id, patient_id=key
    )
    add_task(patient_id=key, task=written, by=actor, at=now)
    shown = client.get(page).content.decode()
    assert shown.count("since your last visit") == 1


def test_an_empty_list_says_whether_filters_or_work_are_missing(place, client):
    _user(place, "case_manager", client)
    assert "No patients here yet" in client.get("/patients/").content.decode()
    narrowed = client.get("/patients/?state=active").content.decode()
    assert "Nobody fits these filters" in narrowed
    assert "Choose Any" in narrowed
