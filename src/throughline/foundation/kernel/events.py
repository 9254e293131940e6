"""What capabilities announce: frozen facts in the past tense, each a line of the patient's story."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of every announced fact. Subclasses set `kind` and answer `sentence`.

    `kind` is stable ("tasks.task-done") because stored stories and content (clocks) name it.
    """

    kind: ClassVar[str] = ""
    site_id: UUID
    patient_id: UUID | None = None
    case_id: UUID | None = None

    def sentence(self) -> str:
        """Return the line a nurse reads in the timeline, without the patient's name."""
        raise NotImplementedError
