"""A call with all it moves asks each thing once and writes all of it in one message, whole or not at all."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotPermitted
from throughline.practice.caseload import ranking
from throughline.practice.caseload.actions import CallIn, log_call, undo_call
from throughline.practice.caseload.queries import worklist
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.contacts.actions import ContactIn
from throughline.record.contacts.models import Contact
from throughline.record.tasks.actions import TaskIn, add_task
from throughline.record.tasks.models import Task, TaskTransition
from throughline.record.tasks.rules import UnableToMoveTask

pytestmark = pytest.mark.django_db


def _call(outcome: str = "no-answer") -> CallIn:
    return CallIn(contact=ContactIn(channel="phone", outcome=outcome, began_at=NOW), next_try=None)


def test_the_question_whether_she_is_hers_is_asked_once_a_call():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient)
    actor = actor_for(nurse, at=NOW)
    with CaptureQueriesContext(connection) as asked:
        log_call(patient_id=patient.id, call=_call(), by=actor, at=NOW)
    assert sum("access_patientaccess" in one["sql"] for one in asked) == 1


def test_a_no_is_never_remembered_and_the_next_act_asks_again():
    site = make_site()
    nurse, hers, other = make_user("case_manager", site), make_patient(site), make_patient(site)
    make_case(site, nurse, patient=hers)
    actor = actor_for(nurse, at=NOW)
    log_call(patient_id=hers.id, call=_call(), by=actor, at=NOW)
    with pytest.raises(NotPermitted):
        log_call(patient_id=other.id, call=_call(), by=actor, at=NOW)


def _standing_call(site, nurse, patient):
    task = TaskIn(patient_id=patient.id, verb="Call", title="check in", kind="call", owner_id=nurse.id, due_at=NOW)
    return add_task(patient_id=patient.id, task=task, by=actor_for(nurse, at=NOW), at=NOW)


def _failed(nurse, patient, *, hours=0, by=None):
    at = NOW + timedelta(hours=hours)
    call = CallIn(
        contact=ContactIn(channel="phone", outcome="no-answer", began_at=at, seconds=20),
        next_try=at + timedelta(days=1),
    )
    return log_call(patient_id=patient.id, call=call, by=by or actor_for(nurse, at=at), at=at)


def test_a_failed_call_is_five_reads_and_one_message_of_all_it_writes():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient)
    task_id, by = _standing_call(site, nurse, patient), actor_for(nurse, at=NOW)
    with CaptureQueriesContext(connection) as sent:
        _, said = _failed(nurse, patient, by=by)
    acts = [one["sql"] for one in sent if "SAVEPOINT" not in one["sql"]]
    assert "next try" in said
    assert len(acts) <= 6, acts
    assert [text for text in acts if "insert into" in text] == acts[-1:]
    task = Task.objects.get(pk=task_id)
    assert (task.hold_until, task.version) == (NOW + timedelta(days=1), 2)
    assert Contact.objects.filter(patient=patient).count() == 1
    assert TaskTransition.objects.filter(task=task, act="hold", by_id=nurse.id).count() == 1
    assert (
        JournalEntry.objects.filter(
            patient_id=patient.id, kind__in=["contacts.contact-logged", "tasks.task-held"]
        ).count()
        == 2
    )
    names = AuditEntry.objects.filter(patient_id=patient.id, kind="write", at=NOW).values_list("name", flat=True)
    assert {"caseload.log-call", "contacts.log", "tasks.hold"} <= set(names)


def test_the_history_keeps_the_task_as_it_was_and_who_moved_it():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient)
    task_id = _standing_call(site, nurse, patient)
    _failed(nurse, patient)
    kept = apps.get_model("tasks", "TaskEvent").objects.get(pgh_obj_id=task_id)
    assert (kept.hold_until, kept.version) == (None, 1)
    assert kept.pgh_context.metadata["action"] == "caseload.log-call"
    assert kept.pgh_context.metadata["user"] == str(nurse.id)


def test_a_case_is_marked_once_and_one_job_called_for_it_however_many_events_an_act_has():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    case_id = make_case(site, nurse, patient=patient)
    _standing_call(site, nurse, patient)
    with connection.cursor() as cursor:
        cursor.execute("update review_examined set dirty_since = null")
        cursor.execute("delete from procrastinate_jobs")
    _failed(nurse, patient)
    with connection.cursor() as cursor:
        cursor.execute("select dirty_since from review_examined where case_id = %s", [case_id])
        assert cursor.fetchall() == [(NOW,)]
        cursor.execute("select task_name, args from procrastinate_jobs")
        assert [(name, json.loads(said)) for name, said in cursor.fetchall()] == [
            ("review.look", {"case_id": str(case_id)})
        ]


def test_a_call_that_is_refused_at_its_end_leaves_nothing():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient)
    _standing_call(site, nurse, patient)
    call = CallIn(
        contact=ContactIn(channel="phone", outcome="no-answer", began_at=NOW), next_try=NOW + timedelta(days=91)
    )
    with pytest.raises(UnableToMoveTask, match="at most 90 days"):
        log_call(patient_id=patient.id, call=call, by=actor_for(nurse, at=NOW), at=NOW)
    assert not Contact.objects.exists()
    assert not JournalEntry.objects.filter(kind="contacts.contact-logged").exists()


def test_the_third_try_in_a_row_asks_for_the_letter_and_a_reached_one_begins_anew():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient, programme="community")
    _standing_call(site, nurse, patient)
    said = [_failed(nurse, patient, hours=hours)[1] for hours in (0, 4)]
    reached = ContactIn(channel="phone", outcome="spoke-patient", began_at=NOW + timedelta(hours=5),
                        identifiers=("name", "birth-date"))  # fmt: skip
    at = NOW + timedelta(hours=5)
    log_call(patient_id=patient.id, call=CallIn(contact=reached), by=actor_for(nurse, at=at), at=at)
    said += [_failed(nurse, patient, hours=hours)[1] for hours in (6, 10, 14)]
    assert [("letter" in words) for words in said] == [False, False, False, False, True]


def test_who_is_called_again_later_is_not_unheard_of_until_then():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    opened = NOW - timedelta(days=60)
    make_case(site, nurse, patient=patient, at=opened)
    _standing_call(site, nurse, patient)
    _failed(nurse, patient)
    after, next_day = NOW + timedelta(minutes=1), NOW + timedelta(days=1, hours=1)
    assert worklist(viewer_for(nurse, at=after)).rows == ()
    assert [row.first.kind for row in worklist(viewer_for(nurse, at=next_day)).rows] == ["call"]


def test_a_call_put_off_for_weeks_does_not_hide_that_nobody_heard_from_her():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient, at=NOW - timedelta(days=60))
    _standing_call(site, nurse, patient)
    again = CallIn(
        contact=ContactIn(channel="phone", outcome="no-answer", began_at=NOW), next_try=NOW + timedelta(days=20)
    )
    log_call(patient_id=patient.id, call=again, by=actor_for(nurse, at=NOW), at=NOW)
    (row,) = worklist(viewer_for(nurse, at=NOW + timedelta(minutes=1))).rows
    assert row.first.tier == ranking.GAP


@pytest.mark.parametrize(("language", "named"), [("", "English"), ("es", "Spanish"), ("xx", "her language")])
def test_the_letter_at_the_limit_names_her_language(language, named):
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site, language=language)
    make_case(site, nurse, patient=patient)
    for hours in range(3):
        _failed(nurse, patient, hours=hours)
    letter = Task.objects.get(patient=patient, kind="letter")
    assert letter.title.endswith(f"write in {named}")


def _wrong(nurse, patient, *, hours=0):
    at = NOW + timedelta(hours=hours)
    contact = ContactIn(channel="phone", outcome="wrong-number", began_at=at, number="+19375550176")
    call = CallIn(contact=contact, next_try=at + timedelta(days=1))
    return log_call(patient_id=patient.id, call=call, by=actor_for(nurse, at=at), at=at)


def test_after_a_wrong_number_the_right_one_is_sought_and_no_call_is_planned_to_it():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient, programme="community")
    contact_id, said = _wrong(nurse, patient)
    wanted = Task.objects.get(patient=patient)
    assert (wanted.verb, wanted.kind, wanted.owner_id) == ("Find", "task", nurse.id)
    assert "ending 0176" in wanted.title
    assert said.endswith("find the right number, on your list")
    _wrong(nurse, patient, hours=1)
    assert Task.objects.filter(patient=patient).count() == 1, "sought once, however often it is found wrong"
    undo_call(contact_id=contact_id, by=actor_for(nurse, at=NOW), at=NOW)
    wanted.refresh_from_db()
    assert wanted.state == "cancelled"


def test_a_call_that_waits_rests_while_the_right_number_is_sought_and_is_not_made_twice():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient, programme="community")
    standing = _standing_call(site, nurse, patient)
    _wrong(nurse, patient)
    after = NOW + timedelta(minutes=1)
    (row,) = worklist(viewer_for(nurse, at=after)).rows
    assert (row.first.verb, row.extras) == ("Find", ())
    assert Task.objects.get(patient=patient, kind="call").id == standing
