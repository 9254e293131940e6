"""An instrument as the product uses it: items, options, totals and rules, whatever file they came from. Frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

Wording = Mapping[str, str]
"""Text by language tag: `{"en": "Trouble relaxing"}`."""


class Absence(StrEnum):
    """Why a question that was due has no value. None of these ever counts as a zero."""

    REFUSED = "refused"
    UNABLE = "unable"
    NOT_ASKED = "not-asked"

    @property
    def fhir(self) -> str:
        """The code of FHIR's data-absent-reason that says the same."""
        return {"refused": "asked-declined", "unable": "asked-unknown", "not-asked": "not-asked"}[self.value]


class Kind(StrEnum):
    """The kinds of item, named as FHIR R4 `Questionnaire.item.type` names them."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "dateTime"
    TIME = "time"
    STRING = "string"
    TEXT = "text"
    URL = "url"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    ATTACHMENT = "attachment"
    REFERENCE = "reference"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, as FHIR carries it."""

    value: Decimal
    unit: str = ""
    system: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One answer picked from a list: the key of the option. Free text of an open choice stays a plain string."""

    key: str


Value = bool | int | Decimal | str | date | datetime | time | Quantity | Chosen


@dataclass(frozen=True, slots=True)
class Option:
    """One permitted answer. `marks` are words rules may ask for (`need`, `exclusive`)."""

    key: str
    text: Wording
    score: Decimal | None = None
    code: str = ""
    system: str = ""
    marks: frozenset[str] = frozenset()
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One `enableWhen`: the item is asked when the answer to `question` compares so with `answer`."""

    question: str
    operator: str
    answer: Any


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer must keep to. Everything is optional; dates may be partial (`2020`)."""

    minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    max_decimals: int | None = None
    pattern: str = ""
    entry_format: str = ""
    min_occurs: int | None = None
    max_occurs: int | None = None
    allowed: tuple[Decimal, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    unit_value_set: str = ""
    media_types: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question, heading or group of an instrument."""

    id: str
    kind: Kind
    text: Wording = field(default_factory=dict)
    name: str = ""
    code: str = ""
    required: bool = False
    repeats: bool = False
    hidden: bool = False
    read_only: bool = False
    private: bool = False
    fact: bool = False
    entry_only: bool = False
    options: tuple[Option, ...] = ()
    limits: Limits = Limits()
    unit: str = ""
    anchors: tuple[str, ...] = ()
    help: Wording = field(default_factory=dict)
    branches: tuple[Branch, ...] = ()
    any_branch: bool = True
    calculated: str = ""
    initial: Any = None
    domain: str = ""
    standard: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    constraints: tuple[tuple[str, str, str], ...] = ()
    items: tuple["Item", ...] = ()

    @property
    def asks(self) -> bool:
        """Whether this item takes an answer (a group and a heading do not)."""
        return self.kind not in (Kind.GROUP, Kind.DISPLAY)


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of a total, both ends included."""

    label: str
    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """One number (or result) made of answers, with the rule that says whether it exists at all."""

    id: str
    method: str
    items: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    decimals: int | None = None
    missing_rule: str = "all"
    max_missing: int = 0
    bands: tuple[Band, ...] = ()
    code: str = ""
    when: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, Decimal] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    expression: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A consequence of answers: `when` is a structured condition, see `rules.conditions`."""

    id: str
    when: Mapping[str, Any]
    text: str = ""
    severity: str = "routine"
    confidence: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedRule:
    """A need that answers raise: the problem it is, how near it lies and why."""

    id: str
    when: Mapping[str, Any]
    text: str
    domain: str
    omaha: int | None = None
    icd10: tuple[str, ...] = ()
    priority: str = "medium"
    horizon: str = "immediate"
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Licence:
    """May the wording be carried, on whose word, and how sure are we."""

    terms: str
    text: str
    confidence: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """Where the wording in another language comes from, and how sure we are of it."""

    source: str
    confidence: str = "unreviewed"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire as the product uses it, whatever file or Questionnaire it came from."""

    id: str
    title: str
    version: str
    items: tuple[Item, ...]
    short: str = ""
    domain: str = ""
    wording: str = "absent"
    languages: tuple[str, ...] = ("en",)
    translations: Mapping[str, Translation] = field(default_factory=dict)
    lead: Wording = field(default_factory=dict)
    licence: Licence = Licence("unknown", "", "unreviewed")
    attribution: str = ""
    citation: str = ""
    confidence: str = ""
    notes: tuple[str, ...] = ()
    reviewed_by: str = ""
    panel_code: str = ""
    totals: tuple[Total, ...] = ()
    positive: tuple[Rule, ...] = ()
    safety: tuple[Rule, ...] = ()
    actions: tuple[Rule, ...] = ()
    needs: tuple[NeedRule, ...] = ()
    shows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()
    url: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)

    @property
    def short_title(self) -> str:
        """The name nurses say: "PHQ-9"."""
        return self.short or self.title

    @property
    def shows_wording(self) -> bool:
        """Whether the questions themselves may be shown; otherwise only the result is entered."""
        return self.wording != "absent"
