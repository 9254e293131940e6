"""What a score's method returns, before bands and wording are put to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value with its components and every other named result; empty when there is no score."""

    value: Decimal | str | None = None
    components: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    band: str | None = None
    flags: Sequence[str] = ()
    flag_texts: Mapping[str, str] = field(default_factory=dict)
    positive: bool | None = None
    actions: Sequence[str] = ()
