"""What can be read, entered and drawn, as content says: codes, units, what is possible, what is usual, the axis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from throughline.foundation.content import library
from throughline.foundation.content.records import Item
from throughline.foundation.ui.charts import Scale
from throughline.record.chart.rules.units import Measurement, shown_value
from throughline.record.chart.rules.values import number_words


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: how it is kept, what people write, which values are held for a second look, how it is drawn."""

    key: str
    measurement: Measurement
    also: tuple[str, ...]
    shown: str
    units: tuple[str, ...]
    usual: tuple[float, float] | None
    change: tuple[float, int] | None
    scale: Scale
    offered: bool
    confidence: str

    @property
    def codes(self) -> tuple[str, ...]:
        """Every LOINC code under which its values stand."""
        return (self.measurement.code, *self.also)

    def in_words(self, kept: float) -> str:
        """Return a kept value as a nurse reads it: "168.2 lb"."""
        value = shown_value(kept, self.measurement.unit, self.shown)
        return f"{number_words(round(value, self.scale.decimals))} {self.shown}".strip()


def measures() -> Mapping[str, Measure]:
    """Every measure by key, a site's overlay included. Raises ContentError naming the file that is wrong."""
    return library.load("measures", parse)


def by_code() -> Mapping[str, Measure]:
    """Every measure by each of its LOINC codes."""
    return {code: one for one in measures().values() for code in one.codes}


def parse(item: Item) -> Measure:
    """The measure of one content item. Raises ValueError saying what is wrong."""
    data = item.data
    least, most = (float(end) for end in data["possible"])
    if least >= most:
        raise ValueError("'possible' runs from the least to the most")
    measurement = Measurement(
        code=str(data["loinc"]),
        name=str(data["title"]),
        unit=str(data["unit"]),
        least=least,
        most=most,
        category=str(data["category"]),
        parts=tuple(data.get("parts", ())),
    )
    usual, change, axis = data.get("usual"), data.get("change"), data["axis"]
    around = "around" in axis
    return Measure(
        key=item.key,
        measurement=measurement,
        also=tuple(data.get("also", ())),
        shown=str(data["shown"]),
        units=tuple(data["units"]),
        usual=(float(usual[0]), float(usual[1])) if usual else None,
        change=(float(change["by"]), int(change["days"])) if change else None,
        scale=Scale(
            title=str(data["title"]),
            unit=str(data["shown"]),
            low=0.0 if around else float(axis["low"]),
            high=float(axis["around"] if around else axis["high"]),
            step=float(axis["step"]),
            floating=around,
            decimals=int(data["decimals"]),
            every=timedelta(days=float(data["every_days"])),
        ),
        offered=bool(data["offered"]),
        confidence=item.confidence,
    )


def doubt(measure: Measure, kept: float, at: datetime, last: tuple[float, datetime] | None) -> str:
    """Return why a possible value is to be looked at again before it counts, "" when there is no reason.

    `last` is the value before, as kept, with its time; it is compared only within the days the measure names.
    """
    name = measure.measurement.name
    if measure.usual and not measure.usual[0] <= kept <= measure.usual[1]:
        ends = " to ".join(measure.in_words(end) for end in measure.usual)
        return f"{name} {measure.in_words(kept)} is outside what is usual ({ends})."
    if measure.change is None or last is None:
        return ""
    by, days = measure.change
    if abs(at - last[1]) <= timedelta(days=days) and abs(kept - last[0]) > by:
        way = "more" if kept > last[0] else "less"
        more = measure.in_words(abs(kept - last[0])) if measure.measurement.unit != "Cel" else "much"
        return f"{name} {measure.in_words(kept)} is {more} {way} than {measure.in_words(last[0])} on {last[1]:%b %-d}."
    return ""
