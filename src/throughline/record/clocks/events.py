"""What clocks announce."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent(Event):
    """Base of what happens to a clock."""

    clock_id: UUID
    rule_id: str
    title: str
    due_words: str = ""
    reason: str = ""

    def _told(self, what: str) -> str:
        due = f" Due {self.due_words}." if self.due_words else ""
        return f"Clock {what}: {self.title}.{due}" + (f" {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(ClockEvent):
    """A deadline began to run."""

    kind: ClassVar[str] = "clocks.clock-started"

    def sentence(self) -> str:
        return self._told("started")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMet(ClockEvent):
    """The duty was done, in time or late."""

    kind: ClassVar[str] = "clocks.clock-met"
    late: bool = False

    def sentence(self) -> str:
        return self._told("met late" if self.late else "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChanged(ClockEvent):
    """Its facts changed: paused, resumed, extended, corrected, an attempt noted, or reopened."""

    kind: ClassVar[str] = "clocks.clock-changed"
    act: str

    def sentence(self) -> str:
        return self._told(self.act)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCancelled(ClockEvent):
    """It no longer matters, for a reason."""

    kind: ClassVar[str] = "clocks.clock-cancelled"

    def sentence(self) -> str:
        return self._told("cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFlipped(ClockEvent):
    """Time alone changed its state, at `boundary_at`, whenever it was noticed."""

    kind: ClassVar[str] = "clocks.clock-flipped"
    part: str = ""
    before: str
    after: str
    boundary_at: datetime
    due_at: datetime | None = None

    def sentence(self) -> str:
        words = {
            "due-soon": "falls due soon",
            "past-safe": "the safe date has passed",
            "overdue": "deadline missed",
            "running": "has opened",
        }
        return self._told(words.get(self.after, self.after))
