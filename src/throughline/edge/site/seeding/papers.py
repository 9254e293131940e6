"""Papers of the demonstration: a letter that went out, one that waits for a signature, and a plan on paper."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from throughline.edge.desk.papers import draft_plan
from throughline.edge.site.seeding.founding import Staff
from throughline.foundation.access import queries as access
from throughline.record.documents import actions as documents

PATIENT, NURSE = "hernandez-villasenor", "dana"


def write(staff: Staff, patients: Mapping[str, UUID], site_id: UUID, at: datetime) -> None:
    """Write them at `at` for the patient whose story has everything; nothing where she is not among the stories."""
    if PATIENT not in patients:
        return
    patient_id, by = patients[PATIENT], staff.actors[NURSE]
    viewer = access.system_viewer(by, at=at, site_ids=[site_id])
    draft_plan(viewer, patient_id, audience="patient", language="es")
    wanted = documents.LetterIn(key="plan-copy", values={"phone": "(937) 555-0100"})
    letter_id = documents.draft_letter(patient_id=patient_id, wanted=wanted, by=by, at=at)
    documents.sign_document(document_id=letter_id, by=by, at=at)
    documents.hand_over(document_id=letter_id, way="mail", note="With a copy of the plan.", by=by, at=at)
