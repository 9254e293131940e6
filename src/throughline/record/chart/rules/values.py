"""How measurements read: rounded for the eye, with their unit; the digits as received stay in the received bytes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_UNITS = {
    "{score}": "", "{#}": "", "1": "", "mm[Hg]": "mmHg", "/min": "per min", "{beats}/min": "per min",
    "{breaths}/min": "per min", "Cel": "°C", "[degF]": "°F", "[lb_av]": "lb", "[in_i]": "in", "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL", "ug/dL": "µg/dL", "mL/min/{1.73_m2}": "mL/min/1.73 m²", "mL/min/1.73m2": "mL/min/1.73 m²",
    "kg/m2": "kg/m²", "m/(6.min)": "m in 6 min",
}  # fmt: skip


_NOTED = re.compile(r"\{([^{}]*)\}")


def unit_words(unit: str) -> str:
    """Return a UCUM unit as a nurse writes it: mm[Hg] is mmHg, Cel is °C, mg/g{creat} is mg/g creat; others as is."""
    known = _UNITS.get(unit)
    return known if known is not None else _NOTED.sub(_noted, unit).strip()


def _noted(found: re.Match[str]) -> str:
    return f" {found[1].replace('_', ' ')}"


def number_words(value: float) -> str:
    """Return a number rounded for the eye: three figures below 100, one decimal below 1000, whole above."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value)}"
    size = abs(value)
    if size >= 1e15:
        return f"{value:.3g}"
    if size >= 1000:
        return f"{value:.0f}"
    if size >= 100:
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return f"{value:.3g}" if size >= 1e-4 else f"{value:.2e}"


def value_words(number: float | None, comparator: str, unit: str, text: str) -> str:
    """Return a value in words: "<7 %", "Never smoker"; "" when there is none."""
    if number is None:
        return text
    shown = unit_words(unit)
    return f"{comparator}{number_words(number)}{' ' if shown else ''}{shown}"


_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"


def component_words(components: Sequence[Mapping[str, Any]]) -> str:
    """Return several values as one text; the two of a blood pressure as "148/86 mmHg"."""
    by_code = {part.get("code"): part for part in components}
    if {_SYSTOLIC, _DIASTOLIC} <= by_code.keys():
        upper, lower = by_code[_SYSTOLIC].get("number"), by_code[_DIASTOLIC].get("number")
        if upper is not None and lower is not None:
            unit = unit_words(str(by_code[_SYSTOLIC].get("unit") or "mm[Hg]"))
            return f"{number_words(upper)}/{number_words(lower)} {unit}"
    said = []
    for part in components:
        words = value_words(
            part.get("number"), part.get("comparator", ""), part.get("unit", ""), part.get("text", "")
        ) or part.get("absent_reason", "")
        said.append(f"{part.get('display') or part.get('code')}: {words}" if words else "")
    return "; ".join(filter(None, said))


# Series asked for by one component's code stand in observations of these panels (LOINC 85354-9, older 55284-4).
PANELS: dict[str, tuple[str, ...]] = {_SYSTOLIC: ("85354-9", "55284-4"), _DIASTOLIC: ("85354-9", "55284-4")}


def outside_range(number: float | None, low: float | None, high: float | None, interpretation: str) -> str:
    """Return "high", "low", "critical" or "" by the sender's interpretation, else by the range that came with it."""
    marks = {mark.strip() for mark in interpretation.split(",")}
    if marks & {"HH", "LL", "AA"}:
        return "critical"
    if marks & {"H", "HU", ">"} or (number is not None and high is not None and number > high and not interpretation):
        return "high"
    if marks & {"L", "LU", "<"} or (number is not None and low is not None and number < low and not interpretation):
        return "low"
    return ""
