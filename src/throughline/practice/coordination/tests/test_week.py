"""A week by script: what is missed and what is decided in rounds stands in somebody's Today until it is closed."""

from datetime import UTC, datetime, timedelta

import pytest

from throughline.foundation.access.tests.factories import as_actor, as_viewer, make_site, make_user, open_record
from throughline.foundation.kernel.actor import system
from throughline.practice.caseload.queries import worklist
from throughline.practice.coordination.actions import appointments, rounds
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes
from throughline.practice.coordination.models import RoundEntry
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.records.rounds import AnswerIn
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.tasks.actions import do_task
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
