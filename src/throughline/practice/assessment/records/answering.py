"""An answer, what a score makes of answers, and what follows from it. Frozen, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from throughline.practice.assessment.records.definition import Absence, Value


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered at one place, by whom and when. Either values or an absence, never both."""

    values: tuple[Value, ...] = ()
    absent: Absence | None = None
    words: str = ""
    words_language: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def given(self) -> bool:
        """Whether a value was given. A refusal is an answer, but not a value."""
        return bool(self.values)

    @property
    def settled(self) -> bool:
        """Whether the question needs no more asking: a value, or a reason why there is none."""
        return self.given or self.absent is not None


Answers = Mapping[str, Answer]
"""Answers by place: the item's id, or `group#0/item` inside a repeating group."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A safety rule that fired on an answer, whatever the total."""

    id: str
    severity: str
    text: str
    item: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """The outcome of a score, complete or not. `score` is None whenever the missing-item rule says so."""

    key: str
    version: str
    score: Any
    band: str | None
    components: Mapping[str, Any]
    flags: tuple[Flag, ...]
    complete: bool
    missing: tuple[str, ...]
    absent: Mapping[str, str] = field(default_factory=dict)
    positive: bool | None = None
    results: Mapping[str, Any] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    confidence: str = ""
    citation: str = ""
    population: str = ""
    statement: str = "Decision support, not a diagnosis."


@dataclass(frozen=True, slots=True)
class SuggestedNeed:
    """A need the answers point to, with the evidence in words. Nothing is active until a nurse adopts it."""

    id: str
    text: str
    domain: str
    omaha: int | None
    icd10: tuple[str, ...]
    priority: str
    horizon: str
    evidence: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What was concluded in one domain of the comprehensive assessment, with its own date and author."""

    domain: str
    standard: str
    title: str
    text: str
    author: str
    at: datetime | None
    findings: tuple[str, ...]

    @property
    def written(self) -> bool:
        """Whether a conclusion stands here. "None identified" is one; a blank is not."""
        return bool(self.text.strip())
