"""The results as a page people can read: what, ours, the floor, their ratio, the goal, whether it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from throughline.edge.site.bench.harness import Result, growth, ratio, reached

HEAD = """# Benchmarks

Written by `make bench` on {day}, commit {commit}. {machine}
{rounds} interleaved rounds; each figure is the median of the rounds' medians, the spread is the least and greatest of
them. Absolute figures move by a factor of two or three with what else the machine does; the ratio to a floor measured
in the same rounds is what counts.
"""


def page(
    results: Mapping[str, Result], *, at: datetime, commit: str, machine: str, rounds: int, notes: str = ""
) -> str:
    """Return the whole page in Markdown."""
    lines = [HEAD.format(day=f"{at:%Y-%m-%d %H:%M} UTC", commit=commit, machine=machine, rounds=rounds)]
    ours = [one for one in results.values() if not one.measurement.key.startswith("floor.")]
    floors = [one for one in results.values() if one.measurement.key.startswith("floor.")]
    lines += ["## Ours beside the floors", "", *_table([_row(one, results) for one in ours]), ""]
    lines += _growth(results)
    lines += ["## Floors", "", *_floor_table(floors), ""]
    missing = [one for one in results.values() if one.why_not]
    if missing:
        lines += ["## Not measured", "", *[f"- {one.measurement.title}: {one.why_not}" for one in missing], ""]
    return "\n".join([*lines, notes]).rstrip() + "\n"


GROWTH = 1.3  # the most a page or search may slow down from the smallest size to the largest


def _growth(results: Mapping[str, Result]) -> list[str]:
    found = growth(results.values())
    if not found:
        return []
    rows = [["work", "from", "to", "growth", "goal", "reached"], ["---"] * 6]
    for stem, (small, large) in found.items():
        value = ratio(large, small) or 0.0
        sizes = [f"{_figure(one)} at {one.measurement.size:,}" for one in (small, large)]
        rows.append([stem, *sizes, f"{value:.3g}", f"≤ {GROWTH}", "yes" if value <= GROWTH else "no"])
    return ["## Growth", "", *("| " + " | ".join(cells) + " |" for cells in rows), ""]


def _table(rows: list[list[str]]) -> list[str]:
    head = ["work", "ours", "spread", "p95", "floor", "ratio", "goal", "reached"]
    return ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]


def _floor_table(floors: list[Result]) -> list[str]:
    rows = [[one.measurement.title, _figure(one), _spread(one)] for one in floors if one.medians]
    return ["| " + " | ".join(cells) + " |" for cells in [["floor", "figure", "spread"], ["---"] * 3, *rows]]


def _row(one: Result, results: Mapping[str, Result]) -> list[str]:
    floor = results.get(one.measurement.floor)
    value, well = ratio(one, floor), reached(one, floor)
    return [
        one.measurement.title,
        _figure(one),
        _spread(one),
        f"{one.p95:.3g}" if one.p95 is not None and one.measurement.unit == "ms" else "",
        _figure(floor) if floor else "",
        f"{value:.3g}" if value is not None else "",
        one.measurement.goal,
        {True: "yes", False: "no", None: ""}[well],
    ]


def _figure(one: Result) -> str:
    return f"{_short(one.figure)} {one.measurement.unit}" if one.figure is not None else "–"


def _spread(one: Result) -> str:
    return f"{_short(one.spread[0])} to {_short(one.spread[1])}" if one.spread else ""


def _short(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
