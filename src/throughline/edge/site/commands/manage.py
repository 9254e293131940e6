"""`throughline manage …`: Django's own management commands, with the database serving."""

from __future__ import annotations

import argparse
import os

from throughline.edge.site import database

WITHOUT_DATABASE = {
    "makemigrations",
    "check",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "findstatic",
    "help",
    "diffsettings",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take everything that follows as it is."""
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="for example: shell, createsuperuser, dbshell")


def run(args: argparse.Namespace) -> int:
    """Hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.edge.site.settings")
    if args.arguments and args.arguments[0] not in WITHOUT_DATABASE:
        database.ensure_database()
    from django.core.management import execute_from_command_line

    from throughline.foundation.access import wall

    wall.stand_open()

    execute_from_command_line(["throughline manage", *args.arguments])
    return 0
