"""The edit form of a task: what it is called, when it is due, whose it is."""

from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts.web.editing import Edit, EditForm, Field, edit
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import queries as caseload
from throughline.record.tasks import actions, queries

TASK = EditForm(
    "desk.edit-task",
    "task_id",
    _("a task"),
    (
        Field("title", _("What is to be done"), required=True),
        Field("due_on", _("Due"), kind="day"),
        Field("due_time", _("At"), kind="time", hint=_("Empty for the end of the day.")),
        Field("owner_id", _("Owner"), kind="choice"),
    ),
    told="task_id",
)


@require_http_methods(["GET", "POST"])
@page("desk.edit-task", needs=Permission.WORK_CASE, patient="task_id")
def task(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Change what a task is called, when it is due or whose it is."""
    place = locate("task_id", task_id)
    assert place.site_id is not None
    owners = tuple((str(key), name) for key, name in caseload.colleagues(viewer, place.site_id))
    held = str(queries.task(viewer, task_id).owner_id or "")
    if held not in dict(owners):
        owners = ((held, _("As it is: nobody of this site") if held else _("No owner")), *owners)

    def write(changes: dict[str, Any], held: dict[str, Any]) -> None:
        was = {name: held[name] for name in ("title", "due_at", "due_has_time")}
        was["owner_id"] = _user(held["owner_id"])
        kept = _kept(changes, held, viewer)
        actions.change_task(task_id=task_id, changes=kept, was=was, by=viewer.actor, at=viewer.at)

    one = Edit(
        read=lambda: queries.editable_task(viewer, task_id),
        write=write,
        back=reverse("desk:patient", args=[place.patient_id]),
        choices={"owner_id": owners},
    )
    return edit(request, viewer, TASK, one)


def _kept(changes: dict[str, Any], held: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
    """Return changes of the form as the task keeps them: day and time together are one instant."""
    kept = {name: value for name, value in changes.items() if name == "title"}
    if "owner_id" in changes:
        kept["owner_id"] = _user(changes["owner_id"])
    if "due_on" in changes or "due_time" in changes:
        day, at = changes.get("due_on", held["due_on"]), changes.get("due_time", held["due_time"])
        kept["due_has_time"] = bool(day and at)
        kept["due_at"] = datetime.combine(day, _time(at), ZoneInfo(viewer.time_zone)) if day else None
    return kept


def _user(text: str) -> UUID | None:
    return entered_id(text) if text else None


def _time(text: str) -> time:
    return time.fromisoformat(text) if text else time(23, 59, 59)
