"""Scores out of measurements: kidney function and its stages, days covered by refills, weight gain in heart failure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.rules.scores_outcome import Outcome
from throughline.practice.assessment.rules.totals import rounded

KG_PER_LB = Decimal("0.45359237")


def egfr(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """Glomerular filtration rate, mL/min/1.73 m2, CKD-EPI 2021 without race (Inker, NEJM 2021;385:1737).

    Creatinine in mg/dL, age in years, adults only.
    """
    women = inputs["sex"] == "F"
    creatinine, age = float(inputs["scr"]), float(inputs["age"])
    kappa, alpha = (0.7, -0.241) if women else (0.9, -0.302)
    ratio = creatinine / kappa
    raw = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age * (1.012 if women else 1.0)
    value = rounded(Decimal(repr(raw)), 1)
    return Outcome(
        value=value,
        components={"scr": inputs["scr"], "age": inputs["age"], "sex": inputs["sex"]},
        results={"egfr": value},
        band=g_stage(body, value),
    )


def g_stage(body: Mapping[str, Any], value: Decimal) -> str | None:
    """The G stage whose lower limit the value reaches, when the definition carries the limits."""
    return next((row["label"] for row in body.get("g_stages", ()) if value >= Decimal(str(row["from"]))), None)


def kdigo(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """KDIGO stage by eGFR and albumin-creatinine ratio (mg/g), and visits a year by the grid."""
    stage = g_stage(body, inputs["egfr"])
    ratio = inputs["uacr"]
    albumin = "A1" if ratio < 30 else "A2" if ratio <= 300 else "A3"
    visits = Decimal(body["visits_per_year"][stage][("A1", "A2", "A3").index(albumin)])
    return Outcome(
        value=visits,
        components={"g": stage, "a": albumin},
        results={"g": stage, "a": albumin, "per_year": visits},
        band=f"{stage} {albumin}",
    )


def days_covered(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """Proportion of days covered: days with medicine at hand over days in the period.

    An early refill is carried forward to the day the earlier supply ends. The period runs from the first fill.
    """
    fills: Sequence[tuple[int, int]] = inputs["fills"]
    period = int(inputs["period_days"])
    if not fills:
        return Outcome(value=Decimal("0.000"), results={"covered": 0, "pdc": Decimal("0.000")}, band="not adherent")
    start = fills[0][0]
    covered, free_from = 0, start
    for day, supply in fills:
        begin = max(day, free_from)
        free_from = begin + supply
        covered += max(0, min(free_from, start + period) - min(begin, start + period))
    share = rounded(Decimal(covered) / period, 3)
    adherent = Decimal(covered) / period >= Decimal(str(body["threshold"]))
    return Outcome(
        value=share,
        components={"covered": covered, "period_days": period},
        results={"covered": covered, "pdc": share, "adherent": adherent},
        band="adherent" if adherent else "not adherent",
        positive=not adherent,
    )


def weight_gain(body: Mapping[str, Any], inputs: Mapping[str, Any]) -> Outcome:
    """Whether the last weight is an alert: a gain since yesterday, or over the lowest of the last week.

    Days are days, weights pounds or kilograms; compared unrounded in kilograms.
    """
    kilograms = _kilograms(inputs)
    if len(kilograms) < 2:
        return Outcome(value=Decimal(0), results={"alert": False}, band="no alert")
    day, last = kilograms[-1]
    daily_gain, weekly_gain, weekly_loss = _gains(body, kilograms[:-1], day, last)
    daily = inputs.get("daily_lb") or Decimal(str(body["daily_gain_lb"]))
    weekly = Decimal(str(body["weekly_gain_lb"]))
    flags = []
    if daily_gain is not None and daily_gain >= daily * KG_PER_LB:
        flags.append("daily")
    if weekly_gain is not None and weekly_gain >= weekly * KG_PER_LB:
        flags.append("weekly")
    if inputs.get("on_diuretic") and weekly_loss is not None and weekly_loss >= weekly * KG_PER_LB:
        flags.append("weekly_loss")
    results: dict[str, Any] = {"alert": bool(flags)}
    if flags:
        results["reason"] = flags[0]
    gains = {"daily_gain_kg": daily_gain, "weekly_gain_kg": weekly_gain}
    return Outcome(
        value=Decimal(1) if flags else Decimal(0),
        components={name: rounded(gain, 2) for name, gain in gains.items() if gain is not None},
        results=results,
        band="alert" if flags else "no alert",
        flags=flags,
        flag_texts=body.get("flag_texts", {}),
        positive=bool(flags),
    )


def _kilograms(inputs: Mapping[str, Any]) -> list[tuple[Decimal, Decimal]]:
    if "readings_kg" in inputs:
        return list(inputs["readings_kg"])
    return [(day, weight * KG_PER_LB) for day, weight in inputs["readings_lb"]]


def _gains(
    body: Mapping[str, Any], earlier: Sequence[tuple[Decimal, Decimal]], day: Decimal, last: Decimal
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Gain since the reading nearest to 24 hours ago within the window, gain and loss over seven days."""
    slack = Decimal(str(body["daily_window_hours"])) / 24
    near = [(abs(day - d - 1), w) for d, w in earlier if d < day and day - d <= 1 + slack]
    week = [w for d, w in earlier if day - d <= 7]
    daily = last - min(near)[1] if near else None
    return daily, (last - min(week) if week else None), (max(week) - last if week else None)
