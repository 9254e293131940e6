"""Programmes as content: who enters, who leaves, how often she hears from us, and who carries actions out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from throughline.foundation.content.library import load
from throughline.foundation.content.records import Item

MODE_WORDS = {"coordinate": "others carry it out", "carry-out": "the case manager carries it out"}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of entry: a fact and what it must be. `required` ones must all hold, of the others one."""

    id: str
    text: str
    required: bool
    fact: str
    at_least: float | None = None
    at_most: float | None = None
    equals: Any = None


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a patient is contacted and how a failed try is followed (days; local times of day)."""

    every_days: int
    every_days_after_first_month: int
    attempt_limit: int
    try_hours: tuple[time, ...]
    days_between_tries: tuple[int, ...]
    after_limit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme as its content file says it."""

    key: str
    title: str
    version: str
    mode: str
    citation: str
    confidence: str
    reviewed: bool
    cadence: Cadence
    entry: tuple[Criterion, ...]
    exit: tuple[tuple[str, str], ...]

    @property
    def mode_words(self) -> str:
        """Return who carries the plan's actions out, as a person says it."""
        return MODE_WORDS[self.mode]


def parse(item: Item) -> Programme:
    """Return the programme a content item describes. Raises KeyError or ValueError for a missing or odd value."""
    data = item.data
    contact = data["contact"]
    if data["mode"] not in MODE_WORDS:
        raise ValueError("mode is 'coordinate' or 'carry-out'")
    return Programme(
        key=item.key,
        title=data["title"],
        version=str(item.version),
        mode=data["mode"],
        citation=item.citation,
        confidence=item.confidence,
        reviewed=item.reviewed,
        cadence=Cadence(
            every_days=int(contact["every_days"]),
            every_days_after_first_month=int(contact["every_days_after_first_month"]),
            attempt_limit=int(contact["attempt_limit"]),
            try_hours=tuple(time.fromisoformat(hour) for hour in contact["try_hours"]),
            days_between_tries=tuple(int(days) for days in contact["days_between_tries"]),
            after_limit=tuple(contact["after_limit"]),
        ),
        entry=tuple(_criterion(row) for row in data["entry"]),
        exit=tuple((row["id"], row["text"]) for row in data["exit"]),
    )


def _criterion(row: Mapping[str, Any]) -> Criterion:
    test = row["test"]
    unknown = set(test) - {"fact", "at_least", "at_most", "equals"}
    if unknown:
        raise ValueError(f"criterion {row['id']}: unknown words {sorted(unknown)}")
    return Criterion(id=row["id"], text=row["text"], required=bool(row["required"]), **test)


def programmes() -> Mapping[str, Programme]:
    """Return every programme by key."""
    return load("programmes", parse)


def programme(key: str) -> Programme:
    """Return one programme. Raises KeyError when there is none of that key."""
    return programmes()[key]


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion held against the facts: met, not met, or not known."""

    id: str
    text: str
    required: bool
    met: bool | None
    because: str


@dataclass(frozen=True, slots=True)
class Screening:
    """Whether a patient meets a programme's entry criteria, and why. `result`: met, not-met or unknown."""

    programme: str
    programme_version: str
    result: str
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the screening as it is kept with an enrolment or referral."""
        return {
            "programme": self.programme,
            "version": self.programme_version,
            "result": self.result,
            "findings": [
                {"id": f.id, "text": f.text, "required": f.required, "met": f.met, "because": f.because}
                for f in self.findings
            ],
        }


def screen(programme: Programme, facts: Mapping[str, Any]) -> Screening:
    """Hold `facts` against the entry criteria.

    Met when every required criterion holds and, where there are others, at least one of them. Not met when a required
    one fails or all others fail. Otherwise unknown: a missing fact never counts as a no.
    """
    findings = tuple(_hold(criterion, facts) for criterion in programme.entry)
    required = [f.met for f in findings if f.required]
    others = [f.met for f in findings if not f.required]
    verdicts = [_all(required), _any(others)]
    result = "not-met" if False in verdicts else "unknown" if None in verdicts else "met"
    return Screening(programme.key, programme.version, result, findings)


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _any(answers: list[bool | None]) -> bool | None:
    if not answers or True in answers:
        return True
    return None if None in answers else False


def _hold(criterion: Criterion, facts: Mapping[str, Any]) -> Finding:
    value = facts.get(criterion.fact)
    if value is None:
        met, because = None, "Not recorded."
    else:
        met = (
            (criterion.at_least is None or value >= criterion.at_least)
            and (criterion.at_most is None or value <= criterion.at_most)
            and (criterion.equals is None or value == criterion.equals)
        )
        said = "Yes." if value else "No."
        because = said if isinstance(value, bool) else f"Recorded: {value:g}."
    return Finding(criterion.id, criterion.text, criterion.required, met, because)
