"""Totals of an instrument: what each method adds up, and the missing-item rule that says whether a total exists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from throughline.practice.assessment.records import Answers, Band, Chosen, Instrument, Item, Total
from throughline.practice.assessment.rules.answers import option_of, points_of
from throughline.practice.assessment.rules.branching import counting, walk

TotalValue = Decimal | str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """One total: its value or None, the points of each item, and the items still missing for it."""

    total: Total
    value: TotalValue
    points: Mapping[str, Decimal]
    missing: tuple[str, ...]
    band: str | None


def rounded(number: Decimal, decimals: int) -> Decimal:
    """Rounded half up to so many decimals, the way people round a score by hand."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def band_of(bands: Iterable[Band], value: TotalValue) -> str | None:
    """The label of the highest band the value reaches, or None where there is none."""
    if not isinstance(value, Decimal):
        return None
    reached = [band for band in bands if band.lowest <= value]
    return reached[-1].label if reached else None


def totals_of(instrument: Instrument, answers: Answers) -> dict[str, Sum]:
    """Every total of the instrument by id, each with its own verdict on what is missing."""
    counted = counting(instrument, answers)
    items = [(p.key, p.item) for p in walk(instrument, answers) if p.enabled and p.item.asks]
    made: dict[str, Sum] = {}
    for total in instrument.totals:
        made[total.id] = _sum(total, instrument, items, counted, made)
    return made


def _sum(
    total: Total, instrument: Instrument, items: list[tuple[str, Item]], counted: Answers, earlier: Mapping[str, Sum]
) -> Sum:
    if total.method == "expression":
        value, missing = _by_expression(total, instrument, counted)
        return Sum(total, value, {}, missing, band_of(total.bands, value))
    asked = [one for wanted in total.items for one in items if one[1].id == wanted] if total.items else items
    points, missing = _points(asked, counted)
    for other in (earlier[i] for i in total.items if i in earlier):
        if isinstance(other.value, Decimal):
            points[other.total.id] = other.value
        else:
            missing = (*missing, *other.missing)
    value = _METHODS[total.method](total, points, missing, asked, counted)
    if isinstance(value, Decimal) and total.decimals is not None:
        value = rounded(value, total.decimals)
    return Sum(total, value, points, missing, band_of(total.bands, value))


def _points(asked: list[tuple[str, Item]], counted: Answers) -> tuple[dict[str, Decimal], tuple[str, ...]]:
    points: dict[str, Decimal] = {}
    missing: list[str] = []
    for key, item in asked:
        answer = counted.get(key)
        values = answer.values if answer else ()
        numbers = [n for v in values if (n := points_of(item, v)) is not None]
        if numbers:
            points[key] = sum(numbers, Decimal(0))
        if not values or _unknown(item, values):
            missing.append(key)
    return points, tuple(missing)


def _unknown(item: Item, values: tuple[Any, ...]) -> bool:
    """An option such as "Don't know" is an answer, but leaves the instrument incomplete."""
    options = [option_of(item, v.key) for v in values if isinstance(v, Chosen)]
    return any(o is not None and "unknown" in o.marks for o in options)


def exists(total: Total, answered: int, missing: tuple[str, ...]) -> bool:
    """The missing-item rule: does a total exist with these items missing?"""
    if not answered:
        return False
    if total.missing_rule == "prorate":
        return len(missing) <= total.max_missing
    return total.missing_rule == "none" or not missing


def _add(total: Total, points: dict[str, Decimal], missing: tuple[str, ...], *_: Any) -> TotalValue:
    if not exists(total, len(points), missing):
        return None
    added = sum(points.values(), Decimal(0))
    if missing and total.missing_rule == "prorate":
        return rounded(added * (len(points) + len(missing)) / len(points), 0)
    return added


def _mean(total: Total, points: dict[str, Decimal], missing: tuple[str, ...], *_: Any) -> TotalValue:
    if not exists(total, len(points), missing):
        return None
    return sum(points.values(), Decimal(0)) / len(points)


def _marked(
    total: Total, points: dict[str, Decimal], missing: tuple[str, ...], asked: list[tuple[str, Item]], counted: Answers
) -> TotalValue:
    """`any` when an answer carries the mark, `none` when all are answered and none does, else no result."""
    mark = total.results.get("mark", "positive")
    open_items = 0
    for key, item in asked:
        answer = counted.get(key)
        if answer is None or not answer.given:
            open_items += 1
            continue
        chosen = [option_of(item, v.key) for v in answer.values if isinstance(v, Chosen)]
        if any(o is not None and mark in o.marks for o in chosen):
            return total.results["any"]
    return None if open_items else total.results["none"]


def _lookup(total: Total, points: dict[str, Decimal], missing: tuple[str, ...], *_: Any) -> TotalValue:
    if len(points) != 1:
        return None
    (number,) = points.values()
    return total.table.get(f"{number.normalize():f}")


def _by_expression(total: Total, instrument: Instrument, counted: Answers) -> tuple[TotalValue, tuple[str, ...]]:
    from throughline.practice.assessment.rules.expressions import calculate

    needed = [i for i in total.items if not (counted.get(i) and counted[i].given)]
    if needed and total.missing_rule == "all":
        return None, tuple(needed)
    return calculate(total.expression, instrument, counted), tuple(needed)


_METHODS: dict[str, Callable[..., TotalValue]] = {
    "sum": _add,
    "mean": _mean,
    "single": _add,
    "marked": _marked,
    "lookup": _lookup,
}
