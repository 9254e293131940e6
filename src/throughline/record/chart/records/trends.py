"""Readings over time as they are drawn, and readings that wait for a second look."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.foundation.ui.charts import Point, Scale


@dataclass(frozen=True, slots=True)
class Trend:
    """The readings of one measure in the unit it is shown in, oldest first. A point's `key` is its observation."""

    measure: str
    code: str
    scale: Scale
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class MeasureChoice:
    """A measure that may be entered by hand: its code, name, units, and the names of its parts when it is a pair."""

    code: str
    name: str
    category: str
    units: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A reading that does not count before somebody has looked: what, why it is doubted, who entered it."""

    id: UUID
    name: str
    words: str
    doubt: str
    taken_at: datetime
    entered_at: datetime
    by: str
