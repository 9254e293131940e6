"""What rounds and case conferences announce."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsAnswered(Event):
    """A patient was spoken of in rounds."""

    kind: ClassVar[str] = "coordination.rounds-answered"
    entry_id: UUID
    name: str
    ready: bool
    barrier: str = ""
    owner: str = ""
    by: str = ""
    question: str = ""

    def sentence(self) -> str:
        said = "ready" if self.ready else f"not ready: {self.barrier}; {self.owner or 'nobody yet'}, by {self.by}"
        return f"Rounds {self.name}: {said}." + (f" The family asks: {self.question}" if self.question else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsAnswerUndone(Event):
    """What was said in rounds was taken back."""

    kind: ClassVar[str] = "coordination.rounds-undone"
    entry_id: UUID
    name: str

    def sentence(self) -> str:
        return f"Rounds {self.name}: the answer was taken back."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceHeld(Event):
    """All who care for the patient met about one question."""

    kind: ClassVar[str] = "coordination.conference-held"
    conference_id: UUID
    question: str
    present: int
    decisions: int
    dissent: bool

    def sentence(self) -> str:
        apart = ", not all agreed" if self.dissent else ""
        return f"Case conference: {self.question} ({self.present} present, {self.decisions} decisions{apart})."
