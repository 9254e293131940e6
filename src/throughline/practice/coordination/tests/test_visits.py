"""A referral's visit is one appointment: booked once, and its outcome moves both."""

import io
from datetime import timedelta

import pytest
import typst
from pypdf import PdfReader

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.coordination.actions import appointments, outside, referrals
from throughline.practice.coordination.actions.referrals import ReferralIn
from throughline.practice.coordination.models import Appointment, ReferralOut
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.rules import referring
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.documents import actions as documents
from throughline.record.documents import queries as read
from throughline.record.documents.rules.files import UnableToAttach
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

VISIT = NOW + timedelta(days=7)
AFTER = VISIT + timedelta(hours=2)


@pytest.fixture
def nurse(db):
    return make_user("case_manager", make_site())


@pytest.fixture
def sent(nurse):
    patient = make_patient(nurse.grants.first().site)
    make_case(patient.site, nurse, patient=patient)
    by = actor_for(nurse, at=NOW)
    given = ReferralIn(kind="rehabilitation", service="Gait training", to_name="Lakeside Therapy", phone="+13155550188")
    made = referrals.draft_referral(patient_id=patient.id, referral=given, by=by, at=NOW)
    referrals.send_referral(referral_out_id=made, by=by, at=NOW)
    return made


def move(nurse, referral, act, at=NOW, **more):
    referrals.move_referral(referral_out_id=referral, act=act, by=actor_for(nurse, at=at), at=at, **more)


def scheduled(nurse, referral):
    move(nurse, referral, "schedule", scheduled_at=VISIT, place="12 Lake Street")
    return ReferralOut.objects.get(pk=referral)


def test_scheduling_books_the_visit_with_what_the_referral_says(nurse, sent):
    row = scheduled(nurse, sent)
    booked = row.appointment
    assert (booked.what, booked.provider, booked.place, booked.starts_at, booked.kind) == (
        "Gait training", "Lakeside Therapy", "12 Lake Street", VISIT, "therapy",
    )  # fmt: skip
    assert booked.phone == row.phone


def test_scheduling_may_take_an_appointment_that_is_booked_and_only_a_free_one_of_hers(nurse, sent):
    row, by = ReferralOut.objects.get(pk=sent), actor_for(nurse, at=NOW)
    wanted = AppointmentIn(what="Therapy", provider="Lakeside", starts_at=VISIT, ends_at=AFTER, place="Room 4")
    booked = appointments.book(patient_id=row.patient_id, appointment=wanted, by=by, at=NOW)
    move(nurse, sent, "schedule", appointment_id=booked)
    row.refresh_from_db()
    assert (row.appointment_id, row.scheduled_at, row.place) == (booked, VISIT, "Room 4")
    assert Appointment.objects.count() == 1
    other = make_patient(row.site)
    theirs = appointments.book(patient_id=other.id, appointment=wanted, by=_supervisor(row), at=NOW)
    with pytest.raises(referring.UnableToMoveReferral, match="of this patient"):
        move(nurse, sent, "schedule", appointment_id=theirs)


def _supervisor(row):
    return actor_for(make_user("supervisor", row.site), at=NOW)


def test_a_kept_visit_is_attended_and_taking_it_back_takes_both_back(nurse, sent):
    booked, by = scheduled(nurse, sent).appointment_id, actor_for(nurse, at=AFTER)
    appointments.keep(appointment_id=booked, outcome="Walked 40 m", by=by, at=AFTER)
    row = ReferralOut.objects.get(pk=sent)
    assert (row.state, row.acted) == ("attended", True)
    appointments.undo(appointment_id=booked, version=Appointment.objects.get(pk=booked).version, by=by, at=AFTER)
    row.refresh_from_db()
    assert (row.state, row.scheduled_at, row.appointment.state) == ("scheduled", VISIT, "booked")


def test_a_missed_visit_goes_back_to_scheduling_and_the_next_date_is_another_appointment(nurse, sent):
    booked, by = scheduled(nurse, sent).appointment_id, actor_for(nurse, at=AFTER)
    appointments.miss(appointment_id=booked, reason="transport", by=by, at=AFTER)
    row = ReferralOut.objects.get(pk=sent)
    assert (row.state, row.scheduled_at) == ("accepted", None)
    assert "No ride" in row.steps.order_by("-at").first().note
    move(nurse, sent, "schedule", at=AFTER, scheduled_at=AFTER + timedelta(days=3))
    row.refresh_from_db()
    assert row.appointment_id != booked
    assert row.appointment.state == "booked"


def test_a_cancelled_visit_asks_for_the_next_step_at_once(nurse, sent):
    booked, by = scheduled(nurse, sent).appointment_id, actor_for(nurse, at=NOW)
    appointments.cancel(appointment_id=booked, by_whom="provider", reason="Therapist ill", by=by, at=NOW)
    row = ReferralOut.objects.get(pk=sent)
    assert row.state == "accepted"
    asked = Task.objects.get(subject=f"referral-out:{sent}", state__in=LIVE)
    assert asked.due_at < NOW + timedelta(days=1)
    assert row.steps.order_by("-at", "-id").first().note == "Cancelled by the provider: Therapist ill"


def test_a_moved_visit_moves_the_referral_and_the_other_way_round(nurse, sent):
    row, by = scheduled(nurse, sent), actor_for(nurse, at=NOW)
    later = VISIT + timedelta(days=2)
    appointments.move(
        appointment_id=row.appointment_id, starts_at=later, ends_at=later + timedelta(hours=1), by=by, at=NOW
    )
    row.refresh_from_db()
    assert (row.state, row.scheduled_at) == ("scheduled", later)
    move(nurse, sent, "schedule", scheduled_at=VISIT)
    row.refresh_from_db()
    assert (row.appointment.starts_at, row.appointment.ends_at) == (VISIT, VISIT + timedelta(hours=1))
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("act", "at", "state", "whom"),
    [
        ("attend", AFTER, "kept", ""),
        ("report", AFTER, "kept", ""),
        ("miss", AFTER, "missed", ""),
        ("attend", NOW, "cancelled", "us"),
        ("miss", NOW, "cancelled", "patient"),
        ("decline", NOW, "cancelled", "provider"),
        ("cancel", NOW, "cancelled", "us"),
    ],
)
def test_what_the_referral_says_of_the_visit_is_written_into_the_appointment(nurse, sent, act, at, state, whom):
    booked = scheduled(nurse, sent).appointment_id
    move(nurse, sent, act, at=at, note="She said so by phone")
    row = Appointment.objects.get(pk=booked)
    assert (row.state, row.cancelled_by) == (state, whom)


def test_undoing_the_schedule_cancels_what_it_booked(nurse, sent):
    row = scheduled(nurse, sent)
    referrals.undo_step(referral_out_id=sent, version=row.version, by=actor_for(nurse, at=NOW), at=NOW)
    row.refresh_from_db()
    assert (row.state, row.appointment.state) == ("sent", "cancelled")


def test_undoing_attended_makes_the_appointment_open_again(nurse, sent):
    scheduled(nurse, sent)
    move(nurse, sent, "attend", at=AFTER)
    row = ReferralOut.objects.get(pk=sent)
    referrals.undo_step(referral_out_id=sent, version=row.version, by=actor_for(nurse, at=AFTER), at=AFTER)
    row.refresh_from_db()
    assert (row.state, row.appointment.state) == ("scheduled", "booked")


def test_files_of_the_record_go_into_the_packet_page_by_page_with_consent_alone(nurse, sent):
    by, seen = actor_for(nurse, at=NOW), viewer_for(nurse, at=NOW)
    patient = ReferralOut.objects.get(pk=sent).patient_id
    lab = bytes(typst.compile(b"Potassium 5.9 #pagebreak() Sodium 131"))
    file = documents.attach_file(patient_id=patient, name="Lab.pdf", content=lab, by=by, at=NOW)
    wanted = {"referral_out_id": sent, "viewer": seen, "files": [file], "by": by, "at": NOW}
    with pytest.raises(outside.UnableToShareWith, match="who agreed"):
        outside.keep_packet(**wanted)
    ReferralOut.objects.filter(pk=sent).update(agreed_by="Ada Okafor", agreed_how="in writing", agreed_at=NOW)
    content, found = read.pdf(seen, outside.keep_packet(**wanted))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert (found.state, [one.name for one in found.attachments]) == ("signed", ["Lab.pdf"])
    assert "Sodium 131" in pages[-1]
    assert "Lab.pdf" in pages[0]
    with pytest.raises(UnableToAttach, match="signed already"):
        documents.enclose_files(document_id=found.id, attachment_ids=[file], by=by, at=NOW)
