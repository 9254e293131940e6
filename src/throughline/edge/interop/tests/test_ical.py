"""Invitations and feeds: the same for ever, right across the change of clocks, silent about health, revocable."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughline.edge.interop.ical.writing import Meeting, feed, invitation
from throughline.edge.interop.ical.zones import vtimezone
from throughline.foundation.access.tests.factories import as_actor, make_site, make_user
from throughline.foundation.audit.models import AuditEntry
from throughline.practice.coordination.actions import appointments as acts
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.record.cases.tests.factories import make_case, make_patient

EAST, SONORA, WEST = "America/New_York", "America/Phoenix", "America/Los_Angeles"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTES = st.integers(0, 8 * 365 * 24 * 60).map(lambda m: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
ORGANIZER = "mailto:dana@example.org"


def meeting(starts_at=NOW, zone=EAST, **more):
    fields = {"id": "a1", "summary": "Clinic visit", "state": "booked", "sequence": 0, "changed_at": NOW}
    return Meeting(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45), zone=zone, **(fields | more))


def opened(content):
    return icalendar.Calendar.from_ical(content)


def in_its_own_zone(calendar, name):
    """Read an event's local time by the VTIMEZONE in the file alone, as a program that knows no zone names does."""
    event = calendar.walk("VEVENT")[0]
    zone = next(z for z in calendar.walk("VTIMEZONE") if str(z["TZID"]) == event[name].params["TZID"])
    return event[name].dt.replace(tzinfo=zone.to_tz(lookup_tzid=False))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(MINUTES, st.sampled_from([EAST, SONORA, WEST, "America/Santiago"]))
def test_a_program_that_knows_no_zone_names_reads_the_same_instant(starts_at, zone):
    calendar = opened(invitation(meeting(starts_at, zone), organizer=ORGANIZER))
    local = starts_at.astimezone(ZoneInfo(zone))
    assert calendar.walk("VEVENT")[0]["DTSTART"].dt.replace(tzinfo=None) == local.replace(tzinfo=None)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    if not twice:  # iCalendar cannot say which of the two hours it is when the clocks go back
        assert in_its_own_zone(calendar, "DTSTART").utcoffset() == local.utcoffset()


@pytest.mark.parametrize(("zone", "winter", "summer"), [(EAST, -5, -4), (SONORA, -7, -7), (WEST, -8, -7)])
def test_the_rules_of_a_zone_hold_for_years_after(zone, winter, summer):
    there = vtimezone(zone, date(2026, 3, 1), date(2026, 3, 1)).to_tz(lookup_tzid=False)
    for year in (2025, 2026, 2034):
        assert datetime(year, 1, 15, tzinfo=there).utcoffset() == timedelta(hours=winter)
        assert datetime(year, 7, 15, tzinfo=there).utcoffset() == timedelta(hours=summer)


def test_the_change_itself_falls_on_the_second_sunday_of_march():
    text = vtimezone(EAST, date(2026, 3, 1), date(2026, 3, 1)).to_ical().decode()
    assert "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3" in text
    assert "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11" in text
    assert "RRULE" not in vtimezone(SONORA, date(2026, 3, 1), date(2026, 3, 1)).to_ical().decode()


def test_one_appointment_keeps_its_identifier_and_counts_up_until_it_is_cancelled():
    versions = [
        opened(invitation(meeting(sequence=n, state=state), organizer=ORGANIZER))
        for n, state in enumerate(["proposed", "booked", "moved", "cancelled"])
    ]
    events = [calendar.walk("VEVENT")[0] for calendar in versions]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2, 3]
    assert [str(calendar["METHOD"]) for calendar in versions] == ["REQUEST"] * 3 + ["CANCEL"]
    assert [str(event["STATUS"]) for event in events] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert all(event["ORGANIZER"] == ORGANIZER for event in events)


def test_a_feed_holds_each_zone_once_and_an_empty_one_opens():
    calendar = opened(feed([meeting(), meeting(zone=SONORA, id="a2"), meeting(id="a3")], name="Throughline"))
    assert sorted(str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")) == [EAST, SONORA]
    assert len(calendar.walk("VEVENT")) == 3
    assert str(opened(feed([], name="Throughline"))["METHOD"]) == "PUBLISH"


def samples():
    named = os.environ.get("THROUGHLINE_SHARED")
    tried = [Path(named)] if named else [folder / "shared" for folder in Path(__file__).resolve().parents]
    return next((folder / "data" / "ical" for folder in tried if (folder / "data" / "ical").is_dir()), None)


def test_beside_files_of_other_programs_ours_is_one_more_calendar_that_opens():
    folder = samples()
    if folder is None:
        pytest.skip("no folder shared/data/ical: not compared with calendars of other programs")
    theirs = 0
    for path in sorted(folder.glob("*.ics")):
        try:
            theirs += len(icalendar.Calendar.from_ical(path.read_bytes(), multiple=True))
        except (ValueError, KeyError, IndexError):
            continue  # odd on purpose
    assert theirs > 40
    ours = opened(invitation(meeting(datetime(2026, 3, 8, 14, tzinfo=UTC)), organizer=ORGANIZER))
    assert ours.errors == []
    assert ours.walk("VEVENT")[0].errors == []
    with_zone = opened((folder / "multiple_timezones.ics").read_bytes())
    assert {type(c) for c in ours.walk("VTIMEZONE")} == {type(c) for c in with_zone.walk("VTIMEZONE")}


@pytest.fixture
def nurse(db, client):
    found = make_user("case_manager", make_site(), name="Dana Whitfield")
    client.force_login(found)
    return found


@pytest.fixture
def appointment_id(nurse):
    patient = make_patient(nurse.grants.get().site, name="Quillfeather, Rosalind")
    make_case(patient.site, nurse, patient=patient)
    now = datetime.now(UTC)
    given = AppointmentIn(
        what="Methadone intake", provider="Harbor Point Recovery", place="508 Harbor Point", kind="visit",
        starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=2, hours=1),
    )  # fmt: skip
    return acts.book(patient_id=patient.id, appointment=given, by=as_actor(nurse), at=now)


def address_of(client):
    page = client.post(reverse("interop:feed-settings"), {"act": "open"}).content.decode()
    return page.split('value="http://testserver')[1].split('"')[0]


def test_the_feed_says_kind_and_time_and_no_name_reason_or_place(client, nurse, appointment_id):
    answer = client.get(address_of(client))
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Cache-Control"] == "no-store"
    event = opened(answer.content).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == "Clinic visit"
    for word in (b"Methadone", b"Recovery", b"Harbor", b"Quillfeather", b"Rosalind"):
        assert word not in answer.content
    assert AuditEntry.objects.filter(kind="export", name="interop.feed", actor_id=nurse.id).count() == 1


def test_a_new_address_closes_the_old_one_and_a_revoked_one_finds_nothing(client, nurse):
    first = address_of(client)
    second = address_of(client)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    client.logout()
    assert client.get(second).status_code == 200
    client.force_login(nurse)
    client.post(reverse("interop:feed-settings"), {"act": "close"})
    assert client.get(second).status_code == 404
    assert client.get(f"/calendar/feed/{uuid4()}.ics").status_code == 404


def test_who_left_is_read_no_more(client, nurse):
    address = address_of(client)
    nurse.is_active = False
    nurse.save()
    assert client.get(address).status_code == 404


def test_the_invitation_follows_a_move_and_a_cancel(client, nurse, appointment_id):
    address = reverse("interop:invitation", args=[appointment_id])
    first = opened(client.get(address).content)
    now = datetime.now(UTC)
    later = now + timedelta(days=5)
    acts.move(
        appointment_id=appointment_id, starts_at=later, ends_at=later + timedelta(hours=1), by=as_actor(nurse), at=now
    )
    moved = opened(client.get(address).content)
    acts.cancel(appointment_id=appointment_id, by_whom="patient", by=as_actor(nurse), at=now)
    last = opened(client.get(address).content)
    events = [calendar.walk("VEVENT")[0] for calendar in (first, moved, last)]
    assert len({str(event["UID"]) for event in events}) == 1
    numbers = [int(event["SEQUENCE"]) for event in events]
    assert numbers == sorted(set(numbers))
    assert str(last["METHOD"]) == "CANCEL"
    assert b"Methadone" not in client.get(address).content
