"""What stands around a patient: her threads as lines from need to evidence, the gaps in them, team, next appointments.

A part of its own address: the page comes first with what is due and who she is, this follows at once.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from throughline.edge.desk.web.overview import overview_context
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.careplan import queries as careplan
from throughline.practice.careplan.records.standing import ActionRecord, Thread
from throughline.practice.coordination.queries import appointments, team
from throughline.record.people import queries as people

ROWS, MEMBERS, VISITS = 12, 8, 4  # what one screen holds; the rest is a tab away


@dataclass(frozen=True, slots=True)
class Line:
    """One thread as stations: need, goal, next action, owner, due, evidence. A station that is missing is a gap."""

    need_id: UUID
    need: str
    goal: str
    action: str
    owner: str
    due: str
    late: bool
    evidence: str
    gaps: tuple[tuple[str, str], ...]


@require_GET
@page("desk.threads", needs=Permission.SEE_PATIENT, patient="patient_id")
def threads(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the threads with their gaps, the care team and the next appointments; a page of its own without htmx."""
    context = {"patient_id": patient_id} | _around(viewer, patient_id)
    if is_fragment(request):
        return render(request, "desk/_threads.html", context)
    return render(request, "desk/threads.html", overview_context(request, viewer, patient_id) | context)


def _around(viewer: Viewer, patient_id: UUID) -> dict[str, object]:
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    found = [_line(thread, today) for thread in careplan.threads(viewer, patient_id) if thread.status == "open"]
    members = team.members_of(viewer, patient_id)
    visits = [one for one in appointments.appointments_of(viewer, patient_id, since=viewer.at, most=12) if one.live]
    return {
        "threads": sorted(found, key=lambda line: not line.gaps)[:ROWS],
        "more_threads": max(0, len(found) - ROWS),
        "gaps": sum(len(line.gaps) for line in found),
        "members": members[:MEMBERS],
        "more_members": max(0, len(members) - MEMBERS),
        "visits": visits[:VISITS],
        "identity": people.identity(viewer, patient_id),
    }


def _line(thread: Thread, today: date) -> Line:
    """Return a thread as one row: its first active goal and its next action."""
    goal = next((one for one in thread.goals if one.status == "active"), None)
    waiting = sorted((one for one in thread.actions if one.status == "active"), key=lambda one: one.due_on)
    following = waiting[0] if waiting else None
    return Line(
        need_id=thread.need_id,
        need=thread.text,
        goal=" ".join(part for part in (goal.text, goal.target) if part) if goal else "",
        action=following.text if following else "",
        owner=following.owner if following else "",
        due=_due(following.due_on, today) if following else "",
        late=following is not None and following.due_on < today,
        evidence=_evidence(thread.actions, goal.standing.latest if goal and goal.standing else ""),
        gaps=tuple((gap.text, gap.remedy) for gap in thread.broken),
    )


def _due(day: date, today: date) -> str:
    late = (today - day).days
    return f"{late} d late" if late > 0 else formats.short_day(day, today)


def _evidence(actions: tuple[ActionRecord, ...], reading: str) -> str:
    """Return the latest thing that shows the thread moves: the goal's reading, else the newest evidence."""
    held = [one for action in actions for one in action.evidence]
    return reading or (max(held, key=lambda one: one.at).sentence if held else "")
