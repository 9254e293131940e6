"""What contacts announce."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLogged(Event):
    """Somebody was called, visited or written to; reached or not."""

    kind: ClassVar[str] = "contacts.contact-logged"
    contact_id: UUID
    channel: str
    outcome: str
    outcome_words: str
    reached: bool
    with_whom: str = ""
    minutes: int = 0
    note: str = ""
    attempt: int = 0
    attempt_of: str = ""
    began_at: datetime | None = None

    def sentence(self) -> str:
        channel = {"phone": "Call", "visit": "Visit", "video": "Video call", "message": "Message", "letter": "Letter"}
        parts = [f"{channel.get(self.channel, 'Contact')}: {self.outcome_words.lower()}"]
        if self.with_whom:
            parts.append(f"({self.with_whom})")
        if self.attempt:
            parts.append(f"try {self.attempt}")
        if self.minutes:
            parts.append(f"{self.minutes} min")
        return ", ".join(parts).replace(", (", " (") + "." + (f" {self.note}" if self.note else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimitReached(Event):
    """The programme's number of tries is used up; a letter and a message follow."""

    kind: ClassVar[str] = "contacts.attempt-limit-reached"
    attempts: int
    attempt_of: str = ""

    def sentence(self) -> str:
        return f"Not reached after {self.attempts} tries; letter and message to be sent."


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFoundWrong(Event):
    """The number dialled is not the patient's."""

    kind: ClassVar[str] = "contacts.number-found-wrong"
    number: str

    def sentence(self) -> str:
        return f"Number ending {self.number[-4:]} is wrong or disconnected."


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTakenBack(Event):
    """A contact was logged by mistake and removed within the hour."""

    kind: ClassVar[str] = "contacts.contact-taken-back"
    contact_id: UUID
    channel: str

    def sentence(self) -> str:
        return f"Contact taken back: {self.channel}, logged by mistake."
