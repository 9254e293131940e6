"""The `throughline` command: a table of subcommands, each a module that is imported only when it is asked for.

So `throughline clock` and `throughline score` load neither Django nor a database, and a capability that is not
installed takes no other command with it.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from throughline.edge.site.postgres.refusal import DatabaseUnavailable
from throughline.edge.site.refusal import CommandRefused


class Needs(Enum):
    """What must be ready before a command's `run` is called."""

    NOTHING = 0  # no Django, no database
    DJANGO = 1  # Django set up; the database not touched
    DATABASE = 2  # the database serves and Django is set up
    SCHEMA = 3  # and no migration is pending


@dataclass(frozen=True)
class Entry:
    """One subcommand: the module with `add_arguments(parser)` and `run(args) -> int`, and what it needs."""

    module: str
    help: str
    needs: Needs = Needs.SCHEMA


_HERE = "throughline.edge.site.commands"
COMMANDS: dict[str, Entry] = {
    "run": Entry(f"{_HERE}.serve", "serve the product at http://127.0.0.1:8000", Needs.NOTHING),
    "work": Entry(f"{_HERE}.work", "carry out background work: outbox, deadlines, nightly keeping"),
    "stop": Entry(f"{_HERE}.stop", "stop the embedded database", Needs.NOTHING),
    "import": Entry(f"{_HERE}.import_", "take in records from other systems"),
    "seed": Entry(f"{_HERE}.seed", "load the demonstration hospital, or volume"),
    "backup": Entry(f"{_HERE}.backup", "write everything into one file and prove that it restores", Needs.NOTHING),
    "restore": Entry(f"{_HERE}.restore", "load a backup into an empty database", Needs.NOTHING),
    "doctor": Entry(f"{_HERE}.doctor", "say what is wrong with this setting", Needs.DATABASE),
    "migrate": Entry(f"{_HERE}.migrate", "bring the database's tables up to date", Needs.DATABASE),
    "review": Entry(f"{_HERE}.review", "look over cases for gaps in their care"),
    "clock": Entry(f"{_HERE}.clock", "compute and explain a deadline", Needs.NOTHING),
    "score": Entry(f"{_HERE}.score", "score an assessment instrument", Needs.NOTHING),
    "rescore": Entry(f"{_HERE}.rescore", "compute every signed assessment again and compare"),
    "roles": Entry(f"{_HERE}.roles", "show who may do what", Needs.NOTHING),
    "bench": Entry(f"{_HERE}.bench", "measure speed beside its floors", Needs.NOTHING),
    "manage": Entry(f"{_HERE}.manage", "run one of Django's own management commands", Needs.NOTHING),
}


class OneSentence(argparse.ArgumentParser):
    """A parser that refuses bad input with one sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with 2."""
        text = message[:1].upper() + message[1:].rstrip(".")
        print(f"{self.prog}: {text}. See {self.prog} --help.", file=sys.stderr)
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code: 0 well, 2 refused; a command may define others."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except (CommandRefused, DatabaseUnavailable) as refusal:
        print(f"throughline: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(arguments: list[str]) -> int:
    name = next((word for word in arguments if not word.startswith("-")), "")
    parser = OneSentence(
        prog="throughline",
        description="Throughline: case management for registered nurses.",
        epilog="The embedded database and its files live in THROUGHLINE_HOME; DATABASE_URL names another server.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=OneSentence)
    for known, entry in COMMANDS.items():
        if known != name and not is_installed(entry):
            continue
        sub = commands.add_parser(known, help=entry.help, description=_sentence(entry.help))
        if known == name:
            _loaded(known, entry).add_arguments(sub)
    args = parser.parse_args(arguments)
    if not args.command:
        parser.print_help()
        return 0
    entry = COMMANDS[args.command]
    prepare(entry.needs)
    return int(_loaded(args.command, entry).run(args) or 0)


def is_installed(entry: Entry) -> bool:
    """Return whether the module of a subcommand is there, without importing it."""
    try:
        return importlib.util.find_spec(entry.module) is not None
    except ModuleNotFoundError:
        return False


def prepare(needs: Needs) -> None:
    """Make ready what a command needs; raises DatabaseUnavailable when the database cannot serve."""
    if needs is Needs.NOTHING:
        return
    from throughline.edge.site import database

    if needs is not Needs.DJANGO:
        database.ensure_database()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.edge.site.settings")
    import django

    django.setup()
    if needs is not Needs.DJANGO:
        from throughline.foundation.access import wall

        wall.stand_open()  # commands are the system's own work, over every site
    if needs is Needs.SCHEMA:
        from throughline.edge.site import schema

        schema.bring_up_to_date()


def _loaded(name: str, entry: Entry):  # type: ignore[no-untyped-def]  # a module of two known functions
    if not is_installed(entry):
        raise CommandRefused(f"The command {name} is not part of this installation.")
    return importlib.import_module(entry.module)


def _sentence(help_text: str) -> str:
    return f"{help_text[0].upper()}{help_text[1:]}."


if __name__ == "__main__":
    raise SystemExit(main())
