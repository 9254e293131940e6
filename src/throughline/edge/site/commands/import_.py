"""`throughline import fhir PATH...`: take in FHIR R4 records from files and say truthfully what became of each."""

from __future__ import annotations

import argparse
import getpass
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from throughline.edge.site.refusal import CommandRefused

if TYPE_CHECKING:
    from throughline.edge.interop.fhir.files import Found
    from throughline.foundation.access.models import Site
    from throughline.foundation.kernel.actor import Actor

DEFAULT_SITE = ("home", "Home hospital", "America/New_York")
DEFAULT_SOURCE = "import"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `throughline import` takes."""
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    fhir = kinds.add_parser(
        "fhir",
        help="FHIR R4 bundles, single resources and bulk NDJSON, plain or gzipped",
        description="Take in FHIR R4 records. The last line printed is a JSON summary. "
        "Exit code 0: nothing was refused; 3: something was, the summary says what; 2: the command could not begin.",
    )
    fhir.add_argument("paths", nargs="+", metavar="PATH", type=_path, help="a file, or a folder searched through")
    fhir.add_argument("--site", metavar="KEY", help="the site that receives the records")
    fhir.add_argument(
        "--source",
        metavar="KEY",
        default=DEFAULT_SOURCE,
        help=f"the system the records come from; ids are unique within it (default: {DEFAULT_SOURCE})",
    )
    fhir.add_argument(
        "--shift-dates-to",
        choices=["today"],
        help="move all dates of each new patient so that her last event was yesterday (for demonstrations)",
    )
    fhir.add_argument("--by", metavar="USERNAME", help="the colleague who imports; her roles must allow it")


def _path(words: str) -> Path:
    """Return a path as given; an empty one, as of a variable that is not set, is not this folder."""
    if not words.strip():
        raise argparse.ArgumentTypeError("is empty; name a file or a folder")
    return Path(words)


def run(args: argparse.Namespace) -> int:
    """Carry out the import; return 0 when nothing was refused, else 3. Raises CommandRefused for bad arguments."""
    from throughline.edge.interop import importing
    from throughline.edge.interop.fhir import files
    from throughline.foundation.access.wall import opened
    from throughline.foundation.kernel.actions import NotPermitted

    for path in args.paths:
        try:
            mode = path.stat().st_mode
        except PermissionError:
            raise CommandRefused(f"You may not open the folder that holds {path}.") from None
        except OSError:
            raise CommandRefused(f"There is no file or folder {path}.") from None
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise CommandRefused(f"{path} is neither a file nor a folder; save what comes from it in a file first.")
    source = args.source.strip()
    if not source or len(source) > 80:
        raise CommandRefused("A source needs a key of 1 to 80 characters.")
    now = datetime.now(UTC)
    with opened():
        by = _actor(args.by, now)
        site = _site(args.site, now)
        found = files.find(args.paths)
        if not found:
            where = " or ".join(map(str, args.paths))
            print(
                f"There is no file ending in .json, .ndjson, .jsonl or .xml, plain or gzipped, in {where}.",
                file=sys.stderr,
            )
        today = now.astimezone(ZoneInfo(site.time_zone)).date()
        shifts = importing.shifts_to(found, today) if args.shift_dates_to else {}
        with _progress(found) as progress:
            work = importing.Import(site.id, source, by, now, shifts, progress, workers=os.cpu_count() or 1)
            try:
                summary = work.run(found)
            except NotPermitted as refusal:
                raise CommandRefused(str(refusal)) from None
    print(importing.summary_line(summary))
    return 3 if summary.refused else 0


def _actor(username: str | None, now: datetime) -> Actor:
    """Return the colleague named, or the command itself, which says in whose shell it ran."""
    from throughline.foundation.access.models import User
    from throughline.foundation.access.queries import actor_for
    from throughline.foundation.kernel.actor import system

    if not username:
        try:
            return system(f"import command ({getpass.getuser()})")
        except (KeyError, OSError):
            return system("import command")
    user = User.objects.filter(username=username).first() or User.objects.filter(email=username).first()
    if user is None:
        raise CommandRefused(f"There is no user {username}.")
    return actor_for(user, at=now)


def _site(key: str | None, now: datetime) -> Site:
    """Return the site named, or the only one; an empty installation gets a first site."""
    from throughline.foundation.access.actions import add_site
    from throughline.foundation.access.models import Site
    from throughline.foundation.kernel.actor import system

    sites = {site.key: site for site in Site.objects.filter(active=True)}
    if key:
        if key not in sites:
            known = ", ".join(sorted(sites)) or "none yet"
            raise CommandRefused(f"There is no site {key}. Sites: {known}.")
        return sites[key]
    if len(sites) > 1:
        raise CommandRefused(f"Say which site receives the records: --site {' or '.join(sorted(sites))}.")
    if sites:
        return next(iter(sites.values()))
    first, name, zone = DEFAULT_SITE
    add_site(key=first, name=name, time_zone=zone, by=system("import command"), at=now)
    print(f"There was no site yet, so the site {first} ({name}) was made to receive the records.", file=sys.stderr)
    return Site.objects.get(key=first)


@contextmanager
def _progress(found: list[Found]) -> Iterator[Callable[[Path, int], None]]:
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda path, position: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from throughline.edge.interop.fhir import files

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Taking in", total=sum(files.size(one.path) for one in found))
        done = 0

        def report(path: Path, position: int) -> None:
            nonlocal done
            size = files.size(path)
            bar.update(task, completed=done + min(position, size), description=path.name[:40])
            done += size if position >= size else 0

        yield report
