"""What messages announce. The text stays in the conversation; the story says who wrote to whom about what."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWritten(Event):
    """Somebody of us wrote, or what an outside member said was written down."""

    kind: ClassVar[str] = "coordination.message-written"
    conversation_id: UUID
    message_id: UUID
    subject: str
    who: str
    to: str

    def sentence(self) -> str:
        """Return who wrote to whom and what about."""
        return f"{self.who} wrote to {self.to}: {self.subject}."


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTakenBack(Event):
    """A message was taken back before it was read or had left."""

    kind: ClassVar[str] = "coordination.message-taken-back"
    conversation_id: UUID
    message_id: UUID
    subject: str

    def sentence(self) -> str:
        """Return which message."""
        return f"A message was taken back: {self.subject}."
