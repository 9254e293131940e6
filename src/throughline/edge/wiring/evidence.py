"""Facts of the record as evidence for the care plan, and what undoes them."""

from datetime import datetime

from throughline.foundation.kernel.actor import Actor, system
from throughline.practice.assessment.events import AssessmentSigned
from throughline.practice.careplan import actions as careplan
from throughline.practice.careplan.records import EvidenceFact
from throughline.practice.coordination.events.appointments import AppointmentKept, AppointmentStepUndone
from throughline.record.chart.events import ObservationRecorded, ObservationWithdrawn
from throughline.record.contacts.events import ContactLogged, ContactTakenBack
from throughline.record.documents.events import (
    DocumentDelivered,
    DocumentFailed,
    DocumentRecalled,
    DocumentSigned,
    FileAttached,
)
from throughline.record.tasks.events import TaskDone, TaskReopened

BY = system("care plan")


def reading(event: ObservationRecorded, *, by: Actor, at: datetime) -> None:
    """A reading is evidence under its LOINC code, at the time it was taken."""
    when = event.taken_at or at
    said = EvidenceFact(
        "reading", event.observation_id, f"{event.name} {event.value}", when, by.name, frozenset({event.code})
    )
    _note(event, said, at)


def instrument(event: AssessmentSigned, *, by: Actor, at: datetime) -> None:
    """A signed instrument is evidence under its key."""
    result = f": {event.score}" if event.score else ""
    codes = frozenset({event.instrument})
    said = EvidenceFact("instrument", str(event.assessment_id), f"{event.title} signed{result}", at, by.name, codes)
    _note(event, said, at)


def contact(event: ContactLogged, *, by: Actor, at: datetime) -> None:
    """A contact somebody answered is evidence; one at the patient's place is a visit as well."""
    if not event.reached:
        return  # nothing to look for: see careplan.rules.evidence.satisfies
    words = f"{event.channel.capitalize()}: {event.outcome_words.lower()}"
    for kind in ("contact", "visit") if event.channel == "visit" else ("contact",):
        when = event.began_at or at
        said = EvidenceFact(
            kind, str(event.contact_id), words, when, by.name, channel=event.channel, reached=event.reached
        )
        _note(event, said, at)


def task(event: TaskDone, *, by: Actor, at: datetime) -> None:
    """The task of an action, done, closes the action."""
    outcome = f": {event.outcome}" if event.outcome else ""
    _note(event, EvidenceFact("task", str(event.task_id), f"Task done{outcome}", at, by.name), at)


def appointment(event: AppointmentKept, *, by: Actor, at: datetime) -> None:
    """An appointment kept is evidence."""
    words = f"{event.what} with {event.provider} kept"
    _note(event, EvidenceFact("appointment", str(event.appointment_id), words, at, by.name), at)


def document(event: DocumentSigned | DocumentDelivered, *, by: Actor, at: datetime) -> None:
    """A document signed or handed over is evidence by its title, once."""
    said = EvidenceFact("document", str(event.document_id), f"Document: {event.title}", at, by.name)
    _note(event, said, at)


def file(event: FileAttached, *, by: Actor, at: datetime) -> None:
    """A file received and kept is evidence by its name."""
    _note(event, EvidenceFact("document", str(event.attachment_id), f"File kept: {event.name}", at, by.name), at)


def document_undone(event: DocumentRecalled | DocumentFailed, *, by: Actor, at: datetime) -> None:
    """A document taken back, or that came back, shows nothing."""
    _undo(event, ("document",), str(event.document_id), "The document was taken back.", at)


def _note(event: "Told", fact: EvidenceFact, at: datetime) -> None:
    if event.patient_id is not None:
        careplan.note_evidence(patient_id=event.patient_id, fact=fact, by=BY, at=at)


def reading_undone(event: ObservationWithdrawn, *, by: Actor, at: datetime) -> None:
    """A reading entered in error closes nothing."""
    _undo(event, ("reading",), event.observation_id, f"The reading was an error: {event.reason}", at)


def contact_undone(event: ContactTakenBack, *, by: Actor, at: datetime) -> None:
    """A contact taken back closes nothing."""
    _undo(event, ("contact", "visit"), str(event.contact_id), "The contact was taken back.", at)


def task_undone(event: TaskReopened, *, by: Actor, at: datetime) -> None:
    """A task opened again opens its action again."""
    _undo(event, ("task",), str(event.task_id), "Its task is open again.", at)


def appointment_undone(event: AppointmentStepUndone, *, by: Actor, at: datetime) -> None:
    """An appointment whose last step was taken back is no longer kept."""
    _undo(event, ("appointment",), str(event.appointment_id), "The appointment was not kept after all.", at)


def _undo(event: "Undone", kinds: tuple[str, ...], reference: str, reason: str, at: datetime) -> None:
    for kind in kinds:
        if event.patient_id is not None:
            careplan.undo_evidence(
                patient_id=event.patient_id, kind=kind, reference=reference, reason=reason, by=BY, at=at
            )


Filed = DocumentSigned | DocumentDelivered | FileAttached
Told = ObservationRecorded | AssessmentSigned | ContactLogged | TaskDone | AppointmentKept | Filed
TakenBack = DocumentRecalled | DocumentFailed
Undone = ObservationWithdrawn | ContactTakenBack | TaskReopened | AppointmentStepUndone | TakenBack
