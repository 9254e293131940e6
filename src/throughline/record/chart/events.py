"""What the chart announces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event

# One and many, in the nurse's words; types not listed are "other records".
_WORDS = {
    "Condition": ("condition", "conditions"),
    "MedicationRequest": ("medicine order", "medicine orders"),
    "MedicationStatement": ("medicine taken", "medicines taken"),
    "MedicationDispense": ("medicine dispensed", "medicines dispensed"),
    "MedicationAdministration": ("dose given", "doses given"),
    "AllergyIntolerance": ("allergy", "allergies"),
    "Encounter": ("encounter", "encounters"),
    "Procedure": ("procedure", "procedures"),
    "Immunization": ("immunization", "immunizations"),
    "Observation": ("observation", "observations"),
    "DiagnosticReport": ("report", "reports"),
    "DocumentReference": ("document", "documents"),
    "CarePlan": ("outside plan", "outside plans"),
    "Goal": ("outside goal", "outside goals"),
    "CareTeam": ("outside care team", "outside care teams"),
    "Coverage": ("coverage", "coverages"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReceived(Event):
    """Another system's record of the patient was taken in: how many new or changed resources of each type."""

    kind: ClassVar[str] = "chart.record-received"
    source: str
    counts: Mapping[str, int] = field(default_factory=dict)

    def sentence(self) -> str:
        """Return "Record received from St. Anne: 12 conditions, 340 observations."."""
        said = [
            f"{self.counts[kind]:,} {words[self.counts[kind] != 1]}"
            for kind, words in _WORDS.items()
            if self.counts.get(kind)
        ]
        others = sum(count for kind, count in self.counts.items() if kind not in _WORDS and kind != "Patient")
        if others:
            said.append(f"{others:,} other record{'s' if others != 1 else ''}")
        if "Patient" in self.counts:
            said.insert(0, "particulars")
        return f"Record received from {self.source}: {', '.join(said) or 'nothing new'}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationRecorded(Event):
    """A colleague put a measurement or finding on record here."""

    kind: ClassVar[str] = "chart.observation-recorded"
    observation_id: str
    code: str
    name: str
    value: str
    taken_at: datetime | None = None

    def sentence(self) -> str:
        """Return "Recorded body weight: 82.4 kg."."""
        return f"Recorded {self.name[:1].lower()}{self.name[1:]}: {self.value}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationWithdrawn(Event):
    """A measurement recorded here turned out to be an error."""

    kind: ClassVar[str] = "chart.observation-withdrawn"
    observation_id: str
    name: str
    reason: str

    def sentence(self) -> str:
        """Return "Marked body weight as entered in error: wrong patient."."""
        return f"Marked {self.name[:1].lower()}{self.name[1:]} as entered in error: {self.reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingHeld(Event):
    """A reading was entered that is possible and not likely; somebody looks before it counts."""

    kind: ClassVar[str] = "chart.reading-held"
    held_id: UUID
    name: str
    value: str
    doubt: str

    def sentence(self) -> str:
        """Return "Held for check: body weight 382 lb. …"."""
        return f"Held for check: {self.name[:1].lower()}{self.name[1:]} {self.value}. {self.doubt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSettled(Event):
    """Somebody looked at a held reading: confirmed or rejected."""

    kind: ClassVar[str] = "chart.reading-settled"
    held_id: UUID
    name: str
    value: str
    outcome: str
    reason: str = ""

    def sentence(self) -> str:
        """Return "Body weight 382 lb rejected: typed twice."."""
        return f"{self.name} {self.value} {self.outcome}{f': {self.reason}' if self.reason else ''}."
