"""`throughline bench`: measure on a server of its own, beside the floors, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from throughline.edge.site.bench import harness, report
from throughline.edge.site.bench.context import opened
from throughline.edge.site.bench.harness import Measurement
from throughline.edge.site.postgres import place
from throughline.edge.site.refusal import CommandRefused

PARTS = (
    "floors", "writes", "pages", "beside", "nurses", "plan", "searching", "acting", "answering", "start", "clocks",
    "review",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to measure, at which sizes, how often, and where to write."""
    parser.add_argument("--only", nargs="+", metavar="KEY", help="measure these and their floors alone")
    parser.add_argument(
        "--sizes", default="10000,100000,1000000", help="patients in the databases (default %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (default 3)")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long a rate is measured (default 3)")
    parser.add_argument("--nurse-seconds", type=float, default=300.0, help="how long 50 nurses act (default 300)")
    parser.add_argument("--home", type=Path, help="where the bench's own database lives (default: bench in the home)")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"), help="the page to write")
    parser.add_argument("--list", action="store_true", help="only list what can be measured")


def run(args: argparse.Namespace) -> int:
    """Measure and write the page; 1 when a goal was missed."""
    if args.list:
        for one in _all(()):
            print(f"{one.key:22} {one.title}")
        return 0
    sizes = _sizes(args.sizes)
    if args.rounds < 1 or args.seconds <= 0:
        raise CommandRefused("At least one round of some seconds is needed.")
    chosen = _chosen(_all(sizes), args.only)
    home = (args.home or place.home() / "bench").expanduser().absolute()
    with opened(home, sizes, args.seconds) as bench:
        bench.nurse_seconds = args.nurse_seconds
        results = harness.run(
            chosen, bench, rounds=args.rounds, say=lambda text: print(text, file=sys.stderr, flush=True)
        )
        notes = _notes(bench.kept)
    text = report.page(
        results, at=datetime.now(UTC), commit=_commit(), machine=_machine(), rounds=args.rounds, notes=notes
    )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(text, encoding="utf-8")
    print(text)
    missed = [key for key, one in results.items() if harness.reached(one, results.get(one.measurement.floor)) is False]
    return 1 if missed else 0


def _all(sizes: tuple[int, ...]) -> list[Measurement]:
    found: list[Measurement] = []
    for part in PARTS:
        module = importlib.import_module(f"throughline.edge.site.bench.{part}")
        found += module.at_sizes(sizes) if hasattr(module, "at_sizes") else module.MEASUREMENTS
    return found


def _chosen(known: list[Measurement], only: list[str] | None) -> list[Measurement]:
    """Return the measurements named, by whole key or by its beginning, and the floors they are compared with."""
    if not only:
        return known
    keys = {one.key: one for one in known}
    wanted: set[str] = set()
    for word in only:
        named = {key for key in keys if key == word or key.startswith((f"{word}-", f"{word}."))}
        if not named:
            raise CommandRefused(f"There is no measurement {word}: see throughline bench --list.")
        wanted |= named
    wanted |= {keys[key].floor for key in wanted if keys[key].floor}
    return [one for one in known if one.key in wanted]


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(sorted(int(word) for word in text.split(",")))
    except ValueError:
        raise CommandRefused(f"{text} are no sizes: write for example 10000,100000.") from None
    if not sizes or sizes[0] < 1:
        raise CommandRefused("A size is at least one patient.")
    return sizes


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def _machine() -> str:
    busy = f"load average {os.getloadavg()[1]:.1f} over the last five minutes"
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {busy}."


def _notes(kept: dict[str, object]) -> str:
    lines = [f"- {text}" for key, text in kept.items() if key.startswith("note.")]
    return "\n".join(["## Sizes", "", *lines]) if lines else ""
