"""Compares quantities in different UCUM units of one dimension: enough for limits in a form."""

from decimal import Decimal

from throughline.practice.assessment.records import Quantity

UCUM = "http://unitsofmeasure.org"
PREFIXES = {
    "": Decimal(1), "k": Decimal(1000), "h": Decimal(100), "da": Decimal(10), "d": Decimal("0.1"),
    "c": Decimal("0.01"), "m": Decimal("0.001"), "u": Decimal("0.000001"), "n": Decimal("0.000000001"),
}  # fmt: skip
METRIC = ("m", "g", "L", "l", "mol", "Pa", "J", "s")
OTHERS = {
    "[mi_i]": ("m", Decimal("1609.344")), "[in_i]": ("m", Decimal("0.0254")), "[ft_i]": ("m", Decimal("0.3048")),
    "[lb_av]": ("g", Decimal("453.59237")), "[oz_av]": ("g", Decimal("28.349523125")),
    "min": ("s", Decimal(60)), "h": ("s", Decimal(3600)), "d": ("s", Decimal(86400)), "wk": ("s", Decimal(604800)),
}  # fmt: skip


class Incomparable(ValueError):
    """Two quantities that cannot be compared, with the reason."""


def in_unit_of(quantity: Quantity, other: Quantity) -> Decimal:
    """The value of `quantity` in the unit of `other`. Raises Incomparable without formal or common units."""
    if not (quantity.code and other.code) or quantity.system != UCUM or other.system != UCUM:
        raise Incomparable(
            f"{quantity.value} {quantity.unit} and {other.value} {other.unit} have no formal units to compare them by"
        )
    if quantity.code == other.code:
        return quantity.value
    here, there = _factor(quantity.code), _factor(other.code)
    if here is None or there is None or here[0] != there[0]:
        raise Incomparable(f"{quantity.code} and {other.code} cannot be compared")
    return quantity.value * here[1] / there[1]


def _factor(code: str) -> tuple[str, Decimal] | None:
    """The base unit of a code and how many of it one makes."""
    if code in OTHERS:
        return OTHERS[code]
    for unit in METRIC:
        prefix = code[: -len(unit)] if code.endswith(unit) else None
        if prefix in PREFIXES:
            return ("L" if unit == "l" else unit), PREFIXES[prefix]
    return None
