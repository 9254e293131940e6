"""Writes of notes: write one, take one back. What is taken back stays in the record, marked by whom and when."""

from datetime import datetime, timedelta
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.cases import events, rules
from throughline.record.cases.models import Case, CaseNote
from throughline.record.people.models import Patient

UNDO_FOR = timedelta(hours=1)


@locator("note_id", table="cases_casenote")
def _place_of_note(note_id: UUID) -> Place:
    found = CaseNote.objects.filter(pk=note_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This note does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("cases.write-note", needs=Permission.WORK_CASE, on="patient_id")
def write_note(*, patient_id: UUID, text: str, corrects: UUID | None = None, by: Actor, at: datetime) -> UUID:
    """Write a note on the patient's open case (or on the patient) and return its identifier.

    `corrects` names the note it corrects, which stays as it is. Raises Refusal for an empty note.
    """
    if not text.strip():
        raise Refusal("Write the note first.")
    site_id = Patient.objects.values_list("site_id", flat=True).get(pk=patient_id)
    case = Case.objects.filter(patient_id=patient_id).exclude(state=rules.CLOSED).first()
    written = CaseNote.objects.create(
        site_id=site_id,
        patient_id=patient_id,
        case=case,
        text=text.strip(),
        by_id=by.user_id,
        by_name=by.name,
        at=at,
        corrects_id=corrects,
    )
    event = events.NoteWritten(
        site_id=site_id,
        patient_id=patient_id,
        case_id=case.id if case else None,
        note_id=written.id,
        text=written.text,
    )
    publish(event, by=by, at=at)
    return written.id


@action("cases.withdraw-note", needs=Permission.WORK_CASE, on="note_id")
def withdraw_note(*, note_id: UUID, by: Actor, at: datetime) -> None:
    """Take back a note of one's own within the hour (undo); it stays in the record, marked.

    Raises Refusal for another's note, an older one, and one taken back already.
    """
    note = CaseNote.objects.select_for_update().get(pk=note_id)
    if note.by_id != by.user_id or at - note.at > UNDO_FOR:
        raise Refusal("Only your own note of the last hour can be taken back. Write another that corrects it.")
    if note.withdrawn_at is not None:
        raise Refusal("This note is taken back already.")
    note.withdrawn_at, note.withdrawn_by = at, by.name
    note.save(update_fields=["withdrawn_at", "withdrawn_by"])
    event = events.NoteWithdrawn(
        site_id=note.site_id, patient_id=note.patient_id, case_id=note.case_id, note_id=note.id, text=note.text
    )
    publish(event, by=by, at=at)
