"""Booking and what hangs on it: tasks before and after, outcomes asked for, taking back, slots."""

from datetime import UTC, datetime, timedelta

import pytest

from throughline.foundation.access.tests.factories import as_actor, as_viewer, make_site, make_user
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotPermitted
from throughline.foundation.kernel.actor import system
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.coordination.actions import appointments as acts
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes
from throughline.practice.coordination.actions.slots import publish_slots
from throughline.practice.coordination.models import Appointment, Slot
from throughline.practice.coordination.queries import appointments as queries
from throughline.practice.coordination.records.appointments import AppointmentIn, SlotIn
from throughline.practice.coordination.rules.appointments import UnableToBook, UnableToMoveAppointment
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)  # Monday, 11:20 AM in New York
START = datetime(2026, 3, 16, 14, 30, tzinfo=UTC)  # the Monday after


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site, name="Dana Whitfield")


@pytest.fixture
def patient(site, nurse):
    found = make_patient(site, language="es", interpreter_needed=True)
    make_case(site, nurse, patient=found)
    return found


def given(**more):
    fields = {
        "what": "Heart clinic",
        "provider": "Dr. Pillai",
        "starts_at": START,
        "ends_at": START + timedelta(minutes=30),
    }
    return AppointmentIn(**(fields | more))


def book(patient, nurse, **more):
    return acts.book(patient_id=patient.id, appointment=given(**more), by=as_actor(nurse), at=NOW)


def live(patient, what=""):
    found = Task.objects.filter(patient=patient, state__in=LIVE, subject__startswith="appointment:")
    return [t for t in found.order_by("subject") if t.subject.endswith(what)]


def test_booking_reminds_on_the_working_day_before_in_her_language_and_asks_for_the_interpreter(patient, nurse):
    book(patient, nurse, transport="needed")
    (remind,) = live(patient, "remind")
    assert remind.due_at == datetime(2026, 3, 13, 14, tzinfo=UTC)  # Friday 10 AM, not Sunday
    assert remind.verb == "Reminder call"
    assert remind.why == "In Spanish with an interpreter, (937) 555-0187"
    assert remind.owner == nurse
    assert [t.verb for t in live(patient, "ride")] == ["Arrange"]
    assert [t.verb for t in live(patient, "interpreter")] == ["Confirm"]


def test_without_a_phone_the_reminder_is_a_letter_to_mail(site, nurse):
    quiet = make_patient(site, phone="")
    make_case(site, nurse, patient=quiet)
    book(quiet, nurse)
    assert live(quiet, "remind")[0].verb == "Mail"


def test_a_proposal_is_not_reminded_of_until_it_is_confirmed(patient, nurse):
    appointment_id = book(patient, nurse, proposed=True)
    assert live(patient, "remind") == []
    acts.confirm(appointment_id=appointment_id, by=as_actor(nurse), at=NOW)
    assert len(live(patient, "remind")) == 1


def test_what_is_arranged_ends_its_task(patient, nurse):
    appointment_id = book(patient, nurse, transport="needed")
    agreed = {
        "transport": "arranged", "transport_at": START - timedelta(minutes=45), "transport_note": "Valley Rides",
        "interpreter": "confirmed", "bring": "All pill bottles",
    }  # fmt: skip
    acts.arrange(appointment_id=appointment_id, changes=agreed, by=as_actor(nurse), at=NOW)
    assert [t.subject.rpartition(":")[2] for t in live(patient)] == ["remind"]


def test_moving_counts_up_moves_the_reminder_and_the_ride_must_be_set_anew(patient, nurse):
    appointment_id = book(patient, nurse, transport="arranged", transport_at=START - timedelta(hours=1))
    later = START + timedelta(days=2)
    acts.move(
        appointment_id=appointment_id, starts_at=later, ends_at=later + timedelta(hours=1), by=as_actor(nurse), at=NOW
    )
    row = Appointment.objects.get()
    assert (row.state, row.sequence, row.transport, row.transport_at) == ("moved", 1, "needed", None)
    assert live(patient, "remind")[0].due_at == datetime(2026, 3, 17, 14, tzinfo=UTC)
    assert JournalEntry.objects.filter(kind="coordination.appointment-moved").exists()


def test_an_outcome_is_asked_for_once_and_is_due_within_a_day(patient, nurse):
    appointment_id = book(patient, nurse)
    end = START + timedelta(minutes=30)
    assert ask_outcomes(by=system("test"), at=end - timedelta(minutes=1)) == 0
    assert ask_outcomes(by=system("test"), at=end) == 1
    assert ask_outcomes(by=system("test"), at=end + timedelta(hours=1)) == 0
    (asked,) = live(patient, "outcome")
    assert asked.due_at == end + timedelta(hours=24)
    assert asked.owner == nurse
    acts.keep(appointment_id=appointment_id, outcome="Diuretic raised", by=as_actor(nurse), at=end)
    asked.refresh_from_db()
    assert asked.state == "done"
    assert ask_outcomes(by=system("test"), at=end + timedelta(days=2)) == 0


def test_a_missed_one_leaves_a_task_with_the_reason_until_somebody_does_it(patient, nurse):
    appointment_id = book(patient, nurse)
    task_id = acts.miss(
        appointment_id=appointment_id, reason="transport", note="Bus did not come", by=as_actor(nurse), at=START
    )
    task = Task.objects.get(pk=task_id)
    assert task.title == "Missed Heart clinic: arrange a ride, then book again"
    assert task.why.startswith("No ride: Bus did not come.")
    assert task.state in LIVE
    entry = JournalEntry.objects.get(kind="coordination.appointment-missed")
    assert entry.payload["appointment_id"] == str(appointment_id)


def test_nothing_is_kept_or_missed_before_it_began(patient, nurse):
    appointment_id = book(patient, nurse)
    with pytest.raises(UnableToMoveAppointment, match="not begun"):
        acts.keep(appointment_id=appointment_id, by=as_actor(nurse), at=NOW)
    with pytest.raises(UnableToMoveAppointment, match="Choose why"):
        acts.miss(appointment_id=appointment_id, reason="", by=as_actor(nurse), at=START)


def test_the_event_of_a_kept_one_names_the_need_it_serves(patient, nurse):
    need = SuggestedNeed("x", "Fluid overload", "physical", 28, (), "high", "immediate", ("Weight up",))
    need_id = raise_need(patient_id=patient.id, need=need, by=as_actor(nurse), at=NOW)
    appointment_id = book(patient, nurse, need_id=need_id)
    acts.keep(appointment_id=appointment_id, by=as_actor(nurse), at=START)
    assert JournalEntry.objects.get(kind="coordination.appointment-kept").payload["need_id"] == str(need_id)
    other = make_patient(patient.site)
    make_case(patient.site, nurse, patient=other)
    with pytest.raises(UnableToBook, match="own needs"):
        book(other, nurse, need_id=need_id)


def test_taking_back_a_miss_brings_the_appointment_back_and_ends_the_follow_up(patient, nurse):
    appointment_id = book(patient, nurse)
    task_id = acts.miss(appointment_id=appointment_id, reason="forgot", by=as_actor(nurse), at=START)
    row = Appointment.objects.get()
    with pytest.raises(UnableToMoveAppointment, match="changed since"):
        acts.undo(appointment_id=appointment_id, version=row.version - 1, by=as_actor(nurse), at=START)
    acts.undo(appointment_id=appointment_id, version=row.version, by=as_actor(nurse), at=START)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("booked", "")
    assert row.sequence == 1
    assert Task.objects.get(pk=task_id).state == "cancelled"


def test_taking_back_a_move_restores_the_time_but_counts_up_for_other_calendars(patient, nurse):
    appointment_id = book(patient, nurse)
    later = START + timedelta(days=2)
    acts.move(
        appointment_id=appointment_id, starts_at=later, ends_at=later + timedelta(hours=1), by=as_actor(nurse), at=NOW
    )
    acts.undo(appointment_id=appointment_id, version=2, by=as_actor(nurse), at=NOW)
    row = Appointment.objects.get()
    assert (row.starts_at, row.state, row.sequence) == (START, "booked", 2)


def test_a_booking_taken_back_is_cancelled_and_ends_its_tasks(patient, nurse):
    appointment_id = book(patient, nurse)
    acts.undo(appointment_id=appointment_id, version=1, by=as_actor(nurse), at=NOW)
    assert Appointment.objects.get().state == "cancelled"
    assert live(patient) == []


def test_a_published_slot_is_taken_once_and_free_again_after_a_cancel(patient, nurse, site):
    one = SlotIn(
        source_id="s1", starts_at=START, ends_at=START + timedelta(minutes=20), place="Room 2", languages=("es",)
    )
    two = SlotIn(source_id="s2", starts_at=START + timedelta(hours=1), ends_at=START + timedelta(hours=2))
    by = system("feed")
    assert publish_slots(site_id=site.id, source="clinic", slots=[two, one], by=by, at=NOW) == 2
    viewer = as_viewer(nurse, at=NOW)
    shown = queries.slots_for(viewer, patient.id)
    assert [s.speaks for s in shown] == [True, False]
    appointment_id = book(patient, nurse, slot_id=shown[0].id)
    row = Appointment.objects.get()
    assert (row.place, row.ends_at) == ("Room 2", START + timedelta(minutes=20))
    assert len(queries.slots_for(viewer, patient.id)) == 1
    with pytest.raises(UnableToBook, match="just taken"):
        book(patient, nurse, slot_id=shown[0].id)
    acts.cancel(appointment_id=appointment_id, by_whom="provider", by=as_actor(nurse), at=NOW)
    assert len(queries.slots_for(viewer, patient.id)) == 2
    assert publish_slots(site_id=site.id, source="clinic", slots=[two], by=by, at=NOW) == 1
    assert Slot.objects.filter(withdrawn_at=None).count() == 1


def test_doubts_see_the_patient_and_the_colleague_and_closed_days(patient, nurse, site):
    other = make_patient(site)
    make_case(site, nurse, patient=other)
    book(other, nurse, with_user_id=nurse.id, what="Secret clinic")
    viewer = as_viewer(nurse, at=NOW)
    span = {"starts_at": START, "ends_at": START + timedelta(minutes=10), "kind": "visit"}
    said = queries.doubts(viewer, patient.id, **span, with_user_id=nurse.id)
    assert [d.kind for d in said] == ["clash"]
    assert "Secret" not in said[0].sentence
    holiday = datetime(2026, 7, 4, 15, tzinfo=UTC)
    named = queries.doubts(viewer, patient.id, starts_at=holiday, ends_at=holiday + timedelta(hours=1), kind="visit")
    assert "Independence Day" in named[0].sentence


def test_who_may_not_coordinate_books_nothing(patient, site):
    doctor = make_user("physician_consultant", site)
    with pytest.raises(NotPermitted):
        book(patient, doctor)
    assert not Appointment.objects.exists()


def test_a_stranger_finds_no_appointment(patient, nurse):
    book(patient, nurse)
    stranger = make_user("case_manager", make_site())
    assert queries.without_outcome(as_viewer(stranger, at=START + timedelta(days=1))) == []
    assert len(queries.without_outcome(as_viewer(nurse, at=START + timedelta(days=1)))) == 1
