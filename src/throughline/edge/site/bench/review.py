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
from throughline.edge.site.bench.harness import Measurement, NotMeasured
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
    """Return the cases a second of looking over every open case; the first night, which opens everything, is told."""
    cases = _cases(bench, size)
    if not bench.kept.get("review-first"):
        first, speed = _looked_over()
        bench.kept["review-first"] = f"the first night {speed:,.0f} per s, {first.opened:,} gaps opened"
    _, speed = _looked_over()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    bench.kept["note.review"] = (
        f"{len(cases):,} open cases; {bench.kept['review-first']}; peak memory of the process {peak:,.0f} MB."
    )
    return [speed]


def _looked_over() -> tuple[Any, float]:
    from throughline.practice.review.actions import looking

    began = time.perf_counter()
    done = looking.look_all(at=datetime.now(UTC))
    return done, done.cases / (time.perf_counter() - began)


def changed_only(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds a case of a night in which one case in fifty had something new."""
    cases = _cases(bench, size)
    from throughline.practice.review.actions import looking
    from throughline.practice.review.models import Examined

    looking.look_due(at=datetime.now(UTC))
    some = random.Random(len(bench.kept)).sample(cases, len(cases) // 50)
    Examined.objects.filter(case_id__in=some).update(dirty_since=datetime.now(UTC))
    began = time.perf_counter()
    done = looking.look_due(at=datetime.now(UTC))
    if done.cases > len(some) + len(cases) // 100:
        raise NotMeasured(f"{done.cases} cases were looked at where {len(some)} had changed")
    return [(time.perf_counter() - began) * 1000 / max(done.cases, 1)]


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
    from throughline.foundation.access.queries import system_viewer
    from throughline.practice.assessment import queries as assessment
    from throughline.practice.careplan import queries as careplan
    from throughline.practice.coordination.queries import populations
    from throughline.practice.review.actions.looking import LOOKER
    from throughline.practice.review.queries import statements
    from throughline.practice.review.queries.gathering import _codes, _rows
    from throughline.practice.review.rules import sets

    codes = _codes(sets.index().mark)
    viewer = system_viewer(LOOKER, at=datetime.now(UTC), site_ids=_sites(cases))
    began = time.perf_counter()
    for start in range(0, len(cases), 400):
        part = cases[start : start + 400]
        patients = [row[1] for row in _rows(statements.HEADS, {"cases": part, "sites": viewer.site_ids})]
        for statement in (statements.CHART, statements.CIRCLE):
            _rows(statement, {"patients": patients, "codes": codes})
        for read in (assessment.assessed_of_many, careplan.plans_of_many, populations.met_by_many):
            read(viewer, patients)
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
            "floor.review-sql", "≥ 0.2 × the bare statements", at_least=0.2,
        ),
        Measurement(
            "review.changed", f"a night in which 1 in 50 changed, each case looked at, {said}", "ms",
            partial(changed_only, size=size),
        ),
        Measurement(
            "review.idle", f"a look for what is due with nothing due, {said}", "ms",
            partial(nothing_changed, size=size),
        ),
    ]  # fmt: skip
