"""Units a nurse may write, turned into the one each measurement is kept in, and what is plausible for it.

Plausibility limits keep slips of the keyboard out of the chart (a weight of 8240, a temperature of 985); they are not
clinical limits, which belong to monitoring. Each is wider than any value known to be survived in adults or children.
"""

from dataclasses import dataclass

KILOGRAMS_PER_POUND = 0.45359237  # exact, NIST SP 811
CENTIMETRES_PER_INCH = 2.54  # exact
MG_DL_PER_MMOL_L_GLUCOSE = 18.016  # molar mass of glucose 180.16 g/mol


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement that may be recorded by hand: LOINC code, name, the UCUM unit kept, and its plausible range."""

    code: str
    name: str
    unit: str
    least: float
    most: float
    category: str = "vital-signs"
    parts: tuple[str, ...] = ()


MEASUREMENTS: dict[str, Measurement] = {
    one.code: one
    for one in (
        Measurement("29463-7", "Body weight", "kg", 0.3, 650),
        Measurement("8302-2", "Body height", "cm", 20, 280),
        Measurement("8310-5", "Body temperature", "Cel", 13, 46.5),
        Measurement("8867-4", "Heart rate", "/min", 10, 350),
        Measurement("9279-1", "Respiratory rate", "/min", 1, 120),
        Measurement("59408-5", "Oxygen saturation by pulse oximetry", "%", 20, 100),
        Measurement("8480-6", "Systolic blood pressure", "mm[Hg]", 30, 350),
        Measurement("8462-4", "Diastolic blood pressure", "mm[Hg]", 10, 250),
        Measurement("85354-9", "Blood pressure", "mm[Hg]", 10, 350, parts=("8480-6", "8462-4")),
        Measurement("2339-0", "Glucose in blood", "mg/dL", 5, 2000, "laboratory"),
        Measurement("4548-4", "Hemoglobin A1c", "%", 2, 25, "laboratory"),
        Measurement("72514-3", "Pain severity, 0 to 10", "{score}", 0, 10, "survey"),
        Measurement("9843-4", "Head circumference", "cm", 10, 80),
    )
}

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
}

_SPELLINGS = {
    "lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]", "oz": "[oz_av]", "in": "[in_i]",
    "inch": "[in_i]", "inches": "[in_i]", "f": "[degF]", "°f": "[degF]", "c": "Cel", "°c": "Cel", "mmhg": "mm[Hg]",
    "bpm": "/min", "per min": "/min", "kgs": "kg", "percent": "%", "": "",
}  # fmt: skip


class UnknownUnit(ValueError):
    """A unit that the measurement is not written in; the text says which are."""


class Implausible(ValueError):
    """A value outside what can be; the text says what is plausible."""


def ucum(unit: str) -> str:
    """Return the UCUM code of a unit as people write it: lb is [lb_av], mmHg is mm[Hg]; UCUM stays as it is."""
    bare = unit.strip()
    return _SPELLINGS.get(bare.lower(), bare)


def kept_value(measurement: Measurement, value: float, unit: str) -> float:
    """Return the value in the unit the measurement is kept in; no unit means that unit.

    Raises UnknownUnit, or Implausible when no body has such a value.
    """
    written = ucum(unit) or measurement.unit
    if written == measurement.unit:
        kept = value
    else:
        convert = _CONVERSIONS.get((written, measurement.unit))
        if convert is None:
            known = [measurement.unit, *(one for one, other in _CONVERSIONS if other == measurement.unit)]
            raise UnknownUnit(f"{measurement.name} is not measured in {unit}. Use one of: {', '.join(known)}.")
        kept = convert(value)
    if not measurement.least <= kept <= measurement.most:
        said = f"{measurement.name} of {value:g} {unit or measurement.unit}"
        span = f"from {measurement.least:g} to {measurement.most:g} {measurement.unit}"
        raise Implausible(f"{said} is not plausible ({span}). Check the number and the unit.")
    return round(kept, 6)
