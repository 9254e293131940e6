"""What documents announce. No sentence carries the text of a document."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEvent(Event):
    """Base of what happens to a document. `subject` says what the document is about ("task:<id>")."""

    document_id: UUID
    title: str
    document_kind: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDrafted(DocumentEvent):
    """Somebody drafted it, or an act of hers did."""

    kind: ClassVar[str] = "documents.drafted"

    def sentence(self) -> str:
        return f"Drafted: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSigned(DocumentEvent):
    """It was signed and can no longer be changed."""

    kind: ClassVar[str] = "documents.signed"

    def sentence(self) -> str:
        return f"Signed: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSent(DocumentEvent):
    """It was put in the outbox to leave."""

    kind: ClassVar[str] = "documents.sent"
    how: str
    recipient: str

    def sentence(self) -> str:
        return f"Sending {self.how}: {self.title}" + (f", to {self.recipient}." if self.recipient else ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDelivered(DocumentEvent):
    """It reached who it was for, or was handed to what carries it, as far as that can be known."""

    kind: ClassVar[str] = "documents.delivered"
    how: str

    def sentence(self) -> str:
        return f"{self.how}: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFailed(DocumentEvent):
    """It came back, or never arrived."""

    kind: ClassVar[str] = "documents.failed"
    reason: str

    def sentence(self) -> str:
        return f"Not delivered: {self.title}. {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecalled(DocumentEvent):
    """It was taken back before it left, or given up."""

    kind: ClassVar[str] = "documents.recalled"
    reason: str = ""

    def sentence(self) -> str:
        return f"Recalled: {self.title}." + (f" {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentShared(DocumentEvent):
    """A link to it was made for somebody without an account."""

    kind: ClassVar[str] = "documents.shared"
    share_id: UUID
    recipient: str
    expires: str

    def sentence(self) -> str:
        return f"Shared by link with {self.recipient} until {self.expires}: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRevoked(DocumentEvent):
    """The link no longer opens."""

    kind: ClassVar[str] = "documents.share-revoked"
    share_id: UUID
    recipient: str
    reason: str

    def sentence(self) -> str:
        return f"Link of {self.recipient} ended: {self.title}. {self.reason}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOpened(DocumentEvent):
    """Whoever holds the link opened it. Announced for the first opening; each is counted and in the audit."""

    kind: ClassVar[str] = "documents.shared-opened"
    share_id: UUID
    recipient: str

    def sentence(self) -> str:
        return f"Opened by {self.recipient}: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttached(Event):
    """A file from elsewhere was kept with the record."""

    kind: ClassVar[str] = "documents.file-attached"
    attachment_id: UUID
    name: str

    def sentence(self) -> str:
        return f"File kept: {self.name}."
