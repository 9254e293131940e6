"""`throughline stop`: end the embedded database of this home."""

from __future__ import annotations

import argparse

from throughline.edge.site import database
from throughline.edge.site.postgres import place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no argument."""


def run(args: argparse.Namespace) -> int:
    """Stop the server and say so; 0 also when none was running."""
    home = place.place().home
    print(f"The database of {home} is stopped." if database.stop_database() else f"No database runs for {home}.")
    return 0
