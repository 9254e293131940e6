"""What rounds and conferences take in and show."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerIn:
    """What was said of one patient: ready or the barrier, who clears it by when, and what the family asks."""

    ready: bool | None
    barrier: str = ""
    owner_id: UUID | None = None
    by: str = "today"
    question: str = ""


@dataclass(frozen=True, slots=True)
class RoundList:
    """A list one can go through: a unit in the order of beds, or one's own patients."""

    key: str
    name: str
    unit: str
    site_id: UUID
    site: str
    count: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an earlier round left unfinished for a patient: the words, who, by when, and its task."""

    entry_id: UUID
    patient_id: UUID
    patient_name: str
    words: str
    owner: str
    due: str
    late: bool
    task_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class EntryShown:
    """One patient's line of a round."""

    id: UUID
    round_id: UUID
    patient_id: UUID
    patient_name: str
    born: str
    age: str
    mrn: str
    bed: str
    day: int | None
    owner_id: UUID | None
    owner: str
    ready: bool | None
    barrier: str
    who: str
    by: str
    question: str
    answered: bool
    answered_by: str
    place: int


@dataclass(frozen=True, slots=True)
class RoundShown:
    """A round with its lines; `unfinished` is what the round before left."""

    id: UUID
    site_id: UUID
    name: str
    unit: str
    started: datetime
    started_by: str
    ended: datetime | None
    present: tuple[str, ...]
    entries: tuple[EntryShown, ...]
    unfinished: tuple[Waiting, ...]

    @property
    def answered(self) -> int:
        """How many patients were spoken of."""
        return sum(entry.answered for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceIn:
    """The minutes of a case conference. `decisions`: one line each, "what @who fri"."""

    at: datetime
    question: str
    minutes: str
    present: tuple[str, ...]
    patient_present: bool = False
    dissent: str = ""
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """One decision with how its task stands."""

    text: str
    owner: str
    due_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class ConferenceShown:
    """A case conference as its page shows it."""

    id: UUID
    patient_id: UUID
    at: datetime
    question: str
    wishes: str
    wishes_language: str
    patient_present: bool
    present: tuple[str, ...]
    minutes: str
    dissent: str
    decisions: tuple[DecisionShown, ...]
    written_by: str
    written_at: datetime
