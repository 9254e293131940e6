"""What the journal shows to others."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID


class BadCursor(ValueError):
    """A place in a story that no story of ours gave out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a story: the last line already shown. `str()` of it goes into an address, `parse` reads it back."""

    recorded_at: datetime
    entry_id: UUID

    def __str__(self) -> str:
        return f"{self.recorded_at.isoformat()}~{self.entry_id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the place an address names. Raises BadCursor for anything `str` did not write."""
        when, _, which = text.partition("~")
        try:
            cursor = cls(datetime.fromisoformat(when), UUID(which))
        except ValueError as wrong:
            raise BadCursor(f"{text} is not a place in a story.") from wrong
        if cursor.recorded_at.tzinfo is None:
            raise BadCursor(f"{text} is not a place in a story.")
        return cursor


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line of a story. `occurred_at` is when it happened, `recorded_at` when it was written down."""

    id: UUID
    kind: str
    sentence: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    actor_name: str
    case_id: UUID | None
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """One line somebody else wrote into a story, as a digest shows it."""

    id: UUID
    patient_id: UUID
    sentence: str
    recorded_at: datetime
    actor_name: str


@dataclass(frozen=True, slots=True)
class Story:
    """Lines newest first, and where to go on for older ones (None: that was the beginning)."""

    lines: tuple[StoryLine, ...]
    older: Cursor | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What leaves the house, in its sender's words: what it is, to whom, and the address where it can be corrected."""

    what: str = ""
    to: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Something its author sent, and how far it is. Without `done_at` and `recalled_at` it waits."""

    id: UUID
    what: str
    recipient: str
    back: str
    created_at: datetime
    not_before: datetime
    done_at: datetime | None
    recalled_at: datetime | None
    attempts: int
    last_error: str

    @property
    def waits(self) -> bool:
        """Whether it can still be taken back."""
        return self.done_at is None and self.recalled_at is None

    @property
    def failed(self) -> bool:
        """Whether it waits because it could not be carried out."""
        return self.waits and self.attempts > 0

    def seconds_left(self, at: datetime) -> int:
        """Return the whole seconds until it leaves, never less than 0."""
        return max(0, ceil((self.not_before - at).total_seconds()))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the outbox that has not left."""

    id: UUID
    kind: str
    patient_id: UUID | None
    created_at: datetime
    created_by_name: str
    not_before: datetime
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round over the outbox did."""

    done: int = 0
    failed: int = 0
