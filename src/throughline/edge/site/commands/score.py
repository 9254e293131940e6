"""`throughline score KEY --answers JSON`: an instrument or a score computed from the content, without a database."""

import argparse
import json
import sys
from typing import Any

from throughline.edge.site.refusal import CommandRefused
from throughline.foundation.content.records import ContentError
from throughline.practice.assessment.records import Scored
from throughline.practice.assessment.rules.answering import as_json, catalogue, score_by_key
from throughline.practice.assessment.rules.answers import UnacceptableAnswer
from throughline.practice.assessment.rules.library import NoSuchInstrument
from throughline.practice.assessment.rules.scores import UnacceptableInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `throughline score`."""
    parser.add_argument("key", nargs="?", help="instrument or score, such as phq9 or lace")
    parser.add_argument(
        "--answers",
        metavar="JSON",
        help="items by number for an instrument, named inputs for a score; - reads standard input",
    )
    parser.add_argument("--list", action="store_true", help="name every instrument and score")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the outcome and return 0. Bad input is refused with one sentence and exit code 2."""
    try:
        if args.list:
            return _list(args.json)
        return _score(args)
    except (UnacceptableAnswer, UnacceptableInput, NoSuchInstrument, ContentError) as refused:
        raise CommandRefused(f"{str(refused).rstrip('.')}.") from refused


def _score(args: argparse.Namespace) -> int:
    if not args.key:
        raise CommandRefused("Name an instrument or a score, such as phq9; --list names them all.")
    if args.answers is None:
        raise CommandRefused("Give the answers as JSON with --answers.")
    outcome = score_by_key(args.key, _parsed(args.answers))
    if args.json:
        print(json.dumps(as_json(outcome), ensure_ascii=False))
    else:
        print("\n".join(_lines(outcome)))
    return 0


def _parsed(text: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if text == "-" else text, object_pairs_hook=_once)
    except json.JSONDecodeError as wrong:
        raise CommandRefused(f"The answers are not JSON: {wrong.msg} at character {wrong.pos}.") from wrong
    except RecursionError as wrong:
        raise CommandRefused("The answers are nested too deeply.") from wrong


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which a name stands twice is a slip, not an answer."""
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(name for name, _ in pairs if sum(1 for other, _ in pairs if other == name) > 1)
        raise CommandRefused(f"'{twice}' stands twice in the answers.")
    return made


def _list(as_json_too: bool) -> int:
    rows = sorted(catalogue(), key=lambda row: (row["kind"], row["key"]))
    if as_json_too:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        note = "" if row["available"] else " (not computed here)"
        print(f"{row['key']:24} {row['kind']:11} {row['title']}{note}")
    return 0


def _lines(outcome: Scored) -> list[str]:
    value = "no score" if outcome.score is None else outcome.score
    lines = [f"{outcome.key} {outcome.version}: {value}{f', {outcome.band}' if outcome.band else ''}"]
    lines += [f"  {name}: {points}" for name, points in outcome.components.items()]
    if outcome.missing:
        lines.append(f"  Missing: {', '.join(outcome.missing)}")
    for flag in outcome.flags:
        lines += [f"  ! {flag.text}", *(f"    - {step}" for step in flag.steps)]
    lines += [f"  > {action}" for action in outcome.actions]
    return [*lines, f"  {outcome.citation}. {outcome.confidence}. {outcome.statement}"]
