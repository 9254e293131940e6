"""What the chart shows: facts with their source and times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

# SNOMED CT: no known allergy, no known drug, environmental, food and animal allergy.
NONE_KNOWN = frozenset({"716186003", "409137002", "428607008", "429625007", "428197003"})


@dataclass(frozen=True, slots=True)
class ChartFact:
    """One fact of the chart.

    `kind` is condition, medication, allergy, encounter, procedure, immunization, report, note, outsideplan,
    outsidegoal, outsideteam or coverage; `more` holds what only that kind has. `source` is the key of the system it
    came from, "" when recorded here. `current` says whether it holds now by what its source says.
    """

    id: UUID
    kind: str
    display: str
    code_system: str
    code: str
    status: str
    effective_at: datetime | None
    effective_until: datetime | None
    precision: str
    recorded_at: datetime | None
    received_at: datetime
    source: str
    author: str
    note: str
    current: bool
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def none_known(self) -> bool:
        """Whether the fact says that no allergy is known, which warns of nothing."""
        return self.kind == "allergy" and (self.code in NONE_KNOWN or self.display.lower().startswith("no known "))

    @property
    def since(self) -> datetime:
        """The time the fact is as old as: when it took place or began, else when it was recorded, else received."""
        return self.effective_at or self.recorded_at or self.received_at


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a series, in words and, when it is a number, as one. `range` is the normal range in words."""

    id: UUID
    at: datetime | None
    precision: str
    words: str
    number: float | None
    unit: str
    outside: str
    source: str
    author: str
    recorded_at: datetime | None
    range: str = ""
    encounter_id: UUID | None = None

    @property
    def day(self) -> date | None:
        """The day of the reading, None when it has no time."""
        return self.at.date() if self.at else None


@dataclass(frozen=True, slots=True)
class LatestReadings:
    """The latest value of one kind of observation and those before it, newest first; `total` counts all."""

    code_system: str
    code: str
    name: str
    category: str
    latest: Reading
    earlier: tuple[Reading, ...]
    total: int

    @property
    def change(self) -> float | None:
        """The difference to the value before, None when either is no number or the units differ."""
        before = self.earlier[0] if self.earlier else None
        if before is None or self.latest.number is None or before.number is None or before.unit != self.latest.unit:
            return None
        return self.latest.number - before.number


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of one patient as its overview needs it: facts by kind, and the latest observations."""

    patient_id: UUID
    facts: Mapping[str, tuple[ChartFact, ...]]
    observations: tuple[LatestReadings, ...]

    def of(self, kind: str, *, current: bool = False) -> tuple[ChartFact, ...]:
        """Return the facts of a kind, newest first; with `current`, those that hold now."""
        found = self.facts.get(kind, ())
        return tuple(fact for fact in found if fact.current) if current else found
