"""The pages of appointments by plain forms: booked, doubted, moved, missed, taken back, printed in her language."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import as_actor, make_site, make_user, open_record
from throughline.practice.coordination.actions.appointments import book
from throughline.practice.coordination.models import Appointment
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.people.models import Organization, Practitioner, PractitionerRole
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def nurse(client):
    found = make_user("case_manager", make_site(name="Harbor"), name="Dana Whitfield")
    client.force_login(found)
    return found


@pytest.fixture
def patient(nurse):
    site = nurse.grants.get().site
    found = make_patient(site, language="es", preferred_name="Lupe")
    make_case(site, nurse, patient=found)
    return found


def made(patient, nurse, starts_at, **more):
    given = AppointmentIn(
        what="Heart clinic", provider="Dr. Pillai", starts_at=starts_at, ends_at=starts_at + HOUR, **more
    )
    return book(
        patient_id=patient.id,
        appointment=given,
        by=as_actor(nurse),
        at=min(starts_at, datetime.now(UTC)) - timedelta(days=9),
    )


def post(client, name, key, follow=True, **fields):
    return client.post(reverse(f"coordination:{name}", args=[key]), fields, follow=follow)


FORM = {"minutes": "30", "what": "Visit", "kind": "visit"}


def test_booking_with_a_practitioner_takes_place_and_phone_from_the_directory(client, patient):
    house = Organization.objects.create(
        site=patient.site, name="Twin Forks", phone="+19375550130", address_lines=["41 Wyoming Street"], city="Dayton"
    )
    doctor = Practitioner.objects.create(site=patient.site, display_name="Anand Pillai, MD", sort_name="Pillai, Anand")
    PractitionerRole.objects.create(site=patient.site, practitioner=doctor, organization=house, specialty="Cardiology")
    page = client.get(reverse("coordination:book", args=[patient.id])).content.decode()
    assert "Anand Pillai, MD (Cardiology, Twin Forks)" in page
    assert "Calling to book" in page
    shown = post(
        client, "book", patient.id, **FORM, who=f"practitioner:{doctor.id}", when="2031-03-14 10:30"
    ).content.decode()
    assert "Friday, Mar 14, 2031, 10:30 AM to 11:00 AM" in shown
    assert "Twin Forks, 41 Wyoming Street, Dayton" in shown
    assert "(937) 555-0130" in shown
    assert "data-undo" in shown


def test_the_phone_there_is_shown_and_changed_as_people_write_it(client, patient, nurse):
    at = datetime(2031, 3, 14, 15, tzinfo=UTC)
    visit = made(patient, nurse, at, place="41 Wyoming Street", phone="+19375550130")
    where = reverse("coordination:arrange", args=[visit])
    form = client.get(where).content.decode()
    assert 'type="tel" value="(937) 555-0130"' in form
    seen = re.findall(r'name="seen" value="([^"]+)"', form)
    fields = {"what": "Heart clinic", "place": "41 Wyoming Street", "transport": "", "interpreter": ""}
    client.post(where, fields | {"seen": seen, "phone": "937.555.0199"})
    assert Appointment.objects.get().phone == "+19375550199"
    seen = re.findall(r'name="seen" value="([^"]+)"', client.get(where).content.decode())
    client.post(where, fields | {"seen": seen, "phone": "937 555 0199, ask for Ann"})
    assert Appointment.objects.get().phone == "937 555 0199, ask for Ann"


def test_what_lacks_comes_back_with_everything_typed(client, patient):
    answer = post(client, "book", patient.id, **FORM, when="someday", bring="Pill bottles")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose whom the appointment is with" in page
    assert "Write a day and a time" in page
    assert "Pill bottles" in page
    assert not Appointment.objects.exists()


def test_a_doubtful_time_is_booked_only_when_sent_again_for_that_very_time(client, patient):
    fields = FORM | {"other": "Dr. Pillai", "when": "2031-07-04 10:30"}
    answer = post(client, "book", patient.id, **fields)
    assert answer.status_code == 422
    assert "Independence Day; most offices are closed" in answer.content.decode()
    agreed = answer.context["anyway"]
    assert post(client, "book", patient.id, **fields | {"when": "2031-07-05 10:30"}, anyway=agreed).status_code == 422
    assert post(client, "book", patient.id, **fields, anyway=agreed).status_code == 200
    assert Appointment.objects.get().provider == "Dr. Pillai"


def test_moving_by_the_form_and_taking_it_back(client, patient, nurse, now):
    key = made(patient, nurse, datetime(2031, 3, 14, 15, tzinfo=UTC))
    shown = post(client, "move", key, when="2031-03-17 9:00", minutes="60", reason="Clinic asked").content.decode()
    assert "Monday, Mar 17, 2031, 9:00 AM to 10:00 AM" in shown
    assert "Moved from" in shown
    back = post(client, "undo", key, version=Appointment.objects.get().version).content.decode()
    assert "Friday, Mar 14, 2031" in back
    assert "data-undo" not in back


def test_one_that_is_over_is_named_on_the_calendar_until_somebody_says_how_it_went(client, patient, nurse, now):
    key = made(patient, nurse, now - 3 * HOUR)
    calendar = reverse("coordination:patient-calendar", args=[patient.id])
    assert "nobody said how they went" in client.get(calendar).content.decode()
    post(client, "miss", key, reason="transport", note="No bus")
    assert "nobody said how they went" not in client.get(calendar).content.decode()
    assert Task.objects.get(subject=f"appointment:{key}:missed").state == "open"


def test_a_missed_one_needs_its_reason(client, patient, nurse, now):
    key = made(patient, nurse, now - 3 * HOUR)
    answer = post(client, "miss", key, reason="")
    assert answer.status_code == 422
    assert "Choose why the patient did not come" in answer.content.decode()


def test_the_calendar_shows_week_day_and_agenda_and_survives_any_date(client, patient, nurse):
    made(patient, nurse, datetime(2031, 3, 14, 15, tzinfo=UTC), transport="arranged",
         transport_at=datetime(2031, 3, 14, 14, tzinfo=UTC), transport_note="Valley Rides")  # fmt: skip
    for view in ("week", "day", "agenda"):
        page = client.get(reverse("coordination:calendar"), {"view": view, "on": "2031-03-14"}).content.decode()
        assert "11:00 AM to 12:00 noon" in page
        assert "Ride to Dr. Pillai, Valley Rides" in page
        assert patient.display_name in page
    assert (
        "Nothing is on the calendar"
        in client.get(reverse("coordination:calendar"), {"on": "9999-99-99"}).content.decode()
    )
    assert client.get(reverse("coordination:calendar"), {"on": "0001-01-01", "view": "x"}).status_code == 200


def test_the_patients_list_is_in_her_language_with_place_phone_and_ride(client, patient, nurse):
    made(patient, nurse, datetime(2031, 3, 14, 15, tzinfo=UTC), transport="arranged", place="41 Wyoming Street",
         transport_at=datetime(2031, 3, 14, 14, tzinfo=UTC), phone="9375550130", interpreter="confirmed")  # fmt: skip
    address = reverse("coordination:patient-list", args=[patient.id])
    page = client.get(address).content.decode()
    for words in ("Sus citas", "Lupe", "Viernes, 14 de marzo", "41 Wyoming Street", "(937) 555-0130",
                  "El transporte le recoge a las 10:00 AM", "su lista de medicinas", 'lang="es"'):  # fmt: skip
        assert words in page
    english = client.get(address, {"lang": "en"}).content.decode()
    assert "Friday, March 14" in english
    assert "A ride will pick you up at 10:00 AM" in english


def test_a_language_without_words_is_said_and_the_letter_says_that_nothing_is_sent(client, patient, nurse):
    patient.language = "so"
    patient.save()
    key = made(patient, nurse, datetime(2031, 3, 14, 15, tzinfo=UTC))
    page = client.get(reverse("coordination:letter", args=[key])).content.decode()
    assert "not written in the language of the patient" in page
    assert "Nothing is sent from here" in page


def test_who_may_only_read_sees_no_buttons_and_is_told_why(client, patient, nurse, now):
    key = made(patient, nurse, now - 3 * HOUR)
    doctor = make_user("physician_consultant", patient.site)
    open_record(patient.id, patient.site, user=doctor)
    client.force_login(doctor)
    page = client.get(reverse("coordination:appointment", args=[key])).content.decode()
    assert "You may read this" in page
    assert "How did it go?" not in page
    assert post(client, "keep", key).status_code == 403
