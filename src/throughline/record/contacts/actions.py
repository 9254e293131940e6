"""Writes of contacts: log one, correct its minutes, take it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.foundation.access.pending import write
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.prepared import fetch
from throughline.foundation.journal.publishing import publish
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.actions import NotFound, Place, action, locator, remember_place
from throughline.foundation.kernel.actor import Actor
from throughline.record.cases.models import Case
from throughline.record.contacts import events, rules
from throughline.record.contacts.models import Contact


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What stands when a contact is to be logged, read once and with the patient locked.

    `tries` counts what failed since she was last reached (`reached_at`), `failed` the same without agreed call-backs.
    """

    patient_id: UUID
    site_id: UUID
    language: str
    time_zone: str
    case_id: UUID | None
    last_contact_at: datetime | None
    programmes: tuple[str, ...]
    reached_at: datetime | None
    tries: int
    failed: int

    def counts(self, began_at: datetime) -> int:
        """Return 1 for a contact later than the last that reached her, else 0: an old one entered late is no try."""
        return int(self.reached_at is None or began_at > self.reached_at)


CHANNELS = ("phone", "visit", "video", "message", "letter")


@locator("contact_id", table="contacts_contact")
def _place_of_contact(contact_id: UUID) -> Place:
    found = Contact.objects.filter(pk=contact_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This contact does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


# The lock is a statement of its own before the counts: who waited for it must count what the other has logged.
# It lets rows that only point to the patient be written meanwhile.
_LOCK = "select id from people_patient where id = %s for no key update"
_BEFORE = """
select p.id as patient_id, p.site_id, p.language, p.time_zone, c.id as case_id, c.last_contact_at,
  array(select e.programme from cases_enrolment e where e.case_id = c.id and e.until is null) as programmes,
  r.reached_at, t.tries, t.failed
from people_patient p
left join cases_case c on c.patient_id = p.id and c.state <> 'closed'
cross join lateral (select max(k.at) as reached_at from contacts_contact k
  where k.patient_id = p.id and k.outcome = any(%(reached)s)) r
cross join lateral (select count(*) as tries, count(*) filter (where k.outcome <> 'call-back') as failed
  from contacts_contact k where k.patient_id = p.id and k.outcome <> all(%(reached)s)
    and (r.reached_at is null or k.at > r.reached_at)) t
where p.id = %(patient)s
"""


def before_contact(patient_id: UUID) -> Before:
    """Lock the patient and return what stands before a contact with her. For use within an act.

    Raises NotFound when there is no such patient.
    """
    fetch(_LOCK, [patient_id])
    found = fetch(_BEFORE, {"patient": patient_id, "reached": list(rules.REACHED)})
    if not found:
        raise NotFound("There is no such patient, or she is not on your list.")
    return Before(**found[0] | {"programmes": tuple(found[0]["programmes"])})


@action("contacts.log", needs=Permission.WORK_CASE, on="patient_id")
def log_contact(*, patient_id: UUID, contact: ContactIn, before: Before | None = None, by: Actor, at: datetime) -> UUID:
    """Log a contact or a try and return its identifier; `before` is what an act around this one has read already.

    Raises UnableToLogContact for an unknown outcome or channel, a start in the future or over 30 days back, more than
    24 hours, or somebody spoken to without two identifiers.
    """
    chosen = rules.outcome(contact.outcome)
    _check(contact, chosen, at)
    before = before or before_contact(patient_id)
    logged = unsaved(
        Contact,
        site_id=before.site_id,
        patient_id=patient_id,
        case_id=before.case_id,
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
    write(logged)
    remember_place("contact_id", logged.id, Place(before.site_id, patient_id))
    if before.case_id and chosen.reached and (before.last_contact_at or contact.began_at) <= contact.began_at:
        Case.objects.filter(pk=before.case_id).update(last_contact_at=contact.began_at)
    _announce(logged, chosen, before, by=by, at=at)
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


def _announce(logged: Contact, chosen: rules.Outcome, before: Before, *, by: Actor, at: datetime) -> None:
    about: dict[str, Any] = {"site_id": logged.site_id, "patient_id": logged.patient_id, "case_id": logged.case_id}
    is_try = not chosen.reached and chosen.counts_as_attempt
    attempt = before.tries + before.counts(logged.at) if is_try else 0
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
