"""What a nurse decides about a gap, and what is mended by it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_user
from throughline.foundation.kernel.actions import NotPermitted
from throughline.practice.assessment.actions import (
    raise_need,
)
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan.actions import GoalIn, add_goal
from throughline.practice.review.actions import deciding, looking
from throughline.practice.review.events import GapsChanged
from throughline.practice.review.models import Examined, Gap
from throughline.practice.review.tests.looked import (
    LATER,
    case_with,
    checked,
    gap,
    infarction,
    look,
    site_of,
)
from throughline.record.cases.actions import close_case
from throughline.record.cases.tests.factories import NOW
from throughline.record.tasks.actions import do_task
from throughline.record.tasks.models import Task


def test_set_aside_with_reason_and_day_and_asked_again_on_that_day(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    by, day = actor_for(nurse, at=LATER), (LATER + timedelta(days=20)).date()
    found = gap(case_id)
    with pytest.raises(deciding.UnableToMendGap, match="why"):
        deciding.dismiss(gap_id=found.id, reason=" ", review_on=day, by=by, at=LATER)
    with pytest.raises(deciding.UnableToMendGap, match="within a year"):
        deciding.dismiss(gap_id=found.id, reason="Asked in clinic", review_on=LATER.date(), by=by, at=LATER)
    deciding.dismiss(gap_id=found.id, reason="Asked in clinic", review_on=day, by=by, at=LATER)
    look(case_id, LATER + timedelta(days=1))
    found.refresh_from_db()
    assert (found.state, found.dismissed_reason) == ("dismissed", "Asked in clinic")
    for _ in range(20):
        due = Examined.objects.get(case_id=case_id).next_look_at
        looking.look_due(at=due)
        found.refresh_from_db()
        if found.state == "open":
            break
    assert due.date() == day
    assert found.transitions.filter(act="reopen").count() == 1


def test_a_gap_set_aside_can_be_asked_about_again(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    by, day = actor_for(nurse, at=LATER), (LATER + timedelta(days=20)).date()
    found = gap(case_id)
    deciding.dismiss(gap_id=found.id, reason="Asked in clinic", review_on=day, by=by, at=LATER)
    deciding.reopen(gap_id=found.id, by=by, at=LATER)
    found.refresh_from_db()
    assert (found.state, found.review_on) == ("open", None)


def test_a_remedy_by_task_is_under_way_until_its_day_in_order_when_done_and_a_gap_again_when_late(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    words = gap(case_id, "u_words")
    begun = deciding.mend(gap_id=words.id, by=actor_for(nurse, at=LATER), at=LATER)
    task = Task.objects.get(pk=begun.task_id)
    assert (task.owner_id, task.verb, task.subject) == (nurse.id, "Ask", "gap:u_words")
    words.refresh_from_db()
    assert words.state == "mended"
    assert any(row["check"] == "u_words" and row["status"] == "under-way" for row in checked(case_id))
    late = task.due_at + timedelta(minutes=1)
    looking.look_due(at=late)
    assert gap(case_id, "u_words").state == "open"
    do_task(task_id=task.id, outcome="Wants to dance again", by=actor_for(nurse, at=late), at=late)
    look(case_id, late + timedelta(minutes=1))
    assert gap(case_id, "u_words").state == "mended"


def test_a_remedy_by_assessment_begins_it(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    begun = deciding.mend(gap_id=gap(case_id).id, by=actor_for(nurse, at=LATER), at=LATER)
    assert begun.assessment_id is not None
    assert gap(case_id).state == "open"


def test_a_need_without_a_goal_is_a_gap_that_leads_to_it_and_closes_with_the_goal(nurse):
    patient, case_id = case_with(nurse)
    by = actor_for(nurse, at=NOW)
    need = SuggestedNeed("x", "Lives alone", "social", 6, (), "medium", "immediate", ("Said so by phone",))
    need_id = raise_need(patient_id=patient.id, need=need, by=by, at=NOW)
    look(case_id)
    found = gap(case_id, f"s_need_without_goal:{need_id}")
    assert found.since == NOW + timedelta(days=14)
    assert deciding.mend(gap_id=found.id, by=by, at=LATER).place == f"need-{need_id}"
    wanted = GoalIn(text="Company twice a week", by_date=(LATER + timedelta(days=30)).date())
    add_goal(need_id=need_id, goal=wanted, by=by, at=LATER)
    assert looking.look_due(at=LATER + timedelta(minutes=1)).cases == 1
    found.refresh_from_db()
    assert found.state == "mended"


def test_who_may_not_work_the_case_may_not_set_a_gap_aside(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    auditor = actor_for(make_user("auditor", site_of(nurse)), at=LATER)
    day = (LATER + timedelta(days=20)).date()
    with pytest.raises(NotPermitted):
        deciding.dismiss(gap_id=gap(case_id).id, reason="x", review_on=day, by=auditor, at=LATER)


def test_a_closed_case_has_no_open_gap(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    close_case(case_id=case_id, reason="declined", summary="Moved away.", by=actor_for(nurse, at=LATER), at=LATER)
    looking.look_due(at=LATER + timedelta(minutes=1))
    assert not Gap.objects.filter(case_id=case_id, state="open").exists()
    assert looking.forget_closed(at=LATER) == 1


def test_the_story_says_a_gap_found_at_several_needs_once():
    goal = "Every need has a goal"
    told = GapsChanged(patient_id=uuid4(), site_id=uuid4(), opened=(goal, "Alcohol asked about", goal), mended=(goal,))
    assert told.sentence() == (
        "Continuity, missing now: Every need has a goal (2 times); Alcohol asked about. closed: Every need has a goal."
    )
