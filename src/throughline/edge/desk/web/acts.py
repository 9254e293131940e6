"""Acts in place: done, snooze, assign, offer, answer, report, check, note, quick task, bulk; each can be undone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from throughline.edge.desk.web.pages import answer_row
from throughline.edge.desk.web.panels import default_until, row_of
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import Refusal, locate
from throughline.foundation.kernel.entered import entered_id, entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import actions as caseload
from throughline.practice.caseload import entry
from throughline.practice.caseload import queries as caseload_queries
from throughline.record.cases import actions as cases
from throughline.record.tasks import actions, queries, rules
from throughline.record.tasks.actions import TaskIn
from throughline.record.tasks.records import TaskRecord


def _after(request: HttpRequest, viewer: Viewer, task_id: UUID, said: str) -> HttpResponse:
    """Answer an act on a task: its patient's row as it now stands, and the toast that takes the act back."""
    now = queries.task(viewer, task_id)
    undo = reverse("desk:undo", args=[task_id])
    return answer_row(
        request, viewer, now.patient_id, said=f"{now.patient_name}: {said}", undo=undo, version=now.version
    )


def _words(task: TaskRecord) -> str:
    """Return what a task asks, as the row says it; without "Do", which says nothing."""
    return task.title if task.verb == "Do" else f"{task.verb.lower()}: {task.title}"


@require_POST
@page("desk.done", needs=Permission.WORK_CASE, patient="task_id")
def done(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Mark a task done."""
    outcome = request.POST.get("outcome", "")
    actions.do_task(task_id=task_id, outcome=outcome, by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, f"done, {_words(queries.task(viewer, task_id))}")


@require_POST
@page("desk.snooze", needs=Permission.WORK_CASE, patient="task_id")
def snooze(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Let a task rest for a reason, until its default time or the one entered."""
    reason = rules.hold_reason(request.POST.get("reason", ""))
    task = queries.task(viewer, task_id)
    until = _entered(request.POST.get("until", ""), viewer) or default_until(reason, viewer)
    if not request.POST.get("until") and task.legal_due_at and until > task.legal_due_at > viewer.at:
        until = task.legal_due_at
    actions.hold_task(task_id=task_id, until=until, reason=reason.key, by=viewer.actor, at=viewer.at)
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    words = formats.moment(until, viewer.time_zone, today)
    return _after(request, viewer, task_id, f"snoozed to {words}: {reason.words.lower()}")


def _entered(text: str, viewer: Viewer) -> datetime | None:
    """Return a time from a datetime-local field, in the viewer's zone. Raises Refusal when it is none."""
    if not text:
        return None
    try:
        entered = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("Enter a date and time such as 2026-03-14 09:30.") from error
    return entered if entered.tzinfo else entered.replace(tzinfo=ZoneInfo(viewer.time_zone))


@require_POST
@page("desk.end-hold", needs=Permission.WORK_CASE, patient="task_id")
def end_hold_page(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Bring a snoozed task back at once."""
    actions.end_hold(task_id=task_id, by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, "back on the list")


@require_POST
@page("desk.assign", needs=Permission.WORK_CASE, patient="task_id")
def assign(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Give a task to a colleague."""
    owner = _person(request, "owner")
    actions.assign_task(task_id=task_id, owner_id=owner, by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, f"assigned to {queries.task(viewer, task_id).owner_name}")


def _person(request: HttpRequest, field: str) -> UUID:
    return entered_id(request.POST.get(field, ""), "Choose a colleague from the list.")


@require_POST
@page("desk.offer", needs=Permission.WORK_CASE, patient="task_id")
def offer(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Offer a task to a colleague who accepts or declines."""
    actions.offer_task(task_id=task_id, to_id=_person(request, "owner"), by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, f"offered to {queries.task(viewer, task_id).owner_name}")


@require_POST
@page("desk.answer", needs=Permission.WORK_CASE, patient="task_id")
def answer(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Accept or decline an offered task."""
    accept = request.POST.get("answer") == "accept"
    reason = request.POST.get("reason", "")
    actions.answer_offer(task_id=task_id, accept=accept, reason=reason, by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, "accepted" if accept else "declined and given back")


@require_POST
@page("desk.report", needs=Permission.WORK_CASE, patient="task_id")
def report(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Report a delegated task as carried out."""
    outcome = request.POST.get("outcome", "")
    actions.report_back(task_id=task_id, outcome=outcome, by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, "reported back")


@require_POST
@page("desk.check", needs=Permission.WORK_CASE, patient="task_id")
def check(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Verify a reported task, or return it with what is missing."""
    verified = request.POST.get("answer") == "verify"
    reason = request.POST.get("reason", "")
    actions.check_report(task_id=task_id, verified=verified, reason=reason, by=viewer.actor, at=viewer.at)
    return _after(request, viewer, task_id, "verified" if verified else "returned")


@require_POST
@page("desk.undo", needs=Permission.WORK_CASE, patient="task_id")
def undo(request: HttpRequest, viewer: Viewer, task_id: UUID) -> HttpResponse:
    """Take back the last act on a task."""
    version = entered_number(request.POST.get("version", ""), 0)
    actions.undo_last(task_id=task_id, version=version, by=viewer.actor, at=viewer.at)
    now = queries.task(viewer, task_id)
    return answer_row(request, viewer, now.patient_id, said=f"{now.patient_name}: undone, {_words(now)}")


@require_POST
@page("desk.note", needs=Permission.WORK_CASE, patient="patient_id")
def note(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Write a note on the patient's case."""
    text = request.POST.get("text", "")
    note_id = cases.write_note(patient_id=patient_id, text=text, by=viewer.actor, at=viewer.at)
    undo = reverse("desk:undo-note", args=[note_id])
    return answer_row(request, viewer, patient_id, said="Note kept", undo=undo, version=0)


@require_POST
@page("desk.undo-note", needs=Permission.WORK_CASE, patient="note_id")
def undo_note(request: HttpRequest, viewer: Viewer, note_id: UUID) -> HttpResponse:
    """Take back a note just written: it stays in the record, marked as taken back."""
    patient_id = locate("note_id", note_id).patient_id
    assert patient_id is not None
    cases.withdraw_note(note_id=note_id, by=viewer.actor, at=viewer.at)
    return answer_row(request, viewer, patient_id, said="Note taken back")


DUE_WORDS: dict[str, Callable[[datetime], datetime]] = {
    "today": lambda now: now,
    "tomorrow": lambda now: now + timedelta(days=1),
    "week": lambda now: now + timedelta(days=7),
}


@require_POST
@page("desk.quick-task", needs=Permission.WORK_CASE, patient="patient_id")
def quick_task(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Add a task with owner and due day in one line."""
    now = viewer.at.astimezone(ZoneInfo(viewer.time_zone))
    said, why = entry.reason(request.POST.get("title", ""))
    line = entry.read(said, now.date())
    due = _due(request.POST.get("due", "") or (line.due.isoformat() if line.due else ""), viewer)
    if due is not None and line.clock is not None:
        due = datetime.combine(due.date(), line.clock, tzinfo=due.tzinfo)
    owner = _person(request, "owner") if request.POST.get("owner") else viewer.user_id
    if line.owner:
        site_id = row_of(viewer, patient_id).site_id
        named = entry.owner_of(line.owner, list(caseload_queries.colleagues(viewer, site_id)))
        if not isinstance(named, UUID):
            raise Refusal(
                f"No single colleague here is called “{line.owner}”. Write more of her name or choose from the list; "
                "where several share it, add the task without @ and hand it on."
            )
        owner = named
    task = TaskIn(
        patient_id=patient_id,
        title=line.title,
        why=why,
        owner_id=owner,
        due_at=due,
        due_has_time=due is not None and line.clock is not None,
        time_zone=viewer.time_zone,
    )
    task_id = actions.add_task(patient_id=patient_id, task=task, by=viewer.actor, at=viewer.at)
    made = queries.task(viewer, task_id)
    when = ""
    if due is not None:
        timed = formats.moment(due, viewer.time_zone, now.date())
        when = f", due {timed if made.due_has_time else formats.short_day(due.date(), now.date())}"
    return _after(request, viewer, task_id, f"task added for {made.owner_name}, {made.title}{when}")


def _due(text: str, viewer: Viewer) -> datetime | None:
    """Return the end of the day entered ("2026-03-14", today, tomorrow, week), in the viewer's zone."""
    if not text:
        return None
    now = viewer.at.astimezone(ZoneInfo(viewer.time_zone))
    if text in DUE_WORDS:
        day = DUE_WORDS[text](now)
    else:
        try:
            day = datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
        except ValueError as error:
            raise Refusal("Enter the due day such as 2026-03-14, or leave it empty.") from error
    return day.replace(hour=23, minute=59, second=59, microsecond=0)


@require_POST
@page("desk.scratch", needs=Permission.WORK_CASE, patient="patient_id")
def scratch(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Keep one's private line about a patient."""
    caseload.write_scratch(patient_id=patient_id, text=request.POST.get("text", ""), by=viewer.actor, at=viewer.at)
    return answer_row(request, viewer, patient_id, said="Scratch line kept, for you alone")
