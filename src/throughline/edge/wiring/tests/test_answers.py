"""What the foundation asks of the record: names for reviewers, and what a leaver would leave behind."""

from datetime import timedelta

import pytest

from throughline.foundation.access import actions
from throughline.foundation.access.actions import UnableToDeactivate
from throughline.foundation.access.labels import patient_names
from throughline.foundation.access.tests.factories import as_actor, as_viewer, make_site, make_team, make_user
from throughline.foundation.kernel.actor import system
from throughline.practice.caseload.actions import move_caseload
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes
from throughline.practice.coordination.actions.appointments import book
from throughline.practice.coordination.models import Appointment
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.record.cases.actions import assign_case
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.tasks.actions import TaskIn, add_task, answer_offer, do_task, offer_task
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


def test_a_reviewer_reads_the_names_of_patients_of_her_own_site_only():
    here, there = make_site(), make_site()
    hers, theirs = make_patient(here, name="Medina, Rosa"), make_patient(there)
    viewer = as_viewer(make_user("auditor", here))
    assert patient_names(viewer, [hers.id, theirs.id, None]) == {hers.id: "Rosa Medina"}


def test_an_account_is_closed_once_its_cases_and_tasks_are_passed_on():
    site = make_site()
    nurse, other = make_user("case_manager", site), make_user("case_manager", site)
    supervisor, admin = make_user("supervisor", site), make_user("administrator", site)
    patient = make_patient(site)
    case_id = make_case(site, nurse, patient=patient)
    task = TaskIn(patient_id=patient.id, title="Call", owner_id=nurse.id)
    task_id = add_task(patient_id=patient.id, task=task, by=as_actor(nurse, at=NOW), at=NOW)
    close = {"user_id": nurse.id, "site_id": site.id, "reason": "left", "by": as_actor(admin, at=NOW), "at": NOW}
    with pytest.raises(UnableToDeactivate, match="owns 1 open case and 1 open task here"):
        actions.deactivate_user(**close)
    do_task(task_id=task_id, by=as_actor(nurse, at=NOW), at=NOW)
    with pytest.raises(UnableToDeactivate, match="owns 1 open case here"):
        actions.deactivate_user(**close)
    by = as_actor(supervisor, at=NOW)
    assign_case(case_id=case_id, owner_id=other.id, team_id=None, by=by, at=NOW)
    actions.deactivate_user(**close)
    nurse.refresh_from_db()
    assert not nurse.is_active


def test_a_task_handed_on_by_who_leaves_goes_back_to_whoever_took_her_list():
    site = make_site()
    leaver, heir, carrier = (make_user("case_manager", site) for _ in range(3))
    supervisor, admin = make_user("supervisor", site), make_user("administrator", site)
    case_id, team = make_case(site, leaver), make_team(site)
    patient_id = Case.objects.get(pk=case_id).patient_id
    by_supervisor = as_actor(supervisor, at=NOW)
    assign_case(case_id=case_id, owner_id=leaver.id, team_id=team.id, by=by_supervisor, at=NOW)
    by = as_actor(leaver, at=NOW)
    task_id = add_task(
        patient_id=patient_id, task=TaskIn(patient_id=patient_id, title="Call", owner_id=leaver.id), by=by, at=NOW
    )
    offer_task(task_id=task_id, to_id=carrier.id, by=by, at=NOW)
    assign_case(case_id=case_id, owner_id=heir.id, team_id=team.id, by=by_supervisor, at=NOW)
    close = {"user_id": leaver.id, "site_id": site.id, "reason": "left", "by": as_actor(admin, at=NOW), "at": NOW}
    with pytest.raises(UnableToDeactivate, match="owns 1 open task here"):
        actions.deactivate_user(**close)
    assign_case(case_id=case_id, owner_id=leaver.id, team_id=team.id, by=by_supervisor, at=NOW)
    moved = move_caseload(
        site_id=site.id, from_user_id=leaver.id, to_user_id=heir.id, by=as_actor(supervisor, at=NOW), at=NOW
    )
    assert moved == (1, 1)
    assert Case.objects.get(pk=case_id).team_id == team.id
    assert (Task.objects.get(pk=task_id).owner_id, Task.objects.get(pk=task_id).state) == (carrier.id, "offered")
    actions.deactivate_user(**close)
    answer_offer(task_id=task_id, accept=False, reason="On leave", by=as_actor(carrier, at=NOW), at=NOW)
    assert Task.objects.get(pk=task_id).owner_id == heir.id


def test_an_appointment_of_a_colleague_who_left_is_asked_about_and_stops_no_other():
    site = make_site()
    nurse, gone = make_user("case_manager", site), make_user("case_manager", site)
    admin = make_user("administrator", site)
    case_id = make_case(site, nurse)
    patient_id = Case.objects.get(pk=case_id).patient_id
    visit = AppointmentIn(
        what="Heart clinic", provider="Twin Forks", starts_at=NOW + timedelta(days=1),
        ends_at=NOW + timedelta(days=1, hours=1),
    )  # fmt: skip
    booked = book(patient_id=patient_id, appointment=visit, by=as_actor(nurse, at=NOW), at=NOW)
    Appointment.objects.filter(pk=booked).update(owner=gone)
    actions.deactivate_user(user_id=gone.id, site_id=site.id, reason="left", by=as_actor(admin, at=NOW), at=NOW)
    assert ask_outcomes(by=system("test"), at=NOW + timedelta(days=2)) == 1
    assert Task.objects.get(subject=f"appointment:{booked}:outcome").owner_id == nurse.id
