"""A goal's measure as the band a trend is drawn against."""

from decimal import Decimal

from throughline.foundation.ui.charts import Band
from throughline.foundation.ui.formats import number


def band_of(comparator: str, value: Decimal | None, second: Decimal | None, unit: str, shown: str) -> Band | None:
    """Return the band of a measure in the unit its trend is shown in; None without a number or in another unit.

    `second` is the upper end of "between", else the limit of the lower value of a pair (blood pressure).
    """
    if value is None or (unit and shown and unit != shown):
        return None
    first, other = float(value), None if second is None else float(second)
    if comparator == "between" and other is not None:
        return Band(first, other, f"{number(first)} to {number(other)} {unit or shown}".strip())
    if comparator in ("<", "<="):
        pair = f"/{number(other)}" if other is not None else ""
        return Band(None, first, f"{comparator} {number(first)}{pair}", other)
    if comparator in (">", ">="):
        return Band(first, None, f"{comparator} {number(first)} {unit or shown}".strip())
    return None
