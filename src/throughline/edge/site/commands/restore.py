"""`throughline restore FILE`: load a backup into an empty database, all of it or nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from throughline.edge.site import database
from throughline.edge.site.postgres import archive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file to read, and whether only to check it."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that `throughline backup` wrote")
    parser.add_argument("--check", action="store_true", help="only say whether the file is whole")


def run(args: argparse.Namespace) -> int:
    """Restore, and say what is there now."""
    source = args.file.expanduser().absolute()
    held = archive.read(source)  # before a database is started for nothing
    if args.check:
        print(f"{source} is whole: {held.contents.rows} rows in {len(held.contents.tables)} tables, made {held.made}.")
        return 0
    database.ensure_database()
    archive.restore(source, url=database.keeper_url(), owner=database.owner_role(), files=database.files_folder())
    print(
        f"Restored {held.contents.rows} rows in {len(held.contents.tables)} tables and {len(held.files)} files "
        f"as they were on {held.made}; every table was counted and compared."
    )
    return 0
