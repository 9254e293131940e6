"""Clocks: a sweep with nothing due beside one indexed lookup, and ten thousand boundaries of one minute."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import timed

DATABASE = "bench_clocks"
OPEN = 1_000_000
BOUNDARIES = 10_000
START = datetime(2026, 3, 6, 19, 10, tzinfo=UTC)
LAPSE = datetime(2026, 3, 9, 19, 10, 1, tzinfo=UTC)
FAR = datetime(2090, 1, 1, tzinfo=UTC)
COPIED_ANEW = ("id", "subject", "state", "next_look_at")  # the clock copied may itself have run out


def _template(bench: Bench) -> UUID:
    """Let this process work on the database and return a clock to copy; the first time it is filled."""
    bench.use(DATABASE)
    if "clock" not in bench.kept:
        from throughline.record.clocks.models import Clock

        found = Clock.objects.filter(subject="to-copy").values_list("pk", flat=True).first()
        bench.kept["clock"] = found or _made()
        missing = OPEN - Clock.objects.filter(next_look_at=FAR).count()
        if missing > 0:
            _copies(bench.kept["clock"], missing, FAR)
    template: UUID = bench.kept["clock"]
    return template


def _made() -> UUID:
    from throughline.foundation.access import actions, queries
    from throughline.foundation.kernel.actor import system
    from throughline.record.clocks.actions import ClockIn, start_clock
    from throughline.record.people.actions import register_patient
    from throughline.record.people.records import NameIn, PersonIn

    by, at = system("bench"), START + timedelta(hours=1)
    site_id = queries.site_id_of("bench") or actions.add_site(
        key="bench", name="Bench", kind="hospital", time_zone="America/New_York", by=by, at=at
    )
    someone = PersonIn(names=(NameIn(family="Bench", given="Clock"),), birth_date=START.date())
    patient_id = register_patient(site_id=site_id, person=someone, by=by, at=at)
    clock = ClockIn(key="C-42", start=START.isoformat(), subject="to-copy")
    return start_clock(patient_id=patient_id, clock=clock, by=by, at=at)


def _copies(template: UUID, count: int, look: datetime) -> None:
    """Copy the clock that often, each with the next look given."""
    from django.db import connection

    from throughline.record.clocks.models import Clock

    columns = [f.column for f in Clock._meta.concrete_fields if f.name not in COPIED_ANEW]
    kept = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into clocks_clock (id, subject, state, next_look_at, {kept}) "
            f"select gen_random_uuid(), gen_random_uuid()::text, 'due-soon', %s, {kept} "
            "from clocks_clock, generate_series(1, %s) where id = %s",
            [look, count, template],
        )
        cursor.execute("analyze clocks_clock")


def lookup(bench: Bench) -> list[float]:
    """Return the milliseconds of one lookup by key in the same table."""
    template = _template(bench)
    from throughline.record.clocks.models import Clock

    return timed(lambda number: Clock.objects.filter(pk=template).first(), times=60)


def idle(bench: Bench) -> list[float]:
    """Return the milliseconds of a sweep that finds nothing due among a million open clocks."""
    _template(bench)
    from throughline.record.clocks.sweeping import sweep

    return timed(lambda number: sweep(at=START), times=60)


def flips(bench: Bench) -> list[float]:
    """Return the boundaries per second that four workers flip, one of them killed half-way.

    Raises NotMeasured when a boundary was flipped twice or not at all.
    """
    template = _template(bench)
    from django.db import connections

    from throughline.record.clocks.models import Clock, ClockFlip
    from throughline.record.clocks.sweeping import sweep

    before = ClockFlip.objects.count()
    _copies(template, BOUNDARIES, LAPSE)
    due = list(Clock.objects.filter(next_look_at=LAPSE).values_list("pk", flat=True))
    connections.close_all()
    begin = time.perf_counter()
    workers = [_worker() for _ in range(4)]
    time.sleep(1.0)
    os.kill(workers[0], signal.SIGKILL)
    for pid in workers:
        os.waitpid(pid, 0)
    sweep(at=LAPSE)  # what the killed one held
    took = time.perf_counter() - begin
    once: Any = ClockFlip.objects.filter(clock_id__in=due).values("clock_id").distinct().count()
    if once != len(due) or ClockFlip.objects.count() - before != len(due):
        raise NotMeasured(f"{ClockFlip.objects.count() - before} flips of {len(due)} boundaries, {once} of them apart")
    return [len(due) / took]


def _worker() -> int:
    pid = os.fork()
    if pid:
        return pid
    wrong = 1
    try:
        from throughline.foundation.access import wall
        from throughline.record.clocks.sweeping import sweep

        wall.stand_open()
        sweep(at=LAPSE)
        wrong = 0
    finally:
        os._exit(wrong)


MEASUREMENTS = (
    Measurement("floor.clock-lookup", "one lookup by key in a table of a million clocks", "ms", lookup),
    Measurement(
        "clocks.idle",
        "a sweep with nothing due, a million open clocks",
        "ms",
        idle,
        "floor.clock-lookup",
        "≤ 3 × floor",
        at_most=3,
    ),
    Measurement(
        "clocks.flips",
        "10,000 boundaries of one minute, 4 workers, one killed half-way; each flipped once",
        "per s",
        flips,
        rounds=1,
    ),
)
