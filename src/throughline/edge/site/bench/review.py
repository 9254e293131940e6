"""Continuity checks: one case after an event, and a night over all, beside the bare statements they are read with."""

from __future__ import annotations

import random
import resource
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement
from throughline.edge.site.bench.load import timed


def _cases(bench: Bench, size: int) -> list[UUID]:
    """Let this process work on a crowd in which everybody has a case, made the first time, and return the cases."""
    name, key = f"bench_review_{size}", f"review-{size}"
    if key not in bench.kept:
        bench.database(name)
        bench.command(name, "seed", "--patients", str(size), "--people-per-case", "1", "--observations", "50")
    bench.use(name)
    from throughline.record.cases.models import Case

    if key not in bench.kept:
        found = Case.objects.filter(state="active").order_by("id").values_list("id", flat=True)
        bench.kept[key] = list(found)
    cases: list[UUID] = bench.kept[key]
    return cases


def one_case(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds of looking over one case after something happened to it, many different cases."""
    cases = _cases(bench, size)
    from throughline.practice.review.actions import looking

    chance = random.Random(7)
    at = datetime.now(UTC)
    looking.look(case_id=cases[0], by=looking.LOOKER, at=at)  # the content is read once a process
    return timed(lambda number: looking.look(case_id=chance.choice(cases), by=looking.LOOKER, at=at), times=120)


def night(bench: Bench, size: int) -> list[float]:
    """Return the cases a second of looking over every open case."""
    cases = _cases(bench, size)
    from throughline.practice.review.actions import looking

    began = time.perf_counter()
    done = looking.look_all(at=datetime.now(UTC))
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    opened = bench.kept["review-opened"] = bench.kept.get("review-opened", 0) + done.opened
    bench.kept["note.review"] = (
        f"{len(cases):,} open cases looked over, {opened:,} gaps opened; peak memory of the process {peak:,.0f} MB."
    )
    return [done.cases / took]


def nothing_changed(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds of a look for what is due when nothing is."""
    _cases(bench, size)
    from throughline.practice.review.actions import looking

    at = datetime.now(UTC)
    looking.look_due(at=at)
    return timed(lambda number: looking.look_due(at=at, other_checks=False), times=40)


def bare(bench: Bench, size: int) -> list[float]:
    """Return the cases a second of fetching the same facts with the same statements and doing nothing with them."""
    cases = _cases(bench, size)
    from throughline.practice.review.queries import statements
    from throughline.practice.review.queries.gathering import _codes, _rows
    from throughline.practice.review.rules import sets

    codes = _codes(sets.index().mark)
    began = time.perf_counter()
    for start in range(0, len(cases), 400):
        part = cases[start : start + 400]
        sites: Any = _sites(part)
        heads = _rows(statements.HEADS, {"cases": part, "sites": sites})
        patients = [row[1] for row in heads]
        _rows(statements.ENROLLED, {"cases": part})
        for statement in (statements.CHART, statements.CIRCLE, statements.OUTSIDE_TEAMS):
            _rows(statement, {"patients": patients, "codes": codes})
    return [len(cases) / (time.perf_counter() - began)]


def _sites(cases: list[UUID]) -> list[UUID]:
    from throughline.record.cases.models import Case

    return list(Case.objects.filter(id__in=cases).values_list("site_id", flat=True).distinct())


def at_sizes(sizes: tuple[int, ...]) -> list[Measurement]:
    """Return the measurements at the largest of the sizes asked for."""
    size = max(sizes, default=10_000)
    said = f"{size:,} cases"
    return [
        Measurement(
            "floor.review-sql", f"the same facts fetched and dropped, {said}", "per s", partial(bare, size=size)
        ),
        Measurement(
            "review.one", f"129 checks over one case after an event, {said} (p95 ≤ 150 ms)", "ms",
            partial(one_case, size=size),
        ),
        Measurement(
            "review.night", f"every open case looked over, {said}", "per s", partial(night, size=size),
            "floor.review-sql", "≥ 0.1 × the bare statements", at_least=0.1,
        ),
        Measurement(
            "review.idle", f"a look for what is due with nothing due, {said}", "ms",
            partial(nothing_changed, size=size),
        ),
    ]  # fmt: skip
