"""What the care team announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """Somebody is on the care team from now on."""

    kind: ClassVar[str] = "coordination.member-joined"
    member_id: UUID
    name: str
    role: str
    why: str = ""

    def sentence(self) -> str:
        """Return who joined as what."""
        return f"{self.name} joined the care team as {self.role.lower()}." + (f" {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Event):
    """Somebody is no longer on the care team."""

    kind: ClassVar[str] = "coordination.member-left"
    member_id: UUID
    name: str
    reason: str

    def sentence(self) -> str:
        """Return who left and why."""
        return f"{self.name} left the care team: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(Event):
    """A place on the care team changed, or a change of it was taken back."""

    kind: ClassVar[str] = "coordination.member-changed"
    member_id: UUID
    name: str
    what: str

    def sentence(self) -> str:
        """Return what changed."""
        return f"Care team, {self.name}: {self.what}."


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingDecided(Event):
    """The patient decided what a member may be shown."""

    kind: ClassVar[str] = "coordination.sharing-decided"
    member_id: UUID
    name: str
    decision: str
    shares: str

    def sentence(self) -> str:
        """Return the decision; the categories, never their content."""
        return f"Sharing with {self.name}: {self.shares}."
