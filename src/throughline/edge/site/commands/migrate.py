"""`throughline migrate`: bring the tables up to date; `--check` only says whether they are."""

from __future__ import annotations

import argparse

from throughline.edge.site import schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take `--check`."""
    parser.add_argument("--check", action="store_true", help="only say what is pending; exit 1 when something is")


def run(args: argparse.Namespace) -> int:
    """Apply and name the pending migrations."""
    names = schema.pending() if args.check else schema.bring_up_to_date()
    for name in names:
        print(f"{'pending' if args.check else 'applied'} {name}")
    if not names:
        print("The tables are up to date.")
    return 1 if args.check and names else 0
