"""Comorbidity scores: Charlson with Quan's ICD-10 mapping, Elixhauser with van Walraven's weights."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.rules.scores_outcome import Outcome


def charlson(body: Mapping[str, Any], inputs: Mapping[str, Any], variant: str) -> Outcome:
    """The index by the weights asked for (`w2011` or `w1987`), with the age points beside it, never added in.

    Codes are matched by prefix without dots, each category once; a severe form silences the mild one
    (Quan 2005 mapping, Charlson 1987 and Quan 2011 weights).
    """
    found = categories(body, inputs["codes"])
    sums = {key: sum((Decimal(str(row[key])) for row in found), Decimal(0)) for key in ("w2011", "w1987")}
    return Outcome(
        value=sums[variant],
        components={row["id"]: Decimal(str(row[variant])) for row in found},
        results={**sums, "age_points": age_points(inputs["age"])},
        actions=[row["name"] for row in found],
    )


def categories(body: Mapping[str, Any], codes: Iterable[str]) -> list[Mapping[str, Any]]:
    """The categories these codes fall in, each once, milder forms silenced by severer ones."""
    wanted = tuple(codes)
    hit = {
        row["id"]: row for row in body["categories"] if any(c.startswith(tuple(row["icd10_prefix"])) for c in wanted)
    }
    for severe, mild in body.get("suppresses", {}).items():
        if severe in hit:
            hit.pop(mild, None)
    return list(hit.values())


def age_points(age: Decimal) -> Decimal:
    """Charlson's age points of 1994: 0 under 50, one more per decade begun, 4 from 80."""
    return min(max((age - 40) // 10, Decimal(0)), Decimal(4))


def weights(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """The sum of the weights of the conditions named; a suppressed milder form gives nothing."""
    (name,) = (row["name"] for row in body["inputs"])
    named = set(inputs[name])
    for severe, mild in body.get("suppresses", {}).items():
        if severe in named:
            named.discard(mild)
    components = {n: Decimal(str(w)) for n, w in body["weights"].items() if n in named}
    return Outcome(value=sum(components.values(), Decimal(0)), components=components)
