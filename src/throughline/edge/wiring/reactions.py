"""When X happens, also Y: calls go down the order of packages, reactions go up through this table alone."""

from datetime import datetime

from throughline.edge.wiring import evidence, letters
from throughline.foundation.journal.publishing import Reaction, react, react_together
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.kernel.events import Event
from throughline.practice.assessment.events import AssessmentSigned
from throughline.practice.caseload import actions as caseload
from throughline.practice.coordination.actions import closing, delegation, referrals, visit_outcomes, waiting
from throughline.practice.coordination.events.appointments import (
    AppointmentCancelled,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentStepUndone,
)
from throughline.practice.review.actions import looking as review
from throughline.record.cases.events import CaseAssigned, CaseClosed
from throughline.record.chart.events import ObservationRecorded, ObservationWithdrawn, ReadingHeld, ReadingSettled
from throughline.record.clocks import hearing as clock_hearing
from throughline.record.contacts.events import ContactLogged, ContactTakenBack
from throughline.record.documents.events import (
    DocumentDelivered,
    DocumentFailed,
    DocumentRecalled,
    DocumentSent,
    DocumentSigned,
    FileAttached,
)
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.events import TaskAdded, TaskCancelled, TaskDone, TaskHandedOn, TaskReopened


def _end_tasks(event: CaseClosed, *, by: Actor, at: datetime) -> None:
    """A closed case leaves no open task."""
    if event.case_id is not None:
        tasks.cancel_tasks_of_case(case_id=event.case_id, reason="The case closed.", by=system("case closing"), at=at)


def _look_again(event: ReadingHeld, *, by: Actor, at: datetime) -> None:
    """A reading held for check is a task of the colleague who entered it; of nobody yet when a patient did."""
    if event.patient_id is None:
        return
    task = tasks.TaskIn(
        patient_id=event.patient_id, verb="Check", title=f"{event.name} {event.value}, held", kind="held", tier=2,
        why=event.doubt, owner_id=by.user_id, due_at=at, subject=f"held:{event.held_id}",
    )  # fmt: skip
    tasks.add_task(patient_id=event.patient_id, task=task, by=system("readings"), at=at)


def _looked(event: ReadingSettled, *, by: Actor, at: datetime) -> None:
    """Once somebody has looked at it, the task has nothing left to do."""
    if event.patient_id is not None:
        reason = f"{event.outcome.capitalize()} by {by.name}."
        tasks.cancel_tasks_for(
            patient_id=event.patient_id, subject=f"held:{event.held_id}", reason=reason, by=system("readings"), at=at
        )


def _follow_owner(event: TaskHandedOn | TaskDone | TaskCancelled, *, by: Actor, at: datetime) -> None:
    """Who carries a task sees its patient while she carries it."""
    delegation.follow_owner(event.task_id, at=at)


def _see_what_is_hers(event: TaskAdded, *, by: Actor, at: datetime) -> None:
    """A task made for somebody else opens its patient's record to her."""
    if event.owner_name and event.owner_name != by.name:
        delegation.follow_owner(event.task_id, at=at)


def _cover_case(event: CaseAssigned, *, by: Actor, at: datetime) -> None:
    """A case given to who is away is seen by who covers for her."""
    if event.owner_id is not None and event.patient_id is not None and event.site_id is not None:
        caseload.cover_newcomer(patient_id=event.patient_id, site_id=event.site_id, owner_id=event.owner_id, at=at)


def _cover_task(event: TaskAdded | TaskHandedOn, *, by: Actor, at: datetime) -> None:
    """A task given to who is away is seen by who covers for her."""
    if event.owner_name and event.owner_name != by.name:
        caseload.cover_task(event.task_id, at=at)


def _keep_looking(event: TaskDone | TaskCancelled, *, by: Actor, at: datetime) -> None:
    """A referral whose row was done or dropped by hand, and that did not move on, comes back after as many days."""
    if not by.is_system and (referral := waiting.referral_of_task(event.task_id)) is not None:
        referrals.look_at_referral(referral_out_id=referral, note=_said(event), by=by, at=at)


def _said(event: TaskDone | TaskCancelled) -> str:
    return event.outcome if isinstance(event, TaskDone) else event.reason


def _one_row_only(event: TaskReopened, *, by: Actor, at: datetime) -> None:
    """A row of a referral that is open again ends the one that followed it."""
    waiting.one_row_only(event.task_id, by=by, at=at)


# (event, reaction(event, *, by, at)), carried out inside the event's own transaction.
SAME_TRANSACTION: tuple[tuple[type[Event], Reaction], ...] = (
    (Event, clock_hearing.hear),  # content says which events start, meet, pause or cancel which clocks
    (CaseClosed, _end_tasks),
    (CaseClosed, closing.go_on),
    (CaseAssigned, closing.follow_case),
    (CaseAssigned, _cover_case),
    (DocumentSent, letters.close_task),
    (DocumentDelivered, letters.close_task),
    (DocumentRecalled, letters.open_task_again),
    (DocumentFailed, letters.open_task_again),
    (ReadingHeld, _look_again),
    (ReadingSettled, _looked),
    (TaskHandedOn, _follow_owner),
    (TaskAdded, _see_what_is_hers),
    (TaskHandedOn, _cover_task),
    (TaskAdded, _cover_task),
    (TaskDone, _follow_owner),
    (TaskCancelled, _follow_owner),
    (TaskDone, _keep_looking),
    (TaskCancelled, _keep_looking),
    (TaskReopened, _one_row_only),
    (ObservationRecorded, evidence.reading),
    (ObservationWithdrawn, evidence.reading_undone),
    (AssessmentSigned, evidence.instrument),
    (ContactLogged, evidence.contact),
    (ContactTakenBack, evidence.contact_undone),
    (TaskDone, evidence.task),
    (TaskReopened, evidence.task_undone),
    (AppointmentKept, evidence.appointment),
    (AppointmentStepUndone, evidence.appointment_undone),
    (DocumentSigned, evidence.document),
    (DocumentDelivered, evidence.document),
    (DocumentRecalled, evidence.document_undone),
    (DocumentFailed, evidence.document_undone),
    (FileAttached, evidence.file),
    (AppointmentKept, visit_outcomes.follow),
    (AppointmentMissed, visit_outcomes.follow),
    (AppointmentCancelled, visit_outcomes.follow),
    (AppointmentMoved, visit_outcomes.follow),
    (AppointmentStepUndone, visit_outcomes.follow_back),
)
# reaction(events, *, by, at), once for all events published together.
TOGETHER = (review.heed,)  # marks the patients' cases; a job looks at them after commit


def install() -> None:
    """Register every row of the table. Called once when Django starts."""
    for event_type, reaction in SAME_TRANSACTION:
        react(event_type, reaction)
    for together in TOGETHER:
        react_together(together)
