"""Tasks through their whole life, with refusals; nothing is doubled, lost or changed unseen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotPermitted
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW, make_case
from throughline.record.tasks import actions, queries, rules
from throughline.record.tasks.actions import TaskIn
from throughline.record.tasks.models import Task, TaskTransition

pytestmark = pytest.mark.django_db


class Ward:
    """A site with a nurse, her patient, and a colleague who may see the patient too."""

    def __init__(self):
        self.site = make_site()
        self.nurse = make_user("case_manager", self.site)
        self.colleague = make_user("team_nurse", self.site)
        self.case_id = make_case(self.site, self.nurse)
        self.patient_id = Case.objects.get(pk=self.case_id).patient_id
        open_record(self.patient_id, self.site, user=self.colleague)
        self.by = actor_for(self.nurse, at=NOW)
        self.other = actor_for(self.colleague, at=NOW)

    def add(self, **fields):
        values = {"patient_id": self.patient_id, "title": "Weigh", "owner_id": self.nurse.id} | fields
        return actions.add_task(patient_id=self.patient_id, task=TaskIn(**values), by=self.by, at=NOW)

    def state(self, task_id):
        return Task.objects.get(pk=task_id).state


@pytest.fixture
def ward():
    return Ward()


def test_a_task_hangs_on_the_open_case_and_is_listed(ward):
    task_id = ward.add(due_at=NOW + timedelta(hours=3))
    [listed] = queries.open_tasks_of(viewer_for(ward.nurse, at=NOW), ward.patient_id)
    assert (listed.id, listed.case_id, listed.owner_id) == (task_id, ward.case_id, ward.nurse.id)


def test_the_same_subject_is_never_doubled_while_it_lives(ward):
    first = ward.add(subject="gap:no-goal")
    assert ward.add(subject="gap:no-goal") == first
    actions.do_task(task_id=first, by=ward.by, at=NOW)
    assert ward.add(subject="gap:no-goal") != first


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"title": "  "}, "few words"), ({"recurrence": "FREQ=DAILY"}, "first due date")],
)
def test_what_nobody_could_do_is_refused(ward, fields, sentence):
    with pytest.raises(actions.UnableToAddTask, match=sentence):
        ward.add(**fields)
    assert not Task.objects.exists()


def test_an_owner_from_another_site_is_refused(ward):
    with pytest.raises(actions.UnableToAddTask, match="this site"):
        ward.add(owner_id=make_user("case_manager").id)


def test_doing_a_repeating_task_makes_the_next_and_reopening_takes_it_back(ward):
    task_id = ward.add(due_at=NOW, recurrence="FREQ=DAILY", time_zone="America/New_York")
    following = actions.do_task(task_id=task_id, outcome="168.2 lb", by=ward.by, at=NOW)
    assert Task.objects.get(pk=following).due_at == NOW + timedelta(days=1)
    actions.reopen_task(task_id=task_id, by=ward.by, at=NOW)
    assert (ward.state(task_id), ward.state(following)) == ("open", "cancelled")


def test_undo_puts_back_what_was_and_refuses_when_changed_since(ward):
    task_id = ward.add(due_at=NOW)
    actions.hold_task(task_id=task_id, until=NOW + timedelta(hours=4), reason="1", by=ward.by, at=NOW)
    held = Task.objects.get(pk=task_id)
    assert (held.hold_reason, held.version) == ("Waiting for a call back", 2)
    actions.undo_last(task_id=task_id, version=2, by=ward.by, at=NOW)
    assert Task.objects.get(pk=task_id).hold_until is None
    with pytest.raises(rules.UnableToMoveTask, match="changed since"):
        actions.undo_last(task_id=task_id, version=2, by=ward.by, at=NOW)


def test_undoing_done_opens_it_again(ward):
    task_id = ward.add()
    actions.do_task(task_id=task_id, by=ward.by, at=NOW)
    actions.undo_last(task_id=task_id, version=2, by=ward.by, at=NOW)
    assert (ward.state(task_id), Task.objects.get(pk=task_id).done_at) == ("open", None)


def test_delegation_whole_accepted_reported_verified(ward):
    task_id = ward.add()
    actions.offer_task(task_id=task_id, to_id=ward.colleague.id, by=ward.by, at=NOW)
    with pytest.raises(rules.UnableToMoveTask, match="Only the colleague"):
        actions.answer_offer(task_id=task_id, accept=True, by=ward.by, at=NOW)
    actions.answer_offer(task_id=task_id, accept=True, by=ward.other, at=NOW)
    with pytest.raises(rules.UnableToMoveTask, match="what was done"):
        actions.report_back(task_id=task_id, outcome="", by=ward.other, at=NOW)
    actions.report_back(task_id=task_id, outcome="Weighed, 168.2 lb", by=ward.other, at=NOW)
    with pytest.raises(rules.UnableToMoveTask, match="missing"):
        actions.check_report(task_id=task_id, verified=False, by=ward.by, at=NOW)
    actions.check_report(task_id=task_id, verified=False, reason="Which scale?", by=ward.by, at=NOW)
    assert ward.state(task_id) == "accepted"
    actions.report_back(task_id=task_id, outcome="Home scale", by=ward.other, at=NOW)
    actions.check_report(task_id=task_id, verified=True, by=ward.by, at=NOW)
    assert ward.state(task_id) == "done"
    acts = list(Task.objects.get(pk=task_id).transitions.order_by("at", "id").values_list("act", flat=True))
    assert acts == ["add", "offer", "accept", "report", "return", "report", "verify"]


def test_declining_needs_a_reason_and_gives_the_task_back(ward):
    task_id = ward.add()
    actions.offer_task(task_id=task_id, to_id=ward.colleague.id, by=ward.by, at=NOW)
    with pytest.raises(rules.UnableToMoveTask, match="why"):
        actions.answer_offer(task_id=task_id, accept=False, by=ward.other, at=NOW)
    actions.answer_offer(task_id=task_id, accept=False, reason="On leave", by=ward.other, at=NOW)
    task = Task.objects.get(pk=task_id)
    assert (task.state, task.owner_id) == ("open", ward.nurse.id)


def test_a_snooze_stops_at_the_legal_deadline(ward):
    task_id = ward.add(due_at=NOW, legal_due_at=NOW + timedelta(hours=2))
    with pytest.raises(rules.UnableToMoveTask, match="legal deadline"):
        actions.hold_task(task_id=task_id, until=NOW + timedelta(hours=3), reason="1", by=ward.by, at=NOW)
    assert Task.objects.get(pk=task_id).hold_until is None


def test_a_whole_list_moves_to_a_colleague(ward):
    ids = [ward.add(title=f"Thing {n}") for n in range(3)]
    boss = actor_for(make_user("supervisor", ward.site), at=NOW)
    moved = actions.reassign_all(
        site_id=ward.site.id, from_user_id=ward.nurse.id, to_user_id=ward.colleague.id, team_id=None, by=boss, at=NOW
    )
    assert moved == 3
    assert set(Task.objects.filter(pk__in=ids).values_list("owner_id", flat=True)) == {ward.colleague.id}


def test_somebody_without_the_patient_cannot_touch_the_task(ward):
    task_id = ward.add()
    stranger = actor_for(make_user("case_manager", ward.site), at=NOW)
    with pytest.raises(NotPermitted, match="not on your list"):
        actions.do_task(task_id=task_id, by=stranger, at=NOW)
    assert ward.state(task_id) == "open"


def test_an_auditor_sees_but_does_not_act(ward):
    auditor = make_user("auditor", ward.site)
    task_id = ward.add()
    assert queries.task(viewer_for(auditor, at=NOW), task_id).id == task_id
    with pytest.raises(NotPermitted, match="roles"):
        actions.do_task(task_id=task_id, by=actor_for(auditor, at=NOW), at=NOW)


def test_adding_a_task_is_two_reads_and_one_message_of_all_it_writes(ward):
    with CaptureQueriesContext(connection) as sent:
        task_id = ward.add(due_at=NOW + timedelta(hours=3))
    acts = [one["sql"] for one in sent if "SAVEPOINT" not in one["sql"]]
    assert len(acts) <= 3, acts
    assert [text for text in acts if "insert into" in text] == acts[-1:]
    assert TaskTransition.objects.filter(task_id=task_id, act="add", by_id=ward.nurse.id).count() == 1
    assert JournalEntry.objects.filter(kind="tasks.task-added", patient_id=ward.patient_id).count() == 1
    assert AuditEntry.objects.filter(name="tasks.add", kind="write", actor_id=ward.nurse.id).count() == 1


def test_what_moves_a_task_keeps_the_columns_no_act_moves(ward):
    task_id = ward.add(due_at=NOW + timedelta(hours=3), why="swollen ankles", recurrence="FREQ=DAILY", time_zone="UTC")
    before = Task.objects.values().get(pk=task_id)
    actions.hold_task(task_id=task_id, until=NOW + timedelta(hours=2), reason="later-today", by=ward.by, at=NOW)
    after = Task.objects.values().get(pk=task_id)
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {"hold_until", "hold_reason", "version"}
