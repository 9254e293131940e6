"""Code sets: which facts a word of the checks means. A fact belongs to a set when one line of it fits whole."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from throughline.foundation.content import library
from throughline.foundation.content.records import Item

KINDS = frozenset(
    (
        "condition", "medicine", "procedure", "observation", "encounter", "immunization", "assessment", "report",
        "note", "lesson", "plan", "contact", "consent", "person", "coverage", "words", "flag", "document",
    )
)  # fmt: skip
SYSTEMS = ("icd10", "snomed", "loinc", "rxnorm", "cvx", "own")
STAYS = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})
LONGEST = 8  # characters of an ICD-10-CM code without its point


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a set: every field given must fit."""

    key: str
    kind: str
    codes: frozenset[str]
    words: re.Pattern[str] | None
    stay: bool | None
    classes: frozenset[str]
    status: frozenset[str]


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A word of the checks: its title for sentences, and its lines."""

    key: str
    title: str
    lines: tuple[Line, ...]
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Index:
    """All sets, turned round so that a fact finds its sets at once."""

    mark: int  # one for each making, so that what is remembered of one is not taken for another's
    titles: Mapping[str, str]
    by_code: Mapping[tuple[str, str], tuple[Line, ...]]  # (kind, system:code)
    without_code: Mapping[str, tuple[Line, ...]]  # kind -> lines that ask for no code

    def codes_of(self, kind: str, system: str) -> frozenset[str]:
        """Return every code of a system that any set asks for in facts of a kind, as queries filter by."""
        head = f"{system}:"
        return frozenset(code[len(head) :] for k, code in self.by_code if k == kind and code.startswith(head))


def sets() -> Mapping[str, CodeSet]:
    """Every code set by key. Raises ContentError naming the file that is wrong."""
    return library.load("check_sets", parse_set)


def index() -> Index:
    """The sets turned round, remembered with the content they were made of."""
    known = sets()
    if not _kept or _kept[0][0] is not known:
        _kept[:] = [(known, _indexed(tuple(known.values())))]
    return _kept[0][1]


def _indexed(known: tuple[CodeSet, ...]) -> Index:
    by_code: dict[tuple[str, str], list[Line]] = defaultdict(list)
    bare: dict[str, list[Line]] = defaultdict(list)
    for line in (line for one in known for line in one.lines):
        for code in line.codes:
            by_code[line.kind, code].append(line)
        if not line.codes:
            bare[line.kind].append(line)
    return Index(
        next(_marks),
        {one.key: one.title for one in known},
        {key: tuple(lines) for key, lines in by_code.items()},
        {kind: tuple(lines) for kind, lines in bare.items()},
    )


_kept: list[tuple[Mapping[str, CodeSet], Index]] = []
_marks = count(1)


def parse_set(item: Item) -> CodeSet:
    """The code set of one content item. Raises ValueError for an unknown kind or system, or a line without kind."""
    lines = tuple(_line(item.key, row) for row in item.data["match"])
    return CodeSet(item.key, str(item.data["title"]), lines, item.examples)


def _line(key: str, row: Mapping[str, Any]) -> Line:
    kind = str(row["kind"])
    unknown = set(row) - {"kind", "words", "stay", "classes", "status", *SYSTEMS}
    if kind not in KINDS or unknown:
        raise ValueError(f"no kind {kind}, or no field {sorted(unknown)}")
    codes = [code_of(system, str(code)) for system in SYSTEMS for code in row.get(system, ())]
    words = [re.escape(str(word).casefold()) for word in row.get("words", ())]
    return Line(
        key,
        kind,
        frozenset(codes),
        re.compile(rf"\b(?:{'|'.join(words)})") if words else None,
        row.get("stay"),
        frozenset(row.get("classes", ())),
        frozenset(row.get("status", ())),
    )


def code_of(system: str, code: str) -> str:
    """A code as the sets compare it: ICD-10-CM without its point and in capitals."""
    return f"{system}:{code.replace('.', '').upper()}" if system == "icd10" else f"{system}:{code}"


def system_of(uri: str) -> str:
    """The short name of a code system by its address, "" for one no set knows."""
    lower = uri.lower()
    for mark, name in _MARKS:
        if mark in lower:
            return name
    return ""


_MARKS = (
    ("snomed", "snomed"),
    ("loinc", "loinc"),
    ("icd-10", "icd10"),
    ("icd10", "icd10"),
    ("2.16.840.1.113883.6.90", "icd10"),
    ("rxnorm", "rxnorm"),
    ("cvx", "cvx"),
    ("throughline", "own"),
)


def sets_of(
    found: Index,
    kind: str,
    codes: Iterable[str],
    words: str = "",
    *,
    stay: bool = False,
    class_code: str = "",
    status: str = "",
) -> frozenset[str]:
    """The sets a fact belongs to by its codes ("snomed:22298006"), its words, and for a visit its class."""
    lines: list[Line] = list(found.without_code.get(kind, ()))
    for code in codes:
        if code.startswith("icd10:"):
            for length in range(7, min(len(code), 6 + LONGEST) + 1):
                lines += found.by_code.get((kind, code[:length]), ())
        else:
            lines += found.by_code.get((kind, code), ())
    if not lines:
        return frozenset()
    text = words.casefold()
    return frozenset(line.key for line in lines if _fits(line, text, stay, class_code, status))


def _fits(line: Line, text: str, stay: bool, class_code: str, status: str) -> bool:
    if line.stay is not None and line.stay != stay:
        return False
    if line.classes and class_code not in line.classes:
        return False
    if line.status and status not in line.status:
        return False
    return line.words is None or line.words.search(text) is not None
