"""Whose tasks stand on a list: her own, those nobody owns of her cases and teams, what was reported back to her."""

import pytest

from throughline.foundation.access.queries import viewer_for
from throughline.foundation.access.tests.factories import make_site, make_team, make_user, open_record
from throughline.foundation.kernel.reading import alone
from throughline.practice.caseload import queries
from throughline.practice.caseload.queries import due_of_patient, near_colleagues_part, worklist
from throughline.record.clocks.tests.factories import NOW, Ward
from throughline.record.tasks.actions import TaskIn, add_task
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return Ward()


def add(ward: Ward, title: str, **fields: object) -> None:
    asked = TaskIn(patient_id=ward.patient_id, title=title, **fields)  # type: ignore[arg-type]
    task_id = add_task(patient_id=ward.patient_id, task=asked, by=ward.by, at=NOW)
    moved = {name: fields[name] for name in ("owner_id", "case_id", "team_id") if name in fields}
    Task.objects.filter(pk=task_id).update(**moved)


def listed(ward: Ward) -> tuple[list[str], list[str]]:
    """Return what stands on the whole list, and what the patient's page says is due by the same rules."""
    viewer = viewer_for(ward.nurse, at=NOW)
    whole = [due.title for row in worklist(viewer).rows for due in (row.first, *row.extras) if due.task_id]
    return sorted(whole), sorted(due.title for due in due_of_patient(viewer, ward.patient_id) if due.task_id)


def test_four_sorts_are_hers_and_nothing_else(ward: Ward) -> None:
    colleague = make_user("case_manager", ward.site)
    team, strangers = make_team(ward.site, ward.nurse), make_team(ward.site, colleague)
    add(ward, "her own", owner_id=ward.nurse.id)
    add(ward, "of her case", owner_id=None, case_id=ward.case_id)
    add(ward, "of her team", owner_id=None, case_id=None, team_id=team.id)
    add(ward, "told her", owner_id=colleague.id, case_id=None)
    Task.objects.filter(title="told her").update(state="reported", delegated_by=ward.nurse)
    add(ward, "a colleague's", owner_id=colleague.id, case_id=ward.case_id)
    add(ward, "of others", owner_id=None, case_id=None, team_id=strangers.id)
    add(ward, "done", owner_id=ward.nurse.id)
    Task.objects.filter(title="done").update(state="done")
    whole, page = listed(ward)
    assert whole == ["do told her", "her own", "of her case (no owner)", "of her team (no owner)"]
    assert page == whole


def test_what_is_hers_twice_over_stands_there_once(ward: Ward) -> None:
    team = make_team(ward.site, ward.nurse)
    add(ward, "of her case and team", owner_id=None, case_id=ward.case_id, team_id=team.id)
    assert listed(ward) == (["of her case and team (no owner)"],) * 2


def test_a_record_closed_to_her_takes_her_tasks_off_the_list(ward: Ward) -> None:
    other = make_user("case_manager", ward.site)
    open_record(ward.patient_id, ward.site, user=other)
    add(ward, "hers still", owner_id=other.id)
    assert [row.patient_id for row in worklist(viewer_for(other, at=NOW)).rows] == [ward.patient_id]
    stranger = make_user("case_manager", ward.site)
    Task.objects.filter(title="hers still").update(owner=stranger)
    assert worklist(viewer_for(stranger, at=NOW)).rows == ()


def test_a_quick_task_offers_all_of_a_small_site_and_the_near_ones_of_a_large_one(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    mate, carrier, across, far = (make_user("case_manager", ward.site) for _ in range(4))
    make_team(ward.site, ward.nurse, mate)
    open_record(ward.patient_id, ward.site, user=carrier)
    open_record(ward.patient_id, ward.site, team=make_team(ward.site, across))
    elsewhere = make_team(make_site(), make_user("case_manager", make_site()))
    open_record(ward.patient_id, ward.site, team=elsewhere)  # who holds no role at the site owns nothing there

    def offered() -> set[object]:
        part = near_colleagues_part(viewer_for(ward.nurse, at=NOW), ward.site.id, ward.patient_id)
        near = alone(part)
        assert near.is_whole is (queries.MOST_TO_CHOOSE > 4)
        return {key for key, _name in near.names}

    assert offered() == {ward.nurse.id, mate.id, carrier.id, across.id, far.id}
    monkeypatch.setattr(queries, "MOST_TO_CHOOSE", 4)
    assert offered() == {ward.nurse.id, mate.id, carrier.id, across.id}
