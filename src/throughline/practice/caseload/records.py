"""What caseload shows to others: the rows of Today, ready to print."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from throughline.practice.caseload.ranking import Rank


@dataclass(frozen=True, slots=True)
class Due:
    """One thing due for a patient, with the words a row needs."""

    id: str
    kind: str
    task_id: UUID | None
    clock_id: UUID | None
    version: int
    verb: str
    title: str
    why: str
    tier: int
    state: str
    owner_id: UUID | None
    due_at: datetime | None
    has_time: bool
    legal: bool
    hold_until: datetime | None = None
    left: str = ""
    instant: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of Today: who, why now, how long, and what else is due."""

    patient_id: UUID
    site_id: UUID
    case_id: UUID | None
    name: str
    about: str
    language: str
    phone: str
    rank: Rank
    first: Due
    extras: tuple[Due, ...]
    last_contact: str
    owner_id: UUID | None
    birth_date: date | None
    mrn: str
    time_zone: str
    scratch: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """What sorts of things are due, for the chips."""
        kinds = {due.kind for due in (self.first, *self.extras)}
        return frozenset(kinds | ({"clock"} if any(d.legal for d in (self.first, *self.extras)) else set()))


@dataclass(frozen=True, slots=True)
class Worklist:
    """The whole list of one viewer, ranked, and the counts its chips show."""

    rows: tuple[Row, ...]
    counts: dict[str, int] = field(default_factory=dict)
    held: int = 0
    covering: tuple[tuple[UUID, str, datetime], ...] = ()

    def safety(self) -> int:
        """Return how many patients need an answer before anything else."""
        return sum(row.rank.tier == 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as its tab shows it."""

    id: UUID
    name: str
    filters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Load:
    """One colleague's cases in workload points, not heads."""

    user_id: UUID
    name: str
    cases: int
    points: int
    overdue: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class RosterAsked:
    """What is asked of the Patients list: whose (mine, team, site), which cases, in what order, after which row."""

    scope: str = "mine"
    site_id: UUID | None = None
    programme: str = ""
    state: str = ""
    order: str = "name"
    after: str = ""


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One row of the Patients list, its words ready to print."""

    patient_id: UUID
    name: str
    preferred_name: str
    age: str
    born: str
    mrn: str
    phone: str
    deceased: bool
    state: str
    owner: str
    unowned: bool
    programmes: str
    last_contact: str
    opened: str


@dataclass(frozen=True, slots=True)
class Roster:
    """One page of the Patients list; `older` leads to the next page, blank on the last."""

    rows: tuple[PatientRow, ...]
    older: str
    sites: tuple[tuple[UUID, str], ...]
    site_id: UUID | None
