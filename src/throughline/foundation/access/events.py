"""What access announces."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCreated(Event):
    """A colleague can sign in from now on."""

    kind: ClassVar[str] = "access.user-created"
    user_id: UUID
    name: str

    def sentence(self) -> str:
        """Return who joined."""
        return f"{self.name} was given an account."


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDeactivated(Event):
    """A colleague can no longer sign in. Whoever holds work for her listens and passes it on."""

    kind: ClassVar[str] = "access.user-deactivated"
    user_id: UUID
    name: str
    reason: str

    def sentence(self) -> str:
        """Return who left and why."""
        return f"The account of {self.name} was closed: {self.reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A colleague holds one more role at the site."""

    kind: ClassVar[str] = "access.role-granted"
    user_id: UUID
    name: str
    role: str

    def sentence(self) -> str:
        """Return who may do more."""
        return f"{self.name} was given the role {self.role.lower()}."


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """A colleague holds one role less at the site."""

    kind: ClassVar[str] = "access.role-revoked"
    user_id: UUID
    name: str
    role: str

    def sentence(self) -> str:
        """Return who may do less."""
        return f"{self.name} no longer has the role {self.role.lower()}."


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOpenedInEmergency(Event):
    """Somebody without a care relationship opened the record, with a reason."""

    kind: ClassVar[str] = "access.record-opened-in-emergency"
    user_id: UUID
    name: str
    reason: str
    expires_at: datetime

    def sentence(self) -> str:
        """Return who opened it and why; the story says when."""
        return f"{self.name} opened this record in an emergency: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyOpeningReviewed(Event):
    """A reviewer looked at an emergency opening and wrote down what she found."""

    kind: ClassVar[str] = "access.emergency-opening-reviewed"
    opened_by: str
    justified: bool
    finding: str

    def sentence(self) -> str:
        """Return the finding."""
        found = "justified" if self.justified else "not justified"
        return f"The emergency opening by {self.opened_by} was found {found}: {self.finding}"
