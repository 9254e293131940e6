"""Trend charts: where every mark of a series stands, as numbers. Pure; the template only writes them into SVG.

The time axis is true to scale, what lies further apart than three expected intervals is not joined, the value axis is
the clinical one of the measure and is widened, never cut, so that no value is lost.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from throughline.foundation.ui.formats import number

Place = Callable[[float], float]
When = Callable[[datetime], float]
GAP = 3  # expected intervals after which readings are no longer joined
SOURCES = {"device": "from a device", "patient": "told by the patient", "clinic": "clinic"}


# A number no measurement reaches, as a faulty interface sends it, stands among the rows alone.
BEYOND_ANY_AXIS = 1e9


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure is drawn: a fixed axis, or with `floating` so many units about its values; how often it is read."""

    title: str
    unit: str
    low: float
    high: float
    step: float
    every: timedelta
    floating: bool = False
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """One reading in the shown unit. `second`: the lower of a pair; `source`: device, patient, clinic; `own`: ours."""

    at: datetime
    value: float
    second: float | None = None
    source: str = "clinic"
    words: str = ""
    by: str = ""
    key: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The target in the shown unit: an open end is None; `second_high` is the limit of the lower value of a pair."""

    low: float | None
    high: float | None
    words: str
    second_high: float | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis with its words."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading as drawn: circle, ring, square, up or down at (x, y); `y2` is the foot of a bar."""

    shape: str
    x: str
    y: str
    y2: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything of one picture, in user units, numbers already written."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]
    band: tuple[str, str] | None
    edges: tuple[str, ...]
    band_at: str
    band_words: str
    traces: tuple[str, ...]
    marks: tuple[Mark, ...]
    gaps: tuple[Tick, ...]
    latest: Tick | None
    title: str
    about: str

    @property
    def span(self) -> int:
        """The width of the plot."""
        return self.right - self.left

    @property
    def left_words(self) -> int:
        """Where the words of the value axis end."""
        return self.left - 8

    @property
    def right_words(self) -> int:
        """Where the words beside the plot begin."""
        return self.right + 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside the picture."""

    at: datetime
    words: str
    outside: str
    source: str
    by: str
    key: str
    own: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A trend: two pictures (wide, and a shorter span for a phone), a sentence, and the same readings as rows."""

    key: str
    scale: Scale
    band: Band | None
    sentence: str
    wide: Drawing | None
    narrow: Drawing | None
    rows: tuple[Row, ...]


def figure(
    key: str, scale: Scale, points: Sequence[Point], *, band: Band | None = None, until: datetime, zone: str
) -> Figure:
    """Return the trend of some readings, in any order, as it stands at `until` for a reader in that zone."""
    found = sorted(points, key=lambda point: point.at)
    rows = tuple(
        Row(p.at, p.words, outside(p, band), SOURCES.get(p.source, p.source), p.by, p.key, p.own)
        for p in reversed(found)
    )
    wide = narrow = None
    shown = [p for p in found if max(abs(p.value), abs(p.second or 0)) < BEYOND_ANY_AXIS]
    if shown:
        wide = draw(scale, shown, band, until=until, zone=zone, width=720, height=280, days=_span(scale, 30))
        narrow = draw(scale, shown, band, until=until, zone=zone, width=340, height=260, days=_span(scale, 14))
    return Figure(key, scale, band, sentence(scale, found, band), wide, narrow, rows)


def _span(scale: Scale, intervals: int) -> int:
    return max(intervals, round(scale.every / timedelta(days=1) * intervals / 5))


def outside(point: Point, band: Band | None) -> str:
    """Return "high", "low" or "" for a reading against the target; a pair is high when either value is."""
    if band is None:
        return ""
    above = band.high is not None and point.value > band.high
    second = band.second_high is not None and point.second is not None and point.second > band.second_high
    if above or second:
        return "high"
    return "low" if band.low is not None and point.value < band.low else ""


def axis(scale: Scale, points: Sequence[Point], band: Band | None) -> tuple[float, float, float]:
    """Return the ends of the value axis and its step: those of the measure, widened in whole steps to hold all."""
    seen = [p.value for p in points] + [p.second for p in points if p.second is not None]
    low, high = scale.low, scale.high
    if scale.floating:
        ends = [end for end in (band.low, band.high) if end is not None] if band else []
        middle = sum(ends) / len(ends) if ends else sorted(seen)[len(seen) // 2]
        low, high = middle - scale.high / 2, middle + scale.high / 2
    low = math.floor(min([low, *seen]) / scale.step) * scale.step
    high = math.ceil(max([high, *seen]) / scale.step) * scale.step
    step = scale.step
    while (high - low) / step > 8:
        step *= 2
    return low, low + math.ceil((high - low) / step) * step, step


def segments(points: Sequence[Point], every: timedelta) -> list[list[Point]]:
    """Return the readings, sorted by time, in runs; a gap of more than three expected intervals starts a new one."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.at - runs[-1][-1].at <= GAP * every:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def shown_span(points: Sequence[Point], until: datetime, days: int) -> tuple[datetime, datetime]:
    """Return from when to when is drawn: so many days to now, or further back when fewer than two readings fall in."""
    end = max(until, points[-1].at)
    start = end - timedelta(days=days)
    if len([p for p in points if p.at >= start]) < 2:
        start = min(start, points[max(0, len(points) - 6)].at)
    return start, end


def draw(
    scale: Scale, points: Sequence[Point], band: Band | None, *, until: datetime, zone: str, width: int, height: int,
    days: int,
) -> Drawing:  # fmt: skip
    """Return one picture of readings sorted by time, at least one of them."""
    start, end = shown_span(points, until, days)
    seen = [point for point in points if start <= point.at <= end]
    low, high, step = axis(scale, seen, band)
    left, right, top, bottom = 48, width - (112 if width > 400 else 84), 26, height - 34
    seconds = (end - start).total_seconds() or 1.0

    def x(at: datetime) -> float:
        return left + (right - left) * ((at - start).total_seconds() / seconds)

    def y(value: float) -> float:
        return bottom - (bottom - top) * ((value - low) / (high - low))

    runs = segments(seen, scale.every)
    marks = tuple(_mark(p, x(p.at), y(p.value), None if p.second is None else y(p.second), band) for p in seen)
    single = all(p.second is None for p in seen)
    traces = tuple(_line([(x(p.at), y(p.value)) for p in run]) for run in runs if len(run) > 1) if single else ()
    last = seen[-1]
    clear = max(top + 4.0, y(last.value) - 12)
    return Drawing(
        width=width, height=height, left=left, right=right, top=top, bottom=bottom,
        values=tuple(Tick(_n(y(v)), number(round(v, 3))) for v in _steps(low, high, step)),
        days=_days(start, end, zone, x, 5 if width > 400 else 3),
        band=_band(band, low, high, y), edges=_edges(band, low, high, y), band_at=_band_at(band, low, high, y),
        band_words=band.words if band else "",
        traces=traces, marks=marks, gaps=_gaps(runs, x, bottom) if width > 400 else (),
        latest=Tick(_n(clear), number(round(last.value, scale.decimals)) + _lower(last)),
        title=f"{scale.title}, {_day(start, zone)} to {_day(end, zone)}{f', {scale.unit}' if scale.unit else ''}",
        about=_about(scale, seen, band, low, high, zone),
    )  # fmt: skip


def _lower(point: Point) -> str:
    return "" if point.second is None else f"/{number(round(point.second))}"


def _n(value: float) -> str:
    return f"{value:.1f}"


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + step * place for place in range(round((high - low) / step) + 1)]


def _line(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in places)


def _mark(point: Point, x: float, y: float, y2: float | None, band: Band | None) -> Mark:
    side = outside(point, band)
    foot = "" if y2 is None else _n(y2)
    if side:
        head = f"M{_n(x)} {_n(y - 6)}l6 10h-12z" if side == "high" else f"M{_n(x)} {_n(y + 6)}l6 -10h-12z"
        return Mark("up" if side == "high" else "down", _n(x), _n(y), foot, head)
    if point.source == "patient":
        return Mark("square", _n(x), _n(y), foot, f"M{_n(x - 4)} {_n(y - 4)}h8v8h-8z")
    return Mark("ring" if point.source == "clinic" else "circle", _n(x), _n(y), foot)


def _band(band: Band | None, low: float, high: float, y: Place) -> tuple[str, str] | None:
    if band is None or (band.low is None and band.high is None):
        return None
    under = max(low, band.low if band.low is not None else low)
    over = min(high, band.high if band.high is not None else high)
    return (_n(y(over)), _n(y(under) - y(over))) if over > under else None


def _edges(band: Band | None, low: float, high: float, y: Place) -> tuple[str, ...]:
    ends = (band.low, band.high, band.second_high) if band else ()
    return tuple(_n(y(end)) for end in ends if end is not None and low <= end <= high)


def _band_at(band: Band | None, low: float, high: float, y: Place) -> str:
    found = _band(band, low, high, y)
    return _n(float(found[0]) + min(float(found[1]) / 2, 24)) if found else ""


def _gaps(runs: Sequence[Sequence[Point]], x: When, bottom: int) -> tuple[Tick, ...]:
    made = []
    for before, after in itertools.pairwise(runs):
        start, end = x(before[-1].at), x(after[0].at)
        if end - start > 110:
            days = (after[0].at - before[-1].at).days
            made.append(Tick(_n((start + end) / 2), f"no readings, {days} d"))
    return tuple(made)


def _days(start: datetime, end: datetime, zone: str, x: When, most: int) -> tuple[Tick, ...]:
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    apart = max(1, (last.date() - first.date()).days)
    step = next((one for one in (1, 2, 7, 14, 30, 61, 91, 183, 365, 730) if apart / one <= most), 1826)
    noon = last.replace(hour=12, minute=0, second=0, microsecond=0)
    found = [noon - timedelta(days=step * place) for place in range(most + 1)]
    return tuple(
        Tick(_n(x(day)), f"{day:%b %Y}" if step > 61 else f"{day:%b} {day.day}")
        for day in reversed(found)
        if start <= day <= end
    )


def _day(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%b} {local.day}, {local.year}"


def _about(scale: Scale, seen: Sequence[Point], band: Band | None, low: float, high: float, zone: str) -> str:
    last = seen[-1]
    said = [f"Latest {last.words}, {_day(last.at, zone)}.", sentence(scale, seen, band)]
    if not scale.floating and low == 0:
        said.append(f"Scale 0 to {number(high)}{_unit(scale)}.")
    else:
        said.append(f"Scale {number(low)} to {number(high)}{_unit(scale)}, not from zero.")
    return " ".join(part for part in said if part)


def _unit(scale: Scale) -> str:
    return f" {scale.unit}" if scale.unit else ""


def sentence(scale: Scale, points: Sequence[Point], band: Band | None) -> str:
    """Return how readings sorted by time moved and how many lie outside the target: "Up 5.2 lb in 7 days. 3 of …"."""
    if not points:
        return ""
    said = [_moved(scale, points)] if len(points) > 1 else []
    if band is not None:
        away = len([point for point in points if outside(point, band)])
        said.append(f"{away} of {len(points)} readings outside the target, {band.words}.")
    return " ".join(said)


def _moved(scale: Scale, points: Sequence[Point]) -> str:
    last = points[-1]
    week = [p for p in points[:-1] if p.at >= last.at - max(timedelta(days=7), 2 * scale.every)]
    first = week[0] if week else points[-2]
    change, days = round(last.value - first.value, scale.decimals), (last.at - first.at).days
    when = f"in {days} days" if days > 1 else "in a day" if days else "the same day"
    if not change:
        return f"Unchanged {when}."
    return f"{'Up' if change > 0 else 'Down'} {number(abs(change))}{_unit(scale)} {when}."
