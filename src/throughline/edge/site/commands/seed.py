"""`throughline seed`: the demonstration hospital, or a crowd of any size for volume."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from throughline.edge.site.refusal import CommandRefused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to load, how much of it, and the day it is dated from."""
    parser.add_argument("--demo", action="store_true", help="load the demonstration hospital (default)")
    parser.add_argument("--patients", type=int, metavar="N", help="instead fill a site of its own up to N people")
    parser.add_argument(
        "--observations", type=int, default=20, metavar="K", help="observations a person, with --patients (default 20)"
    )
    parser.add_argument(
        "--people-per-case", type=int, default=8, metavar="M", help="one case for M people, with --patients (default 8)"
    )
    parser.add_argument("--today", type=date.fromisoformat, help="the day to date from, 2026-03-09 (default: today)")


def run(args: argparse.Namespace) -> int:
    """Load, and print a JSON summary as the last line; exit 3 when a resource was refused."""
    from throughline.edge.site.seeding import moments, stories
    from throughline.foundation.access import wall

    wall.stand_open()
    try:
        seeds = stories.read_seeds()
    except stories.UnreadableStory as wrong:
        raise CommandRefused(str(wrong)) from wrong
    now = datetime.now(tz=moments.ZONE)
    today = args.today or now.date()
    summary = _load_demo(seeds, today, now) if args.patients is None else _fill(seeds, today, args)
    print(json.dumps(summary, default=str))
    return 3 if summary.get("refused") else 0


def _load_demo(seeds, today: date, now: datetime) -> dict:  # type: ignore[no-untyped-def, type-arg]
    from throughline.edge.site.seeding import demo, founding
    from throughline.foundation.access.records import DEMO_PASSWORD

    with _bar("Loading the demonstration") as progress:
        loaded = demo.load(seeds, today, progress, now=now)
    people = [key for key, user in seeds.hospital["users"].items() if founding.signs_in(user)]
    print(f"Sign in as {', '.join(people)} with the password {DEMO_PASSWORD}.", file=sys.stderr)
    return loaded.as_json


def _fill(seeds, today: date, args: argparse.Namespace) -> dict:  # type: ignore[no-untyped-def, type-arg]
    from throughline.edge.site.seeding import volume

    if not 0 < args.patients <= volume.MOST_PATIENTS:
        raise CommandRefused(f"Choose from 1 to {volume.MOST_PATIENTS:,} patients.")
    if args.observations < 0 or args.people_per_case < 1:
        raise CommandRefused("Observations must be 0 or more, people per case 1 or more.")
    with _bar("Filling the volume site") as progress:
        filled = volume.fill(
            seeds,
            patients=args.patients,
            observations=args.observations,
            people_per_case=args.people_per_case,
            today=today,
            progress=progress,
        )
    return dataclasses.asdict(filled)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that moves a bar on a terminal, and does nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda done, wanted: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, wanted: bar.update(task, completed=done, total=wanted)
