"""What messages show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `standing` says whether it left, waits, or was taken back."""

    id: UUID
    text: str
    by: str
    at: datetime
    is_mine: bool
    is_outside: bool
    standing: str
    may_take_back: bool
    task: str
    task_state: str


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A conversation as lists show it: what it is about, with whom, and whether it holds something unread."""

    id: UUID
    patient_id: UUID
    patient_name: str
    subject: str
    need: str
    people: str
    last_at: datetime
    is_unread: bool
    count: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A whole conversation with those who take part, and who of them has read it."""

    line: ConversationLine
    messages: tuple[Message, ...]
    people: tuple[tuple[str, str], ...]
    outside: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody a message can go to: `ref` is user:<id> or member:<id>."""

    ref: str
    name: str
    about: str
    is_inside: bool
