"""Measurements, rounds and medians. A floor is measured in the same rounds as what is compared with it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


class NotMeasured(Exception):
    """A measurement cannot be made here; the message says why."""


@dataclass(frozen=True)
class Measurement:
    """One thing measured. `once` returns the samples of one round; `floor` is the key it is compared with."""

    key: str
    title: str
    unit: str  # ms, per s, MB, s
    once: Callable[[Any], Sequence[float]]
    floor: str = ""
    goal: str = ""
    at_most: float | None = None  # the ratio to the floor, or the figure itself without a floor
    at_least: float | None = None
    figure_at_least: float | None = None  # a goal for the figure itself, beside whatever floor
    rounds: int | None = None  # fewer than usual for something long
    stem: str = ""  # what is the same at several sizes, and the size
    size: int = 0


@dataclass
class Result:
    """The samples of one measurement, by round, or why there are none."""

    measurement: Measurement
    rounds: list[list[float]] = field(default_factory=list)
    why_not: str = ""

    @property
    def medians(self) -> list[float]:
        """Return the median of each round."""
        return [statistics.median(samples) for samples in self.rounds if samples]

    @property
    def figure(self) -> float | None:
        """Return the median of the rounds' medians."""
        return statistics.median(self.medians) if self.medians else None

    @property
    def spread(self) -> tuple[float, float] | None:
        """Return the least and the greatest of the rounds' medians."""
        return (min(self.medians), max(self.medians)) if self.medians else None

    @property
    def p95(self) -> float | None:
        """Return the 95th percentile of all samples; None below twenty of them."""
        samples = sorted(sample for one in self.rounds for sample in one)
        return samples[max(0, round(len(samples) * 0.95) - 1)] if len(samples) >= 20 else None


def ratio(result: Result, floor: Result | None) -> float | None:
    """Return ours divided by the floor, round by round, the median of that; None when either is missing."""
    if floor is None or not result.medians or not floor.medians:
        return None
    if len(result.medians) == len(floor.medians):
        return statistics.median(one / other for one, other in zip(result.medians, floor.medians, strict=True))
    assert result.figure is not None
    assert floor.figure is not None
    return result.figure / floor.figure


def reached(result: Result, floor: Result | None) -> bool | None:
    """Return whether the goal is reached; None when there is no goal or no figure."""
    value = ratio(result, floor) if result.measurement.floor else result.figure
    wanted = result.measurement
    if wanted.figure_at_least is not None and result.figure is not None:
        return result.figure >= wanted.figure_at_least
    if value is None or (wanted.at_most is None and wanted.at_least is None):
        return None
    return (wanted.at_most is None or value <= wanted.at_most) and (wanted.at_least is None or value >= wanted.at_least)


def growth(results: Iterable[Result]) -> dict[str, tuple[Result, Result]]:
    """Return, by stem, the results at the smallest and the largest size measured."""
    by_stem: dict[str, list[Result]] = {}
    for one in results:
        if one.measurement.stem and one.medians:
            by_stem.setdefault(one.measurement.stem, []).append(one)
    ordered = {stem: sorted(found, key=lambda one: one.measurement.size) for stem, found in by_stem.items()}
    return {stem: (found[0], found[-1]) for stem, found in ordered.items() if len(found) > 1}


def run(
    measurements: Iterable[Measurement], bench: Any, *, rounds: int, say: Callable[[str], None]
) -> dict[str, Result]:
    """Measure everything in interleaved rounds and return the results by key, in the order given."""
    results = {one.key: Result(one) for one in measurements}
    for number in range(rounds):
        for key, result in results.items():
            if result.why_not or number >= (result.measurement.rounds or rounds):
                continue
            try:
                samples = [float(value) for value in result.measurement.once(bench)]
            except NotMeasured as why:
                result.why_not = str(why)
                say(f"{key}: not measured ({why})")
                continue
            result.rounds.append(samples)
            say(f"round {number + 1} of {rounds}: {key} {statistics.median(samples):.4g} {result.measurement.unit}")
    return results
