"""Pages of people: registering with look-alikes, particulars, duplicates, merging and taking it back."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.foundation.journal.outbox import deliver_due
from throughline.record.people.actions import add_contact_point, change_particulars, register_patient
from throughline.record.people.models import ContactPoint, Patient, PatientMerge, PatientName, PossibleDuplicate
from throughline.record.people.records import ContactPointIn
from throughline.record.people.tests.factories import AT, actor, open_to, person, site, user, weigh_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    found = user("case_manager")
    client.force_login(found)
    return found


@pytest.fixture
def supervisor(client):
    found = user("supervisor")
    client.force_login(found)
    return found


@pytest.fixture
def her():
    return register_patient(site_id=site().id, person=person(phone="5552014477", mrn="1"), by=actor(), at=AT)


def _typed(**rest):
    return {"family": "Ibarra", "given": "Consuelo", "birth_date": "14 Mar 1943", "phone": "555-201-4477"} | rest


def test_a_patient_is_registered_and_open_to_who_registered_her(client, nurse):
    answer = client.post(
        reverse("people:register"), _typed(preferred="Chelo", mrn="A-1", street="1 Elm", language="es")
    )
    patient = Patient.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/p/{patient.id}/"
    assert (patient.preferred_name, patient.mrn, patient.language) == ("Chelo", "A-1", "es")
    assert client.get(answer["Location"]).status_code == 200


def test_what_cannot_stand_comes_back_with_everything_typed(client, nurse):
    answer = client.post(reverse("people:register"), _typed(birth_date="13/13/1943"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Enter a day that was" in text
    assert 'value="Ibarra"' in text
    assert not Patient.objects.exists()


def test_a_likely_double_must_be_denied_first(client, nurse, her):
    page = client.post(reverse("people:register"), _typed())
    assert page.status_code == 422
    assert "same birth date" in page.content.decode()
    assert Patient.objects.count() == 1
    assert client.post(reverse("people:register"), _typed(distinct="yes")).status_code == 302
    assert Patient.objects.count() == 2
    assert deliver_due(at=datetime.now(UTC)).done == 2
    assert PossibleDuplicate.objects.count() == 1


def test_look_alikes_show_while_typing_without_more_than_needed(client, nurse, her):
    text = client.post(reverse("people:check"), _typed(), headers={"HX-Request": "true"}).content.decode()
    assert "Consuelo Ibarra" in text
    assert "not on your list" in text
    assert "555" not in text
    assert "<html" not in text
    nobody = client.post(reverse("people:check"), {"family": "Zz"}, headers={"HX-Request": "true"}).content.decode()
    assert nobody.strip() == ""


def test_particulars_are_changed_added_and_ended(client, nurse, her):
    open_to(nurse, her, site())
    where = reverse("people:particulars", args=[her])
    assert "(555) 201-4477" in client.get(where).content.decode()
    assert client.post(where, {"birth_date": "3/15/1943", "pronouns": "she/her", "was-pronouns": ""}).status_code == 302
    add = reverse("people:add", args=[her, "phone"])
    more = {"system": "phone", "value": "555 201 9000", "kind": "mobile", "rank": "2"}
    assert client.post(add, more)["Location"] == f"{where}#phone"
    old = ContactPoint.objects.get(value="+15552014477")
    client.post(reverse("people:end", args=[her, old.id]), {"what": "phone"})
    patient = Patient.objects.get(pk=her)
    assert (patient.pronouns, patient.birth_date.day, patient.phone) == ("she/her", 15, "+15552019000")


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("name", {"use": "preferred", "given": "Chelo"}),
        ("address", {"use": "home", "street": "1 Elm"}),
        ("number", {"kind": "member", "value": "W9"}),
        ("person", {"name": "Ana", "authority": "hcpoa", "phone": "5552013333", "may_be_told": ["plan"]}),
    ],
)
def test_each_kind_of_particular_can_be_added(client, nurse, her, what, typed):
    open_to(nurse, her, site())
    assert client.post(reverse("people:add", args=[her, what]), typed).status_code == 302
    assert client.post(reverse("people:add", args=[her, what]), {}).status_code == 422


def test_the_same_field_changed_by_another_shows_both(client, nurse, her):
    open_to(nurse, her, site())
    change_particulars(patient_id=her, changes={"pronouns": "they/them"}, shown={}, by=actor(), at=AT)
    where = reverse("people:particulars", args=[her])
    answer = client.post(where, {"pronouns": "she/her", "was-pronouns": ""})
    assert answer.status_code == 409
    assert "they/them" in answer.content.decode()
    assert 'value="she/her"' in answer.content.decode()


def test_a_pair_is_compared_merged_and_taken_back(client, supervisor, her):
    other = register_patient(site_id=site().id, person=person("Ybarra", phone="5552014477", mrn="2"), by=actor(), at=AT)
    weigh_all()
    board = client.get(reverse("people:duplicates")).content.decode()
    assert "one letter" in board
    where = reverse("people:merge", args=[her, other])
    preview = client.get(where).content.decode()
    assert "1 name<" in preview
    assert client.post(where, {"reason": ""}).status_code == 422
    assert client.post(where, {"reason": "asked her"})["Location"] == f"/p/{her}/"
    assert Patient.objects.get(pk=other).merged_into_id == her
    merge = PatientMerge.objects.get()
    assert "Take back" in client.get(reverse("people:decided")).content.decode()
    client.post(reverse("people:undo-merge", args=[merge.id]), {"reason": "sisters"})
    assert Patient.objects.get(pk=other).merged_into_id is None
    assert PatientName.objects.filter(patient_id=other).exists()


def test_a_pair_is_kept_apart_and_reopened(client, supervisor, her):
    register_patient(site_id=site().id, person=person("Ybarra", phone="5552014477"), by=actor(), at=AT)
    weigh_all()
    pair = PossibleDuplicate.objects.get()
    client.post(reverse("people:apart", args=[pair.id]), {"why": "sisters"})
    assert "No possible duplicates" in client.get(reverse("people:duplicates")).content.decode()
    assert "sisters" in client.get(reverse("people:decided")).content.decode()
    client.post(reverse("people:reopen", args=[pair.id]))
    assert PossibleDuplicate.objects.get().state == "open"


@pytest.mark.parametrize("name", ["people:duplicates", "people:decided"])
def test_a_case_manager_may_not_merge(client, nurse, name):
    assert client.get(reverse(name)).status_code == 403


def test_another_nurses_patient_is_not_shown(client, nurse, her):
    assert client.get(reverse("people:particulars", args=[her])).status_code == 404


def test_a_colleague_s_other_field_stays_and_the_same_field_shows_both_texts(client, nurse, her):
    open_to(nurse, her, site())
    where = reverse("people:particulars", args=[her])
    seen = re.findall(r'name="seen" value="([^"]+)"', client.get(where).content.decode())
    change_particulars(patient_id=her, changes={"code_status": "DNR"}, shown={}, by=actor(), at=AT)
    sent = {"birth_date": "3/14/1943", "pronouns": "she/her", "code_status": "", "seen": seen}
    assert client.post(where, sent).status_code == 302
    patient = Patient.objects.get(pk=her)
    assert (patient.pronouns, patient.code_status) == ("she/her", "DNR")
    change_particulars(patient_id=her, changes={"pronouns": "they/them"}, shown={}, by=actor(), at=AT)
    stale = [one for one in seen if not one.startswith("code_status:")]
    answer = client.post(where, {**sent, "pronouns": "he/him", "seen": stale})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<mark>they/them</mark>" in page or "they" in page
    assert 'name="keep.pronouns"' in page
    assert Patient.objects.get(pk=her).pronouns == "they/them"
    shown = re.findall(r'name="seen" value="([^"]+)"', page)
    answer = client.post(
        where, {"birth_date": "3/14/1943", "pronouns": "he/him", "keep.pronouns": "yours", "seen": shown}
    )
    assert answer.status_code == 302
    assert Patient.objects.get(pk=her).pronouns == "he/him"


@pytest.mark.parametrize("page", ["people:duplicates", "people:particulars"])
def test_a_page_takes_as_many_statements_for_a_long_list_as_for_a_short_one(client, supervisor, her, page):
    def statements() -> int:
        args = [her] if page == "people:particulars" else []
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(page, args=args)).status_code == 200
        return len(asked)

    def more(numbers: range) -> None:
        for number in numbers:
            phone = f"55520144{number:02d}"
            add_contact_point(patient_id=her, point=ContactPointIn(phone), by=actor(), at=AT)
            register_patient(
                site_id=site().id, person=person("Ybarra", phone=phone, mrn=f"D{number}"), by=actor(), at=AT
            )
        weigh_all()

    more(range(10, 12))
    statements()  # what is remembered from the first time on is not counted
    few = statements()
    more(range(20, 26))
    assert statements() == few


def test_the_facts_of_two_records_are_compared_in_words(client, supervisor, her):
    other = register_patient(site_id=site().id, person=person("Ybarra", phone="5552014477", mrn="2"), by=actor(), at=AT)
    Patient.objects.filter(pk=her).update(birth_sex="F", language="zh", gender="female")
    shown = client.get(reverse("people:merge", args=[her, other])).content.decode()
    for words in ("Chinese", "Female"):
        assert words in shown
    assert not re.search(r">\s*(F|zh|female)\s*<", shown)


def test_a_death_keeps_its_day_in_every_zone_and_can_be_taken_back(client, nurse, her):
    open_to(nurse, her, site())
    where, page = reverse("people:deceased", args=[her]), reverse("people:particulars", args=[her])
    client.post(where, {"on": "2025-11-02"})
    died = Patient.objects.get(pk=her).deceased_at
    assert {f"{died.astimezone(ZoneInfo(zone)):%F}" for zone in ("Pacific/Honolulu", "Europe/Madrid")} == {"2025-11-02"}
    assert "Died on Nov 2, 2025." in client.get(page).content.decode()
    client.post(where, {"on": "2025-11-03"})
    assert "Died on Nov 3, 2025." in client.get(page).content.decode()
    client.post(where, {"reason": "Another patient of the name"})
    assert not Patient.objects.get(pk=her).deceased
    assert "Record that she died" in client.get(page).content.decode()
