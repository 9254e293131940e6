"""Scores that are tables of points: LACE, HOSPITAL, NEWS2, qSOFA, CHA2DS2-VASc, acuity. The tables are content."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.rules.definition import DefinitionProblem
from throughline.practice.assessment.rules.scores_outcome import Outcome
from throughline.practice.assessment.rules.totals import rounded


def points(body: Mapping[str, Any], inputs: Mapping[str, Any], variant: str, variants: Sequence[str]) -> Outcome:
    """The points of each component and their sum, for the version asked for; other versions' sums as results."""
    components = {row["input"]: component(row, inputs, variant) for row in body["components"]}
    value = sum(components.values(), Decimal(0))
    results: dict[str, Any] = {}
    for other in variants:
        results[other] = sum((component(row, inputs, other) for row in body["components"]), Decimal(0))
    flags, texts, band = _flags(body, components, value)
    results |= {row["id"]: row["id"] in flags for row in body.get("flags", ())}
    positive = body.get("positive")
    return Outcome(
        value=value,
        components=components,
        results=results,
        band=band,
        flags=flags,
        flag_texts=texts,
        positive=None if positive is None else value >= Decimal(str(positive["at_least"])),
        actions=_actions(body, value, flags),
    )


def component(row: Mapping[str, Any], inputs: Mapping[str, Any], variant: str) -> Decimal:
    """The points one component gives for the inputs, by map, yes/no, steps, or the table chosen for them."""
    value = inputs[row["input"]]
    if "map" in row:
        return Decimal(str(row["map"][value]))
    if "points_if_true" in row:
        return Decimal(str(row["points_if_true"] if value else 0))
    if "variants" in row:
        return step(row["variants"][variant], value, row.get("decimals"))
    for choice in row.get("choose", ()):
        if all(_agrees(inputs.get(name), wanted) for name, wanted in choice["when"].items()):
            return step(choice["steps"], value, row.get("decimals"))
    if "steps" not in row:
        raise DefinitionProblem(f"component {row['input']}: no table for these inputs")
    return step(row["steps"], value, row.get("decimals"))


def _agrees(value: Any, wanted: Any) -> bool:
    return value is wanted if isinstance(wanted, bool) else str(value) == str(wanted)


def step(steps: Sequence[Mapping[str, Any]], value: Decimal, decimals: int | None) -> Decimal:
    """The points of the last step the value reaches. `from` includes its number, `above` does not."""
    number = rounded(value, decimals) if decimals is not None else value
    reached: Decimal | None = None
    for row in steps:
        if "from" in row and number < Decimal(str(row["from"])):
            continue
        if "above" in row and number <= Decimal(str(row["above"])):
            continue
        reached = Decimal(str(row["points"]))
    if reached is None:
        raise DefinitionProblem(f"no step covers {value}")
    return reached


def _flags(
    body: Mapping[str, Any], components: Mapping[str, Decimal], value: Decimal
) -> tuple[list[str], dict[str, str], str | None]:
    raised, texts, band = [], {}, None
    for row in body.get("flags", ()):
        if any(p == Decimal(str(row["any_component"])) for p in components.values()):
            raised.append(row["id"])
            texts[row["id"]] = row.get("text", "")
            if "band" in row and value < Decimal(str(row["band_below"])):
                band = row["band"]
    return raised, texts, band


def _actions(body: Mapping[str, Any], value: Decimal, flags: Sequence[str]) -> list[str]:
    made = [
        row["text"]
        for row in body.get("actions", ())
        if Decimal(str(row.get("from", 0))) <= value <= Decimal(str(row.get("to", 10**6)))
    ]
    return [*(row["text"] for row in body.get("flags", ()) if row["id"] in flags and row.get("text")), *made]


def single(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """A value that somebody competent entered: checked, banded, never computed."""
    (name,) = (row["name"] for row in body["inputs"])
    value = inputs[name]
    positive = body.get("positive")
    return Outcome(
        value=value,
        components={name: value},
        positive=None if positive is None else value >= Decimal(str(positive["at_least"])),
    )


def rules(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """The sum of points of the rules found true, and the tier with its contact days."""
    table = {Decimal(n): row for n, row in enumerate(body["rules"], start=1)}
    (name,) = (row["name"] for row in body["inputs"])
    components = {str(n): Decimal(str(table[n]["points"])) for n in sorted(inputs[name])}
    value = sum(components.values(), Decimal(0))
    tier = next(t for t in reversed(body["tiers"]) if value >= t["from"])
    return Outcome(
        value=value,
        components=components,
        results={"points": value, "tier": tier["tier"], "contact_days": tier["contact_days"]},
        band=f"tier {tier['tier']}",
        actions=[table[Decimal(n)]["if"] for n in components],
    )
