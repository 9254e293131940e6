"""What sharing shows: the categories, and what of the record a member may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of content a consent may open. `usual`: ticked when consent is asked; `sensitive`: never unasked."""

    key: str
    words: str
    usual: bool
    sensitive: bool
    means: str


@dataclass(frozen=True, slots=True)
class Shareable:
    """One line of the record: its category, its words, and the sensitive category it also belongs to, if any."""

    category: str
    text: str
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown of one category."""

    key: str
    words: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a consent lets a member see. `kept_back` is for the nurse alone; `notice` must stand on what is shown."""

    parts: tuple[Part, ...]
    categories: tuple[str, ...]
    kept_back: tuple[tuple[str, int], ...]
    notice: str


@dataclass(frozen=True, slots=True)
class LinkOut:
    """A link to a document that somebody outside holds: what it shows, who holds it, and until when."""

    id: UUID
    title: str
    recipient: str
    expires_at: datetime
