"""Reads of delegation: who fits a task, and what others carry out for the viewer and those she covers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.practice.coordination.queries.team import members_of
from throughline.practice.coordination.records.delegation import Colleague, Delegated, Delegations, Match, Work
from throughline.practice.coordination.rules.matching import match, ranked
from throughline.record.people.models import Address, Patient
from throughline.record.tasks import queries as tasks
from throughline.record.tasks.models import Task, TaskTransition
from throughline.record.tasks.rules import LIVE, WORDS

RECENT = timedelta(days=14)
MOST = 500


def matches(viewer: Viewer, task_id: UUID) -> list[Match]:
    """Return the colleagues of the task's site, best fit first, each with why. Raises NotFound for no such task."""
    task = tasks.task(viewer, task_id)
    patient = Patient.objects.get(pk=task.patient_id)
    home = Address.objects.filter(patient=patient).exclude(state="").order_by("id").values_list("state", flat=True)
    work = Work(f"{task.verb} {task.title} {task.why}", patient.language or "", next(iter(home), ""))
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    return ranked([match(work, one, on=today) for one in _colleagues(viewer, task.site_id, task.patient_id)])


def _colleagues(viewer: Viewer, site_id: UUID, patient_id: UUID) -> Iterable[Colleague]:
    held = defaultdict(list)
    for q in caseload.qualifications_at(viewer, site_id):
        held[q.user_id, q.kind].append(q)
    on_team = {m.user_id for m in members_of(viewer, patient_id) if m.user_id}
    away = caseload.away_at(viewer, site_id)
    for load in caseload.team_load(viewer, site_id):
        if load.user_id == viewer.user_id:
            continue
        covering, until = away.get(load.user_id, ("", viewer.at))
        yield Colleague(
            id=load.user_id,
            name=load.name,
            licences=tuple((q.name, q.state, q.expires_on, q.multistate) for q in held[load.user_id, "licence"]),
            competences=tuple(q.name for q in held[load.user_id, "competence"]),
            languages=tuple(q.name for q in held[load.user_id, "language"]),
            points=load.points,
            overdue=load.overdue,
            on_team=load.user_id in on_team,
            away=f"away until {until:%b} {until.day}, {covering} covers" if covering else "",
        )


def delegated(viewer: Viewer) -> Delegations:
    """Return what others carry out for the viewer and for those she covers, and what came back to her declined.

    Two statements, however many rows; at most 500 of each.
    """
    answerable = [viewer.user_id, *(one.away_id for one in caseload.covers_of(viewer))]
    rows = Task.objects.filter(sees(viewer), delegated_by_id__in=answerable, state__in=LIVE)
    found = [_row(task, viewer) for task in rows.select_related("patient", "owner").order_by("due_at", "id")[:MOST]]
    checks = [one for one in found if one.state == "reported"]
    late = [one for one in found if one.is_late and one.state != "reported"]
    rest = [one for one in found if not one.is_late and one.state != "reported"]
    return Delegations(
        to_check=tuple(checks),
        late=tuple(late),
        unanswered=tuple(one for one in rest if one.state == "offered"),
        under_way=tuple(one for one in rest if one.state != "offered"),
        came_back=tuple(_came_back(viewer, answerable)),
    )


def _came_back(viewer: Viewer, answerable: Iterable[UUID | None]) -> Iterable[Delegated]:
    declined = TaskTransition.objects.filter(
        Q(task__owner_id__in=list(answerable), task__state="open", act="decline"),
        sees(viewer, patient="task__patient_id", site="task__site_id"),
        at__gte=viewer.at - RECENT,
    )
    seen: set[UUID] = set()
    for step in declined.select_related("task__patient", "task__owner").order_by("-at")[:MOST]:
        if step.task_id not in seen:
            seen.add(step.task_id)
            yield _row(step.task, viewer, note=f"Declined by {step.by_name}: {step.reason}")


def _row(task: Task, viewer: Viewer, *, note: str = "") -> Delegated:
    zone = task.time_zone or viewer.time_zone
    today = viewer.at.astimezone(ZoneInfo(zone)).date()
    due = formats.short_day(task.due_at.astimezone(ZoneInfo(zone)).date(), today) if task.due_at else "no date"
    return Delegated(
        task_id=task.id,
        patient_id=task.patient_id,
        patient_name=task.patient.display_name,
        what=f"{task.verb}: {task.title}",
        owner=str(task.owner) if task.owner else "No owner",
        state=task.state,
        state_words=WORDS[task.state],
        due_at=task.due_at,
        due_words=due,
        is_late=task.due_at is not None and task.due_at < viewer.at,
        note=note or task.outcome,
    )
