"""What drafts show to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Key:
    """Which form, and of what: `argument` is one the locators understand ("patient_id"), "" for a form of nothing."""

    form: str
    argument: str = ""
    value: UUID | None = None

    def __str__(self) -> str:
        return f"{self.form}/{self.argument}/{self.value}" if self.argument else self.form


@dataclass(frozen=True, slots=True)
class Kept:
    """A form's words as they were kept: each field with its values (several for check boxes)."""

    key: str
    page: str
    patient_id: UUID | None
    began_at: datetime
    saved_at: datetime
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in a comparison: `only` is "yours", "theirs", or "" for what both have."""

    text: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that two people changed: both texts, and the same texts with their differences marked.

    `single` marks a field of one value (a date, a choice): there yours and theirs cannot both stay.
    """

    field: str
    label: str
    yours: str
    theirs: str
    yours_marked: tuple[Piece, ...]
    theirs_marked: tuple[Piece, ...]
    both: str
    single: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an edit: the values to write, the fields in which a colleague's change stays, the conflicts; and
    what the record held when it was settled (`now`)."""

    values: Mapping[str, str]
    theirs: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    now: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Editable:
    """A shared thing as an edit form opens it: whose it is, what it is called, what each of its fields holds."""

    id: UUID
    patient_id: UUID
    about: str
    held: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """Somebody who is writing at a place: "Case manager, DR", and at which part of it ("a goal"; "" for all of it)."""

    who: str
    part: str = ""
