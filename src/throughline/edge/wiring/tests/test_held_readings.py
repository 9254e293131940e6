"""A reading held for check is a task until somebody has looked."""

import pytest

from throughline.record.chart.actions import ReadingIn, enter_reading, settle_held
from throughline.record.chart.tests.factories import AT, actor, patient, user
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


def test_a_held_reading_is_a_task_and_settling_it_ends_the_task():
    nurse = user()
    of = patient(seen_by=nurse)
    reading = ReadingIn(code="29463-7", value=700, unit="lb", taken_at=AT)
    held_id = enter_reading(patient_id=of.id, reading=reading, by=actor(nurse), at=AT).held_id
    task = Task.objects.get(kind="held")
    assert (task.subject, task.owner_id, task.state) == (f"held:{held_id}", nurse.id, "open")
    settle_held(held_id=held_id, right=False, reason="typed twice", by=actor(nurse), at=AT)
    task.refresh_from_db()
    assert task.state == "cancelled"
