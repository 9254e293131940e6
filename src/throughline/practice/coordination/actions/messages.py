"""Writes of messages: begin, answer, write down what a member outside said, read, take back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.models import User
from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal import leaving
from throughline.foundation.journal.leaving import Parcel
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment.queries import need_of_action
from throughline.practice.coordination.actions.team import CHANNELS, open_case_of
from throughline.practice.coordination.events.messages import MessageTakenBack, MessageWritten
from throughline.practice.coordination.models import Conversation, Message, Participant, TeamMember
from throughline.practice.coordination.queries.addressees import who_see
from throughline.practice.coordination.rules.messaging import UnableToWrite, check_message, outbox_words
from throughline.record.people.models import Patient
from throughline.record.tasks import actions as tasks

LEAVES = "coordination.message"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageIn:
    """A message, and the task it carries if any: what is to be done, by whom, until when."""

    text: str
    task_title: str = ""
    task_owner_id: UUID | None = None
    task_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationIn:
    """What a conversation is about and who reads it: "user:<id>" a colleague, "member:<id>" of the care team."""

    subject: str
    to: tuple[str, ...]
    need_id: UUID | None = None


@locator("conversation_id")
def _place_of_conversation(conversation_id: UUID) -> Place:
    return _place(Conversation, conversation_id, "conversation")


@locator("message_id")
def _place_of_message(message_id: UUID) -> Place:
    return _place(Message, message_id, "message")


def _place(model: Any, key: UUID, what: str) -> Place:
    found = model.objects.filter(pk=key).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound(f"This {what} does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("coordination.start-conversation", needs=Permission.COORDINATE, on="patient_id")
def start_conversation(
    *, patient_id: UUID, conversation: ConversationIn, message: MessageIn, by: Actor, at: datetime
) -> UUID:
    """Begin a conversation with its first message and return its id.

    Raises UnableToWrite without words or readers, or for a colleague who does not see the patient.
    """
    patient = Patient.objects.get(pk=patient_id)
    check_message(text=message.text, subject=conversation.subject, to=len(conversation.to))
    if conversation.need_id is not None and need_of_action(conversation.need_id).patient_id != patient_id:
        raise UnableToWrite("This need belongs to somebody else.")
    users, members = _readers(patient, conversation.to, at)
    made = Conversation.objects.create(
        site_id=patient.site_id, patient=patient, case=open_case_of(patient_id), need_id=conversation.need_id,
        subject=conversation.subject.strip()[:200], opened_at=at, opened_by_name=by.name, last_at=at,
    )  # fmt: skip
    place = {"site_id": patient.site_id, "conversation": made}
    mine = [Participant(**place, user_id=by.user_id, read_at=at)] if by.user_id and by.user_id not in users else []
    Participant.objects.bulk_create(
        [*mine, *(Participant(**place, user_id=u) for u in users), *(Participant(**place, member=m) for m in members)]
    )
    _write(made, message, by=by, at=at)
    return made.id


def _readers(patient: Patient, refs: tuple[str, ...], at: datetime) -> tuple[list[UUID], list[TeamMember]]:
    users, members = [], []
    for ref in dict.fromkeys(refs):
        kind, _, key = ref.partition(":")
        try:
            wanted = UUID(key)
        except ValueError:
            raise UnableToWrite("Choose from the list who should read it.") from None
        member = TeamMember.objects.filter(patient=patient, pk=wanted, ended_at__isnull=True).first()
        if kind == "member" and member is not None:
            members.append(member) if member.user_id is None else users.append(member.user_id)
        elif kind == "user":
            users.append(wanted)
        else:
            raise UnableToWrite("Choose from the list who should read it.")
    blind = set(users) - who_see(patient.id, patient.site_id, users, at)
    if blind:
        names = ", ".join(str(user) for user in User.objects.filter(pk__in=blind)) or "She"
        raise UnableToWrite(f"{names} does not see this patient. Put her on the care team first.")
    return users, members


@action("coordination.write-message", needs=Permission.COORDINATE, on="conversation_id")
def write_message(*, conversation_id: UUID, message: MessageIn, by: Actor, at: datetime) -> UUID:
    """Add a message to a conversation and return its id; who writes takes part from then on."""
    check_message(text=message.text)
    found = Conversation.objects.select_for_update().get(pk=conversation_id)
    if by.user_id is not None:
        Participant.objects.get_or_create(
            conversation=found, user_id=by.user_id, defaults={"site_id": found.site_id, "read_at": at}
        )
    return _write(found, message, by=by, at=at).id


def _write(found: Conversation, message: MessageIn, *, by: Actor, at: datetime) -> Message:
    made = Message.objects.create(
        site_id=found.site_id, patient_id=found.patient_id, conversation=found, text=message.text.strip(), at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    if message.task_title.strip():
        made.task_id = _task(found, made, message, by=by, at=at)
    outside = list(found.participants.filter(member__isnull=False).select_related("member"))
    if outside:
        to = ", ".join(f"{one.member.name}, {CHANNELS[one.member.channel].lower()}" for one in outside if one.member)
        made.outbox_id = leaving.leave(
            LEAVES, {"message_id": made.id}, Parcel(outbox_words(), to[:200], f"/conversation/{found.id}/"),
            by=by, at=at, site_id=found.site_id, patient_id=found.patient_id,
        )  # fmt: skip
    made.save(update_fields=["task", "outbox_id"])
    _now_unread(found, by.user_id, at)
    _announce(found, made, by.name, by=by, at=at)
    return made


def _task(found: Conversation, made: Message, message: MessageIn, *, by: Actor, at: datetime) -> UUID:
    task = tasks.TaskIn(
        patient_id=found.patient_id, case_id=found.case_id, title=message.task_title.strip()[:300],
        why=f"Asked in a message: {found.subject}", owner_id=message.task_owner_id or by.user_id,
        due_at=message.task_due, subject=f"message:{made.id}",
    )  # fmt: skip
    return tasks.add_task(patient_id=found.patient_id, task=task, by=by, at=at)


def _now_unread(found: Conversation, writer: UUID | None, at: datetime) -> None:
    found.last_at = at
    found.save(update_fields=["last_at"])
    colleagues = Participant.objects.filter(conversation=found, user__isnull=False)
    herself = [writer] if writer else []
    colleagues.exclude(user_id__in=herself).update(unread=True)
    colleagues.filter(user_id__in=herself).update(unread=False, read_at=at)


def _announce(found: Conversation, made: Message, who: str, *, by: Actor, at: datetime) -> None:
    readers = found.participants.exclude(user_id=by.user_id) if by.user_id else found.participants.all()
    others = readers.select_related("user", "member")
    names = [str(one.user or (one.member.name if one.member else "")) for one in others]
    event = MessageWritten(
        site_id=found.site_id, patient_id=found.patient_id, case_id=found.case_id, conversation_id=found.id,
        message_id=made.id, subject=found.subject, who=who, to=", ".join(n for n in names if n != who) or "the team",
    )  # fmt: skip
    publish(event, by=by, at=at)


@action("coordination.record-reply", needs=Permission.COORDINATE, on="conversation_id")
def record_reply(*, conversation_id: UUID, member_id: UUID, text: str, by: Actor, at: datetime) -> UUID:
    """Write down what a member outside answered, by phone, fax or letter; she counts as contacted. Return its id."""
    check_message(text=text)
    found = Conversation.objects.select_for_update().get(pk=conversation_id)
    member = TeamMember.objects.filter(pk=member_id, patient_id=found.patient_id).first()
    if member is None or not found.participants.filter(member=member).exists():
        raise UnableToWrite("Choose who answered from those outside who take part.")
    made = Message.objects.create(
        site_id=found.site_id, patient_id=found.patient_id, conversation=found, text=text.strip(), member=member, at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    TeamMember.objects.filter(pk=member.pk).update(last_contact_at=at)
    _now_unread(found, by.user_id, at)
    _announce(found, made, member.name, by=by, at=at)
    return made.id


@action("coordination.read-conversation", needs=Permission.SEE_PATIENT, on="conversation_id")
def mark_read(*, conversation_id: UUID, by: Actor, at: datetime) -> None:
    """Keep that a participant has read up to now; of anybody else nothing is kept but the audit."""
    mine = Participant.objects.filter(conversation_id=conversation_id, user_id__in=[by.user_id] if by.user_id else [])
    mine.update(read_at=at, unread=False)


@leaving.carries(LEAVES)
def _left(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    # Carried by fax, phone or mail; from here on it cannot be taken back.
    Message.objects.filter(pk=payload["message_id"], taken_back_at__isnull=True).update(left_at=at)


@leaving.takes_back(LEAVES)
def _unsend(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    _undo(Message.objects.select_related("conversation").get(pk=UUID(str(payload["message_id"]))), by=by, at=at)


@action("coordination.take-back-message", needs=Permission.COORDINATE, on="message_id")
def take_back(*, message_id: UUID, by: Actor, at: datetime) -> None:
    """Take one's own message back: until it has left, or, among colleagues, until one of them has read it.

    Its task ends with it. Raises UnableToWrite afterwards, and for a message of somebody else.
    """
    found = Message.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=message_id)
    if found.by_id != by.user_id or found.taken_back_at is not None:
        raise UnableToWrite("Only who wrote it can take it back, once.")
    if found.outbox_id is not None:
        leaving.recall_message(outbox_id=found.outbox_id, by=by, at=at)
        return
    colleagues = Participant.objects.filter(conversation=found.conversation, user__isnull=False)
    others = colleagues.exclude(user_id__in=[by.user_id] if by.user_id else [])
    if others.filter(read_at__gte=found.at).exists():
        raise UnableToWrite("A colleague has read it already. Write a correction instead.")
    _undo(found, by=by, at=at)


def _undo(found: Message, *, by: Actor, at: datetime) -> None:
    found.taken_back_at = at
    found.save(update_fields=["taken_back_at"])
    reason = "The message was taken back."
    tasks.cancel_tasks_for(patient_id=found.patient_id, subject=f"message:{found.id}", reason=reason, by=by, at=at)
    talk = found.conversation
    if not talk.messages.filter(taken_back_at__isnull=True).exists():
        talk.participants.update(unread=False)
    event = MessageTakenBack(
        site_id=found.site_id, patient_id=found.patient_id, case_id=talk.case_id, conversation_id=talk.id,
        message_id=found.id, subject=talk.subject,
    )  # fmt: skip
    publish(event, by=by, at=at)
