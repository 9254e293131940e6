"""A goal's measure as the band a trend is drawn against."""

from collections.abc import Callable
from decimal import Decimal

from throughline.foundation.ui.charts import Band
from throughline.foundation.ui.formats import number


def band_of(
    comparator: str, value: Decimal | None, second: Decimal | None, unit: str, shown: str,
    as_shown: Callable[[float], float | None] = lambda value: None,
) -> Band | None:  # fmt: skip
    """Return the band of a measure in the unit its trend is shown in; None without a number, or with no way to it.

    `second` is the upper end of "between", else the limit of the lower value of a pair (blood pressure). `as_shown`
    turns a number of `unit` into the shown one.
    """
    if value is None:
        return None
    first, other = float(value), None if second is None else float(second)
    if unit and shown and unit != shown:
        turned = as_shown(first), None if other is None else as_shown(other)
        if turned[0] is None or (other is not None and turned[1] is None):
            return None
        first, other, unit = round(turned[0], 1), None if turned[1] is None else round(turned[1], 1), shown
    if comparator == "between" and other is not None:
        return Band(first, other, f"{number(first)} to {number(other)} {unit or shown}".strip())
    if comparator in ("<", "<="):
        pair = f"/{number(other)}" if other is not None else ""
        return Band(None, first, f"{comparator} {number(first)}{pair}", other)
    if comparator in (">", ">="):
        return Band(first, None, f"{comparator} {number(first)} {unit or shown}".strip())
    return None


def around(middle: Decimal, within: Decimal, unit: str) -> str:
    """Return a target about a number of the patient's own in words: "181 lb ± 3"."""
    return f"{number(float(middle))} {unit} ± {number(float(within))}".replace("  ", " ")
