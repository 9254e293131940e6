"""What the content library hands out: frozen items, and the values of an overlay that won over others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

CONFIDENCE = re.compile(r"^(V1|V2|M)(/(V1|V2|M))*$")
# V1: read in an official or primary page; V2: in a secondary page; M: from memory, shown as "unreviewed".


class ContentError(ValueError):
    """A content file that cannot be used; the sentence names the file and the place inside it."""


@dataclass(frozen=True)
class Override:
    """One value of an overlay that won over the value below it."""

    path: str  # where in the item, as "values.days"
    value: Any  # the value that holds
    replaced: Any  # the value it won over; None when there was none
    citation: str
    source: str  # the file that said so
    effective_from: date | None = None

    def sentence(self) -> str:
        """One sentence saying which value won over which, with its citation and date."""
        since = f", in force since {self.effective_from.isoformat()}" if self.effective_from else ""
        before = "nothing before it" if self.replaced is None else f"{show(self.replaced)}"
        return f"{self.path}: {show(self.value)} holds over {before} ({self.citation}{since})."


@dataclass(frozen=True)
class Item:
    """One item of content, frozen. `data` holds everything the kind itself defines."""

    kind: str
    key: str
    version: int | str
    citation: str
    licence: str
    confidence: str  # V1, V2, M or a mixture such as V1/V2
    effective_from: date | None
    effective_to: date | None
    reviewer: str  # empty while nobody has reviewed it
    reviewed_on: date | None
    examples: tuple[Mapping[str, Any], ...]
    data: Mapping[str, Any]
    source: str
    overrides: tuple[Override, ...] = ()
    applies_to: Mapping[str, Any] = field(default_factory=dict)  # of a variant: state, payer, line …
    variants: tuple["Item", ...] = ()  # this item as overlays change it, in the order they win

    @property
    def reviewed(self) -> bool:
        """True when a reviewer signed it and no part of it rests on memory alone."""
        return bool(self.reviewer) and "M" not in self.confidence.split("/")

    def holds_on(self, day: date) -> bool:
        """True when `day` lies within the effective dates, both ends included."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )


def freeze(value: Any) -> Any:
    """The value with every mapping read-only and every list a tuple, all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(inner) for inner in value)
    return value


def thaw(value: Any) -> Any:
    """A plain copy of a frozen value, of dicts and lists only, as JSON needs it."""
    if isinstance(value, Mapping):
        return {key: thaw(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(inner) for inner in value]
    return value


def show(value: Any) -> str:
    """A value in words for a sentence."""
    if isinstance(value, Mapping | list | tuple):
        return str(thaw(value))
    return str(value)
