"""What the foundation asks of the record: names for reviewers, and what a leaver would leave behind."""

import pytest

from throughline.foundation.access import actions
from throughline.foundation.access.actions import UnableToDeactivate
from throughline.foundation.access.labels import patient_names
from throughline.foundation.access.tests.factories import as_actor, as_viewer, make_site, make_user
from throughline.record.cases.actions import assign_case
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.tasks.actions import TaskIn, add_task, do_task

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
