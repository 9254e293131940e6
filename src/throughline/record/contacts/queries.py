"""Reads of contacts. Each takes the viewer first and shows only contacts with patients she may see."""

from uuid import UUID

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.contacts.models import Contact
from throughline.record.contacts.records import ContactRecord
from throughline.record.contacts.rules import BY_KEY


def contacts_of(viewer: Viewer, patient_id: UUID, *, limit: int = 50) -> list[ContactRecord]:
    """Return a patient's contacts and tries, latest first."""
    found = Contact.objects.filter(sees(viewer), patient_id=patient_id).order_by("-at", "-id")[:limit]
    return [record(contact) for contact in found]


def tries_since_reached(viewer: Viewer, patient_id: UUID, *, attempt_of: str | None = None) -> list[ContactRecord]:
    """Return the failed tries since the patient was last reached, oldest first; of one promise where it is named.

    They prove attempts: number, channel, day and hour of each.
    """
    tries: list[ContactRecord] = []
    for contact in contacts_of(viewer, patient_id, limit=100):
        if contact.reached:
            break
        if attempt_of is None or contact.attempt_of == attempt_of:
            tries.append(contact)
    return tries[::-1]


def record(found: Contact) -> ContactRecord:
    """Return a row as its record."""
    known = BY_KEY.get(found.outcome)
    return ContactRecord(
        id=found.id,
        patient_id=found.patient_id,
        channel=found.channel,
        outcome=found.outcome,
        outcome_words=known.words if known else found.outcome,
        reached=bool(known and known.reached),
        with_whom=found.with_whom,
        number=found.number,
        at=found.at,
        seconds=found.seconds,
        note=found.note,
        patient_words=found.patient_words,
        interpreter=found.interpreter,
        attempt_of=found.attempt_of,
        by_name=found.by_name,
    )
