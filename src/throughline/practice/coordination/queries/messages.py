"""Reads of messages. Each takes the viewer first and shows only conversations about patients she may see."""

from typing import Any
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.models import Conversation as Talk
from throughline.practice.coordination.models import Message as Row
from throughline.practice.coordination.models import Participant
from throughline.practice.coordination.records.messages import Conversation, ConversationLine, Message
from throughline.practice.coordination.rules.moments import A_MOMENT
from throughline.record.tasks.rules import WORDS

PAGE = 50


def _visible(viewer: Viewer) -> QuerySet[Any]:
    people = Participant.objects.select_related("user", "member").order_by("id")
    said = Count("messages", filter=Q(messages__taken_back_at__isnull=True))
    return (
        Talk.objects.filter(sees(viewer))
        .select_related("patient", "need")
        .prefetch_related(Prefetch("participants", queryset=people))
        .annotate(said=said)
    )


def unread_count(viewer: Viewer) -> int:
    """Return how many conversations hold something the viewer has not read; one statement."""
    if viewer.user_id is None:
        return 0
    mine = Participant.objects.filter(user_id=viewer.user_id, unread=True, site_id__in=viewer.site_ids)
    return mine.filter(sees(viewer, patient="conversation__patient_id", site="site_id")).count()


def mine(viewer: Viewer) -> list[ConversationLine]:
    """Return the conversations the viewer takes part in: unread first, then the latest."""
    found = _visible(viewer).filter(participants__user_id=viewer.user_id).order_by("-last_at")[:PAGE]
    return sorted((_line(row, viewer) for row in found), key=lambda line: not line.is_unread)


def of_patient(viewer: Viewer, patient_id: UUID) -> list[ConversationLine]:
    """Return the conversations about a patient, the latest first; those taken back whole are left out."""
    found = _visible(viewer).filter(patient_id=patient_id).order_by("-last_at")[:PAGE]
    return [line for line in (_line(row, viewer) for row in found) if line.count]


def about_need(viewer: Viewer, need_id: UUID) -> tuple[UUID, ...]:
    """Return the conversations the viewer may see that hang on a need."""
    return tuple(_visible(viewer).filter(need_id=need_id).values_list("pk", flat=True))


def sent_a_moment_ago(viewer: Viewer, about: UUID, text: str) -> UUID | None:
    """Return the conversation in which the viewer said these very words just now, by pressing twice; else None.

    `about` is the conversation, or the patient about whom one was begun with them.
    """
    rows = Row.objects.filter(by_id=viewer.user_id, text=text.strip(), taken_back_at=None, member=None)
    rows = rows.filter(at__gt=viewer.at - A_MOMENT, at__lte=viewer.at)
    begun = Q(patient_id=about, conversation__opened_at=F("at"))
    return rows.filter(begun | Q(conversation_id=about)).values_list("conversation_id", flat=True).first()


def conversation(viewer: Viewer, conversation_id: UUID) -> Conversation:
    """Return a whole conversation. Raises NotFound when there is none the viewer may see."""
    row = _visible(viewer).filter(pk=conversation_id).first()
    if row is None:
        raise NotFound("This conversation does not exist, or you may not see it.")
    people = list(row.participants.all())
    others = [one for one in people if one.user_id and one.user_id != viewer.user_id]
    messages = Row.objects.filter(conversation=row).select_related("member", "task").order_by("at", "id")
    return Conversation(
        line=_line(row, viewer),
        messages=tuple(_message(message, others, viewer) for message in messages),
        people=tuple((_name(one), _reading(one)) for one in people),
        outside=tuple((one.member_id, one.member.name) for one in people if one.member),
    )


def _name(one: Participant) -> str:
    return str(one.user) if one.user else (one.member.name if one.member else "")


def _reading(one: Participant) -> str:
    if one.user is None:
        return "outside"
    return "not read yet" if one.unread else ("has read it" if one.read_at else "")


def _line(row: Any, viewer: Viewer) -> ConversationLine:
    people = list(row.participants.all())
    unread = any(one.unread and one.user_id == viewer.user_id for one in people)
    return ConversationLine(
        id=row.id,
        patient_id=row.patient_id,
        patient_name=row.patient.display_name,
        subject=row.subject,
        need=row.need.text if row.need else "",
        people=", ".join(_name(one) for one in people if one.user_id != viewer.user_id or one.user_id is None),
        last_at=row.last_at,
        is_unread=unread,
        count=row.said,
    )


def _message(row: Row, others: list[Participant], viewer: Viewer) -> Message:
    mine = row.by_id == viewer.user_id and row.member_id is None
    was_read = any(one.read_at is not None and one.read_at >= row.at for one in others)
    if row.taken_back_at is not None:
        standing = "taken back"
    elif row.outbox_id is not None:
        standing = "sent" if row.left_at else "waits in the outbox"
    else:
        standing = ""
    may = mine and row.taken_back_at is None and (row.left_at is None if row.outbox_id else not was_read)
    by = f"{row.member.name}, written down by {row.by_name}" if row.member else row.by_name
    return Message(
        id=row.id,
        text="" if row.taken_back_at else row.text,
        by=by,
        at=row.at,
        is_mine=mine,
        is_outside=row.member_id is not None,
        standing=standing,
        may_take_back=may,
        task=f"{row.task.verb}: {row.task.title}" if row.task else "",
        task_state=WORDS[row.task.state] if row.task else "",
    )
