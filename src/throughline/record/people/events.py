"""What people announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRegistered(Event):
    """A patient's record was made, by hand or from another system."""

    kind: ClassVar[str] = "people.patient-registered"
    source: str = ""

    def sentence(self) -> str:
        """Return the line of the story."""
        return f"Record received from {self.source}" if self.source else "Registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticularsChanged(Event):
    """Something of who the patient is or how she is reached changed."""

    kind: ClassVar[str] = "people.particulars-changed"
    what: tuple[str, ...]
    source: str = ""

    def sentence(self) -> str:
        """Return the line of the story."""
        said = ", ".join(self.what)
        return f"Changed: {said} (from {self.source})" if self.source else f"Changed: {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDied(Event):
    """The patient's death became known."""

    kind: ClassVar[str] = "people.patient-died"
    when: str = ""

    def sentence(self) -> str:
        """Return the line of the story."""
        return f"Died on {self.when}" if self.when else "Recorded as deceased"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathTakenBack(Event):
    """A death was noted by mistake: the patient lives."""

    kind: ClassVar[str] = "people.death-taken-back"
    reason: str

    def sentence(self) -> str:
        """Return the line of the story."""
        return f"Was recorded as deceased by mistake: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFound(Event):
    """Another record may be the same person. Nothing was merged."""

    kind: ClassVar[str] = "people.duplicate-found"
    other_patient_id: UUID
    reasons: tuple[str, ...]

    def sentence(self) -> str:
        """Return the line of the story."""
        return "Possibly the same person as another record: " + "; ".join(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsMerged(Event):
    """Another record of the same person was joined into this one."""

    kind: ClassVar[str] = "people.patients-merged"
    retired_patient_id: UUID
    merge_id: UUID
    reason: str

    def sentence(self) -> str:
        """Return the line of the story."""
        return f"Another record of the same person was merged into this one: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsUnmerged(Event):
    """A merge was taken back: each record has exactly its own rows again."""

    kind: ClassVar[str] = "people.patients-unmerged"
    restored_patient_id: UUID
    merge_id: UUID
    reason: str

    def sentence(self) -> str:
        """Return the line of the story."""
        return f"A merge was taken back: {self.reason}"
