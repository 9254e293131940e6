"""`throughline backup FILE`: everything in one file, proven to restore before it counts as made."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from throughline.edge.site import database
from throughline.edge.site.postgres import archive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file to write."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write; it must not be there yet")


def run(args: argparse.Namespace) -> int:
    """Write the backup and say what is in it."""
    target = args.file.expanduser().absolute()
    database.ensure_database()
    made = archive.write(
        target,
        url=database.keeper_url(),
        owner=database.owner_role(),
        files=database.files_folder(),
        at=datetime.now(UTC),
    )
    print(
        f"{target}: {made.contents.rows} rows in {len(made.contents.tables)} tables and {len(made.files)} files, "
        f"{target.stat().st_size / 1e6:.1f} MB. It was restored into an empty database and found equal."
    )
    return 0
