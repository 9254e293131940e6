"""What appointments announce. A kept one is evidence for the need it serves; a missed one asks for the next step."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentEvent(Event):
    """Base: which appointment, for which need, what, with whom and when (`when` in the patient's zone, in words)."""

    appointment_id: UUID
    need_id: UUID | None = None
    what: str
    provider: str
    starts_at: datetime
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentBooked(AppointmentEvent):
    """An appointment was booked or proposed."""

    kind: ClassVar[str] = "coordination.appointment-booked"
    proposed: bool = False

    def sentence(self) -> str:
        return f"{'Proposed' if self.proposed else 'Booked'}: {self.what} with {self.provider}, {self.when}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMoved(AppointmentEvent):
    """An appointment got another time."""

    kind: ClassVar[str] = "coordination.appointment-moved"
    was: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Moved: {self.what} with {self.provider}, from {self.was} to {self.when}." + _because(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentArranged(AppointmentEvent):
    """Place, ride, interpreter or what to bring were written down."""

    kind: ClassVar[str] = "coordination.appointment-arranged"
    fields: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"Arranged ({', '.join(self.fields)}): {self.what} with {self.provider}, {self.when}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentKept(AppointmentEvent):
    """The patient was there."""

    kind: ClassVar[str] = "coordination.appointment-kept"
    outcome: str = ""

    def sentence(self) -> str:
        return f"Kept: {self.what} with {self.provider}, {self.when}." + _because(self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMissed(AppointmentEvent):
    """The patient was not there."""

    kind: ClassVar[str] = "coordination.appointment-missed"
    reason: str

    def sentence(self) -> str:
        return f"Missed: {self.what} with {self.provider}, {self.when}. {self.reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCancelled(AppointmentEvent):
    """It will not take place."""

    kind: ClassVar[str] = "coordination.appointment-cancelled"
    by_whom: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Cancelled by {self.by_whom}: {self.what} with {self.provider}, {self.when}." + _because(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentStepUndone(AppointmentEvent):
    """The last step was taken back."""

    kind: ClassVar[str] = "coordination.appointment-undone"
    act: str
    state: str

    def sentence(self) -> str:
        return f"Taken back ({self.act}): {self.what} with {self.provider}, {self.when}, is {self.state} again."


def _because(reason: str) -> str:
    return f" {reason.strip().rstrip('.')}." if reason.strip() else ""
