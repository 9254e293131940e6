"""Writes of contacts: log one, correct its minutes, take it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.cases.models import Case
from throughline.record.contacts import events, rules
from throughline.record.contacts.models import Contact
from throughline.record.people.models import Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactIn:
    """A contact as it happened. `began_at` is when it began, `seconds` how long it took."""

    channel: str
    outcome: str
    began_at: datetime
    seconds: int = 0
    with_whom: str = ""
    number: str = ""
    note: str = ""
    patient_words: str = ""
    identifiers: tuple[str, ...] = ()
    interpreter: str = ""
    attempt_of: str = ""


CHANNELS = ("phone", "visit", "video", "message", "letter")


@locator("contact_id")
def _place_of_contact(contact_id: UUID) -> Place:
    found = Contact.objects.filter(pk=contact_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This contact does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("contacts.log", needs=Permission.WORK_CASE, on="patient_id")
def log_contact(*, patient_id: UUID, contact: ContactIn, by: Actor, at: datetime) -> UUID:
    """Log a contact or a try and return its identifier.

    Raises UnableToLogContact for an unknown outcome or channel, a start in the future or over 30 days back, more than
    24 hours, or somebody spoken to without two identifiers.
    """
    chosen = rules.outcome(contact.outcome)
    _check(contact, chosen, at)
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    case = Case.objects.filter(patient=patient).exclude(state="closed").first()
    logged = Contact.objects.create(
        site_id=patient.site_id,
        patient=patient,
        case=case,
        channel=contact.channel,
        outcome=chosen.key,
        with_whom=contact.with_whom,
        number=contact.number,
        at=contact.began_at,
        seconds=contact.seconds,
        note=contact.note,
        patient_words=contact.patient_words,
        identifiers_checked=list(contact.identifiers),
        interpreter=contact.interpreter,
        attempt_of=contact.attempt_of,
        by_id=by.user_id,
        by_name=by.name,
        recorded_at=at,
    )
    if case is not None and chosen.reached and (case.last_contact_at or contact.began_at) <= contact.began_at:
        Case.objects.filter(pk=case.pk).update(last_contact_at=contact.began_at)
    _announce(logged, chosen, case, by=by, at=at)
    return logged.id


def _check(contact: ContactIn, chosen: rules.Outcome, at: datetime) -> None:
    if contact.channel not in CHANNELS:
        raise rules.UnableToLogContact("Choose how the contact was made: phone, visit, video, message or letter.")
    if contact.began_at > at + timedelta(minutes=1):
        raise rules.UnableToLogContact("A contact cannot begin in the future. Book it instead.")
    if at - contact.began_at > timedelta(days=30):
        raise rules.UnableToLogContact("Enter contacts within 30 days; write a note for older ones.")
    if not 0 <= contact.seconds <= 86_400:
        raise rules.UnableToLogContact("Enter minutes between 0 and 1,440.")
    rules.check_identified(chosen, contact.identifiers)


def _announce(logged: Contact, chosen: rules.Outcome, case: Case | None, *, by: Actor, at: datetime) -> None:
    about: dict[str, Any] = {
        "site_id": logged.site_id,
        "patient_id": logged.patient_id,
        "case_id": case.id if case else None,
    }
    attempt = 0
    if not chosen.reached and chosen.counts_as_attempt:
        reached = [key for key, known in rules.BY_KEY.items() if known.reached]
        latest = Contact.objects.filter(patient_id=logged.patient_id, outcome__in=reached).order_by("-at").first()
        since = Contact.objects.filter(patient_id=logged.patient_id).exclude(outcome__in=reached)
        attempt = since.filter(at__gt=latest.at).count() if latest else since.count()
    publish(
        events.ContactLogged(
            **about,
            contact_id=logged.id,
            channel=logged.channel,
            outcome=chosen.key,
            outcome_words=chosen.words,
            reached=chosen.reached,
            with_whom=logged.with_whom,
            minutes=rules.minutes(logged.seconds),
            note=logged.note,
            attempt=attempt,
            attempt_of=logged.attempt_of,
            began_at=logged.at,
        ),
        by=by,
        at=at,
        occurred_at=logged.at,
    )
    if chosen.key == "wrong-number" and logged.number:
        publish(events.NumberFoundWrong(**about, number=logged.number), by=by, at=at)


@action("contacts.correct-time", needs=Permission.WORK_CASE, on="contact_id")
def correct_time(*, contact_id: UUID, seconds: int, by: Actor, at: datetime) -> None:
    """Correct how long a contact took; the former value stays in its history."""
    if not 0 <= seconds <= 86_400:
        raise rules.UnableToLogContact("Enter minutes between 0 and 1,440.")
    Contact.objects.filter(pk=contact_id).update(seconds=seconds)


@action("contacts.take-back", needs=Permission.WORK_CASE, on="contact_id")
def take_back(*, contact_id: UUID, by: Actor, at: datetime) -> None:
    """Remove a contact logged by oneself within the last hour (undo); its history keeps what it said."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.by_id != by.user_id or at - contact.recorded_at > timedelta(hours=1):
        raise rules.UnableToLogContact("Only your own contact of the last hour can be taken back. Add a note instead.")
    contact.delete()
    taken_back = events.ContactTakenBack(
        site_id=contact.site_id,
        patient_id=contact.patient_id,
        case_id=contact.case_id,
        contact_id=contact_id,
        channel=contact.channel,
    )
    publish(taken_back, by=by, at=at)
