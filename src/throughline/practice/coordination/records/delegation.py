"""What delegation shows: who fits a task and why, and what others carry out."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Work:
    """What a task asks of whoever carries it out: its words, the patient's language and state."""

    text: str
    language: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """What is known of a colleague: licences as (name, state, until, multistate), competences, languages, load."""

    id: UUID
    name: str
    licences: tuple[tuple[str, str, date | None, bool], ...] = ()
    competences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    points: int = 0
    overdue: int = 0
    on_team: bool = False
    away: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """How a colleague fits: whether she may at all, how well, and why, each reason with its mark (ok, warn, no)."""

    id: UUID
    name: str
    may: bool
    score: int
    reasons: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Delegated:
    """A task a colleague carries out for somebody who stays answerable."""

    task_id: UUID
    patient_id: UUID
    patient_name: str
    what: str
    owner: str
    state: str
    state_words: str
    due_at: datetime | None
    due_words: str
    is_late: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Delegations:
    """What others carry out, by what it waits for: to check, late, unanswered, under way, and what came back."""

    to_check: tuple[Delegated, ...]
    late: tuple[Delegated, ...]
    unanswered: tuple[Delegated, ...]
    under_way: tuple[Delegated, ...]
    came_back: tuple[Delegated, ...]
