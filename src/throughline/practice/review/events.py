"""What review announces."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class GapsChanged(Event):
    """A look at a case found something missing that was not, or there that was missing; one line for the whole look."""

    kind: ClassVar[str] = "review.gaps-changed"
    opened: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()

    def sentence(self) -> str:
        said = [f"missing now: {_listed(self.opened)}"] if self.opened else []
        said += [f"closed: {_listed(self.mended)}"] if self.mended else []
        return f"Continuity, {'. '.join(said)}."


def _listed(titles: tuple[str, ...]) -> str:
    """Return each title once, with how often where that is more than once: one rule may find several needs."""
    return "; ".join(title if n == 1 else f"{title} ({n} times)" for title, n in Counter(titles).items())


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEvent(Event):
    """Base of what a colleague does with a gap."""

    gap_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDismissed(GapEvent):
    """Somebody judged that the gap does not apply, until a day."""

    kind: ClassVar[str] = "review.gap-dismissed"
    reason: str
    until: str

    def sentence(self) -> str:
        return f"Gap set aside until {self.until}: {self.title}. {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReopened(GapEvent):
    """A gap that was set aside is asked about again."""

    kind: ClassVar[str] = "review.gap-reopened"

    def sentence(self) -> str:
        return f"Gap asked about again: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyBegun(GapEvent):
    """Somebody took on what mends the gap."""

    kind: ClassVar[str] = "review.remedy-begun"
    what: str

    def sentence(self) -> str:
        return f"Gap taken on: {self.what}."
