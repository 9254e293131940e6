"""Units a nurse may write, turned into the one each measurement is kept in, and what is possible for it.

What is possible keeps slips of the keyboard out of the chart (a weight of 8240, a temperature of 985); it is no
clinical limit, which belongs to monitoring. The limits are content (`content/measures`), wider than any value known to
be survived.
"""

from dataclasses import dataclass

KILOGRAMS_PER_POUND = 0.45359237  # exact, NIST SP 811
CENTIMETRES_PER_INCH = 2.54  # exact
MG_DL_PER_MMOL_L_GLUCOSE = 18.016  # molar mass of glucose 180.16 g/mol
UMOL_L_PER_MG_DL_CREATININE = 88.4  # molar mass of creatinine 113.12 g/mol


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement that may be recorded by hand: LOINC code, name, the UCUM unit kept, and what is possible at all."""

    code: str
    name: str
    unit: str
    least: float
    most: float
    category: str = "vital-signs"
    parts: tuple[str, ...] = ()


# (written, kept) → how to convert. Factors are exact by definition or from molar mass.
_CONVERSIONS = {
    ("[lb_av]", "kg"): lambda value: value * KILOGRAMS_PER_POUND,
    ("g", "kg"): lambda value: value / 1000,
    ("[oz_av]", "kg"): lambda value: value * KILOGRAMS_PER_POUND / 16,
    ("[in_i]", "cm"): lambda value: value * CENTIMETRES_PER_INCH,
    ("m", "cm"): lambda value: value * 100,
    ("[degF]", "Cel"): lambda value: (value - 32) * 5 / 9,
    ("mmol/L", "mg/dL"): lambda value: value * MG_DL_PER_MMOL_L_GLUCOSE,
    ("kPa", "mm[Hg]"): lambda value: value * 7.500616827,
    ("umol/L", "mg/dL"): lambda value: value / UMOL_L_PER_MG_DL_CREATININE,
    ("g/L", "g/dL"): lambda value: value / 10,
}

_SPELLINGS = {
    "lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]", "oz": "[oz_av]", "in": "[in_i]",
    "inch": "[in_i]", "inches": "[in_i]", "f": "[degF]", "°f": "[degF]", "c": "Cel", "°c": "Cel", "mmhg": "mm[Hg]",
    "bpm": "/min", "per min": "/min", "kgs": "kg", "percent": "%", "": "", "×10³/µl": "10*3/uL",
    "ml/min/1.73 m²": "mL/min/{1.73_m2}", "µmol/l": "umol/L",
}  # fmt: skip


class UnknownUnit(ValueError):
    """A unit that the measurement is not written in; the text says which are."""


class Implausible(ValueError):
    """A value outside what can be; the text says what is plausible."""


def ucum(unit: str) -> str:
    """Return the UCUM code of a unit as people write it: lb is [lb_av], mmHg is mm[Hg]; UCUM stays as it is."""
    bare = unit.strip()
    return _SPELLINGS.get(bare.lower(), bare)


def converted(value: float, unit: str, kept: str) -> float | None:
    """Return a value of one unit in another, None where there is no way from the one to the other."""
    written = ucum(unit) or kept
    if written == kept:
        return value
    convert = _CONVERSIONS.get((written, kept))
    return convert(value) if convert else None


def shown_value(value: float, kept: str, shown: str) -> float:
    """Return a kept value in the unit it is shown in, by turning the straight line of the conversion round."""
    written = ucum(shown) or kept
    convert = _CONVERSIONS.get((written, kept))
    if written == kept or convert is None:
        return value
    zero = convert(0.0)
    return float((value - zero) / (convert(1.0) - zero))


def kept_value(measurement: Measurement, value: float, unit: str) -> float:
    """Return the value in the unit the measurement is kept in; no unit means that unit.

    Raises UnknownUnit, or Implausible when no body has such a value.
    """
    kept = converted(value, unit, measurement.unit)
    if kept is None:
        known = [measurement.unit, *(one for one, other in _CONVERSIONS if other == measurement.unit)]
        raise UnknownUnit(f"{measurement.name} is not measured in {unit}. Use one of: {', '.join(known)}.")
    if not measurement.least <= kept <= measurement.most:
        said = f"{measurement.name} of {value:g} {unit or measurement.unit}"
        span = f"from {measurement.least:g} to {measurement.most:g} {measurement.unit}"
        raise Implausible(f"{said} is not plausible ({span}). Check the number and the unit.")
    return round(kept, 6)
