"""A week by script: what is missed and what is decided in rounds stands in somebody's Today until it is closed."""

from datetime import UTC, datetime, timedelta

import pytest

from throughline.foundation.access.tests.factories import as_actor, as_viewer, make_site, make_user, open_record
from throughline.foundation.kernel.actor import system
from throughline.practice.caseload.queries import worklist
from throughline.practice.coordination.actions import appointments, referrals, rounds
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes
from throughline.practice.coordination.actions.referrals import ReferralIn
from throughline.practice.coordination.models import Appointment, ReferralOut, RoundEntry
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.records.rounds import AnswerIn
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.tasks.actions import (
    TaskIn,
    add_task,
    answer_offer,
    check_report,
    do_task,
    offer_task,
    report_back,
)
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def due(user, at):
    """What stands on a colleague's Today, as it reads there."""
    rows = worklist(as_viewer(user, at=at)).rows
    return [f"{one.verb}: {one.title}" for row in rows for one in (row.first, *row.extras) if one.kind != "nothing"]


def does(user, words, at):
    """The colleague does the one task with these words."""
    task = Task.objects.get(title__contains=words, state__in=LIVE)
    do_task(task_id=task.id, outcome="done", by=as_actor(user, at=at), at=at)


def test_every_loop_of_the_week_stands_in_somebodys_list_until_it_closes():
    site = make_site()
    dana, rosa = (
        make_user("case_manager", site, name="Dana Whitfield"),
        make_user("social_worker", site, name="Rosa Lee"),
    )
    patient = make_patient(site)
    make_case(site, dana, patient=patient, at=MONDAY - DAY)
    open_record(patient.id, site, user=rosa, kind="care_team")

    # Monday: booked for Wednesday; the reminder call stands for Tuesday.
    at = MONDAY
    visit = AppointmentIn(
        what="Heart clinic", provider="Dr. Pillai", starts_at=at + 2 * DAY, ends_at=at + 2 * DAY + timedelta(hours=1)
    )
    booked = appointments.book(patient_id=patient.id, appointment=visit, by=as_actor(dana, at=at), at=at)
    assert any(line.startswith("Reminder call: Heart clinic") for line in due(dana, at))

    # Tuesday: rounds decide who clears the ride; it is on her list at once and not on Dana's.
    at = MONDAY + DAY
    round_id = rounds.begin_round(
        site_id=site.id, name="Own list", patients=[(patient.id, "")], by=as_actor(dana, at=at), at=at
    )
    line = RoundEntry.objects.get(round_id=round_id)
    said = AnswerIn(ready=False, barrier="Ride", owner_id=rosa.id, by="tomorrow")
    rounds.answer(round_entry_id=line.id, said=said, by=as_actor(dana, at=at), at=at)
    does(dana, "Heart clinic with Dr. Pillai", at)
    assert "Clear: Ride" in due(rosa, at)
    assert "Clear: Ride" not in due(dana, at)

    # Wednesday evening: it is over, nobody said how it went; the ride is late.
    at = MONDAY + 2 * DAY + timedelta(hours=2)
    assert ask_outcomes(by=system("appointments"), at=at) == 1
    assert any("how “Heart clinic”" in line for line in due(dana, at))
    assert "Clear: Ride" in due(rosa, at)

    # Thursday: she did not come, for want of the ride; the question leaves, its next step comes.
    at = MONDAY + 3 * DAY
    appointments.miss(appointment_id=booked, reason="transport", by=as_actor(dana, at=at), at=at)
    said_now = due(dana, at)
    assert not any("how “Heart clinic”" in line for line in said_now)
    assert "Follow up: Missed Heart clinic: arrange a ride, then book again" in said_now

    # Friday and the week after: both stand until somebody closes them.
    for later in (MONDAY + 4 * DAY, MONDAY + 11 * DAY):
        assert "Follow up: Missed Heart clinic: arrange a ride, then book again" in due(dana, later)
        assert "Clear: Ride" in due(rosa, later)
    at = MONDAY + 11 * DAY
    does(rosa, "Ride", at)
    does(dana, "Missed Heart clinic", at)
    assert not any("Ride" in line or "Heart clinic" in line for line in due(dana, at) + due(rosa, at))


def test_the_whole_week_leaves_no_loop_in_nobodys_list():
    """Delegated, declined, delegated again; a silent referral, its visit missed and made up; decided in rounds."""
    site = make_site()
    dana = make_user("case_manager", site, name="Dana Whitfield")
    petra, theo = (make_user("team_nurse", site, name=name) for name in ("Petra Voss", "Theo Marsh"))
    patient = make_patient(site)
    make_case(site, dana, patient=patient, at=MONDAY - DAY)
    days = [MONDAY + n * DAY for n in range(12)]

    def by(user, at):
        return as_actor(user, at=at)

    asked = TaskIn(patient_id=patient.id, verb="Teach", title="inhaler use", due_at=days[3], owner_id=dana.id)
    teach = add_task(patient_id=patient.id, task=asked, by=by(dana, days[0]), at=days[0])
    offer_task(task_id=teach, to_id=petra.id, by=by(dana, days[0]), at=days[0])
    given = ReferralIn(kind="rehabilitation", service="Lung rehabilitation", to_name="Lakeside", phone="+13155550188")
    sent = referrals.draft_referral(patient_id=patient.id, referral=given, by=by(dana, days[0]), at=days[0])
    referrals.send_referral(referral_out_id=sent, by=by(dana, days[0]), at=days[0])
    in_somebodys_list(patient, days[0])

    answer_offer(task_id=teach, accept=False, reason="No room", by=by(petra, days[1]), at=days[1])
    offer_task(task_id=teach, to_id=theo.id, by=by(dana, days[1]), at=days[1])
    answer_offer(task_id=teach, accept=True, by=by(theo, days[1]), at=days[1])
    round_id = rounds.begin_round(
        site_id=site.id, name="Own list", patients=[(patient.id, "")], by=by(dana, days[1]), at=days[1]
    )
    line = RoundEntry.objects.get(round_id=round_id)
    said = AnswerIn(ready=False, barrier="Oxygen at home", owner_id=theo.id, by="tomorrow")
    rounds.answer(round_entry_id=line.id, said=said, by=by(dana, days[1]), at=days[1])
    assert {"Clear: Oxygen at home", "Teach: inhaler use"} <= set(due(theo, days[2]))
    in_somebodys_list(patient, days[1])

    silent = next(day for day in days if any("Lung rehabilitation" in line for line in due(dana, day)))
    assert silent > days[1], "silence asks after business days, not at once"
    visit = silent + 2 * DAY
    referrals.move_referral(referral_out_id=sent, act="schedule", scheduled_at=visit, by=by(dana, silent), at=silent)
    booked = ReferralOut.objects.get(pk=sent).appointment_id
    after = visit + timedelta(hours=3)
    appointments.miss(appointment_id=booked, reason="transport", by=by(dana, after), at=after)
    assert ReferralOut.objects.get(pk=sent).state == "accepted"
    assert any("arrange a ride" in line for line in due(dana, after))
    in_somebodys_list(patient, after)

    report_back(task_id=teach, outcome="Shown back twice", by=by(theo, after), at=after)
    check_report(task_id=teach, verified=True, by=by(dana, after), at=after)
    does(theo, "Oxygen at home", after)
    does(dana, "arrange a ride", after)
    again = after + 2 * DAY
    referrals.move_referral(referral_out_id=sent, act="schedule", scheduled_at=again, by=by(dana, after), at=after)
    booked, end = ReferralOut.objects.get(pk=sent).appointment_id, again + timedelta(hours=2)
    appointments.keep(appointment_id=booked, outcome="Went well", by=by(dana, end), at=end)
    for act, note in (("report", "Walks 300 m"), ("close", "The need is met")):
        referrals.move_referral(referral_out_id=sent, act=act, note=note, by=by(dana, end), at=end)
    assert not Task.objects.filter(patient=patient, state__in=LIVE).exists()


def in_somebodys_list(patient, at):
    """Every live task has a holder, and every open referral and appointment a task or a day still to come."""
    live = Task.objects.filter(patient=patient, state__in=LIVE)
    assert all(task.owner_id or task.team_id for task in live)
    for row in ReferralOut.objects.filter(patient=patient).exclude(state__in=["closed", "cancelled"]):
        assert live.filter(subject=f"referral-out:{row.id}").exists(), row.state
    for row in Appointment.objects.filter(patient=patient, state__in=["booked", "moved", "proposed"]):
        assert row.ends_at > at or live.filter(subject=f"appointment:{row.id}:outcome").exists()
