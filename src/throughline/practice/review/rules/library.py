"""The checks of the content library: what a check asks, joined with the care plan library's own line where it has one.

A check on a condition stands in two places on purpose: the pathway says what is expected and by when (a nurse reads it
in the proposal), `content/checks` says how the record shows it. The id is the same, and a test holds that neither is
there without the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughline.foundation.content import library
from throughline.foundation.content.records import ContentError, Item
from throughline.practice.careplan.records import CheckTemplate
from throughline.practice.careplan.rules import library as careplan
from throughline.practice.review.rules import sets
from throughline.practice.review.rules.conditions import Condition, compiled

REMEDIES = frozenset({"assess", "do", "what", "plan", "assign", "look"})


@dataclass(frozen=True)
class Check:
    """One check ready to run. `structural` names the rule that runs it instead of conditions."""

    key: str
    title: str
    says: str
    ask: str
    owner: str
    remedy: Mapping[str, Any]
    due_days: int
    citation: str
    standing: str
    version: str
    gap_key: str
    structural: str
    when: Condition | None
    unless: Condition | None
    met: Condition | None
    on_today: bool
    examples: tuple[Mapping[str, Any], ...]


def checks() -> tuple[Check, ...]:
    """Every check in order: by condition, across conditions, on opening, of structure. Raises ContentError."""
    content = (library.load("checks"), sets.sets(), careplan.pathways(), careplan.cross_checks())
    # The content library remembers what it read; read anew it is another object, and the checks are made anew.
    if not _kept or any(one is not other for one, other in zip(_kept[0][0], content, strict=True)):
        items, known, lines = content[0].values(), content[1], _lines()
        _kept[:] = [(content, tuple(sorted((_check(item, tuple(known), lines) for item in items), key=_order)))]
    return _kept[0][1]


_kept: list[tuple[tuple[Mapping[str, Any], ...], tuple[Check, ...]]] = []


def _order(check: Check) -> tuple[int, str]:
    place = {"x_": 1, "u_": 2, "s_": 3}
    return place.get(check.key[:2], 0), check.key


def _lines() -> dict[str, CheckTemplate]:
    """The care plan library's lines by id."""
    found = {line.id: line for pathway in careplan.pathways().values() for line in pathway.checks}
    return found | dict(careplan.cross_checks())


def _check(item: Item, known: tuple[str, ...], lines: Mapping[str, CheckTemplate]) -> Check:
    data, line = item.data, lines.get(item.key)
    try:
        when, unless, met = (compiled(data[w], known) if w in data else None for w in ("when", "unless", "met"))
    except ValueError as wrong:
        raise ContentError(f"{item.source}: '{item.key}': {wrong}") from wrong
    if (when is None) == ("structural" not in data) or not set(data["remedy"]) <= REMEDIES:
        raise ContentError(f"{item.source}: '{item.key}': it needs `when` or `structural`, and a known remedy.")
    if line is None and "due_days" not in data:
        raise ContentError(f"{item.source}: '{item.key}': no pathway names it, so it needs `due_days`.")
    return Check(
        key=item.key,
        title=str(data["title"]),
        says=str(data["says"]),
        ask=str(data.get("ask", "")),
        owner=str(data["owner"]),
        remedy=data["remedy"],
        due_days=int(data.get("due_days", line.due_days if line else 0)),
        citation=item.citation,
        standing=careplan.standing(item),
        version=str(item.version),
        gap_key=(line.service if line and line.service else item.key),
        structural=str(data.get("structural", "")),
        when=when,
        unless=unless,
        met=met,
        on_today=bool(data.get("on_today", True)),
        examples=item.examples,
    )
