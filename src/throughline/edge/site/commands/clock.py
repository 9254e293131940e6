"""`throughline clock due KEY --start …` and `throughline clock list`: by the content alone, no database."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from throughline.foundation.content.records import ContentError
from throughline.record.clocks.records import ClockError, ClockRule, Reckoning, RunningClock
from throughline.record.clocks.rules import asking, catalogue, engine, inputs, moments

HELP = "when a legal or professional clock falls due, step by step with its citation"
ZONE = "THROUGHLINE_ZONE"
REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `due` and `list` to the parser of `throughline clock`."""
    verbs = parser.add_subparsers(dest="verb", metavar="due|list|page", required=True)
    due = verbs.add_parser("due", help="the last instant allowed, with the arithmetic")
    due.add_argument("key", metavar="KEY", help="content key or id, as C-23; a part as C-80/irf-therapy")
    due.add_argument("--start", metavar="ISO8601", help="what started it: a date, or a time with zone or offset")
    due.add_argument("--zone", help="time zone of the patient or facility, as America/Chicago")
    due.add_argument("--set", dest="given", metavar="NAME=VALUE", action="append", default=[], help="a fact")
    due.add_argument("--on", metavar="DATE", help="the state on this day (or at this time) instead of now")
    due.add_argument("--json", action="store_true", help="as JSON")
    listed = verbs.add_parser("list", help="every clock, with the facts it takes")
    listed.add_argument("--json", action="store_true", help="as JSON")
    verbs.add_parser("page", help="the documentation page of every clock, in Markdown")


def run(args: argparse.Namespace) -> int:
    """Prints the answer; 0, or 2 with one sentence on standard error when it cannot be given."""
    try:
        if args.verb == "list":
            return _list(as_json=args.json)
        if args.verb == "page":
            return _page()
        return _due(args)
    except (ClockError, ContentError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return REFUSED


def answer(clock: RunningClock, at: datetime) -> dict[str, Any]:
    """What `clock due --json` prints: the promised keys, and the ids, parts and dates beside them."""
    told = engine.explain(clock)
    rule, reckoning = told.rule, told.reckoning
    return {
        "key": rule.key,
        "version": rule.version,
        "due": _iso(told.due),
        "safe": _iso(told.safe or told.due),
        "state": engine.state(clock, at=at),
        "steps": list(told.sentences),
        "citation": reckoning.citation,
        "confidence": confidence(reckoning.confidence),
        "id": rule.id,
        "title": rule.title,
        "part": reckoning.part,
        "earliest": _iso(told.earliest),
        "work_to": _iso(told.safe or told.due) if reckoning.owed_by != "patient" else None,
        "owed_by": reckoning.owed_by,
        "zone": str(clock.zone),
        "on": at.isoformat(),
        "parts": {one.part: _part(clock, one) for one in engine.reckon_all(clock)},
        "overridden": list(rule.overridden),
        "confidence_note": rule.confidence_note,
    }


def confidence(mark: str) -> str:
    """The mark as shown: what rests on memory alone is unreviewed."""
    return "unreviewed" if mark == "M" else mark


def _due(args: argparse.Namespace) -> int:
    if not args.start:
        catalogue.rule(args.key.partition("/")[0])
        raise ClockError(f"{args.key} needs --start: {catalogue.rule(args.key.partition('/')[0]).start_label}.")
    zone = moments.zone_named(args.zone) if args.zone else None
    clock = asking.clock_asked(args.key, args.start, zone=zone, otherwise=_usual_zone(), given=_given(args.given))
    found = answer(clock, _asked_at(args.on, clock.zone))
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print(f"{found['id']} {found['title']} ({found['citation']}; {found['confidence']})")
        print("\n".join(f"  {step}" for step in found["steps"]))
        print(f"  State: {found['state']}. Due: {found['due'] or 'no date'}.")
    return 0


def _usual_zone() -> tzinfo:
    return moments.zone_named(os.environ.get(ZONE, "America/New_York"))


def _asked_at(on: str | None, zone: tzinfo) -> datetime:
    if on is None:
        return datetime.now(UTC)
    return moments.first_instant(moments.read(on, zone, "--on"), zone)


def _given(pairs: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ClockError(f"--set takes NAME=VALUE, not '{pair}'.")
        if name.strip() in given:
            raise ClockError(f"--set gives '{name.strip()}' twice.")
        given[name.strip()] = value
    return given


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _part(clock: RunningClock, one: Reckoning) -> Mapping[str, Any]:
    due, safe = (None if end is None else moments.last_instant(end, clock.zone) for end in (one.due, one.safe))
    earliest = None if one.earliest is None else moments.first_instant(one.earliest, clock.zone)
    return {
        "title": one.title,
        "status": one.status,
        "due": _iso(due),
        "safe": _iso(safe or due),
        "earliest": _iso(earliest),
        "owed_by": one.owed_by,
        "citation": one.citation,
        "confidence": confidence(one.confidence),
    }


def _list(*, as_json: bool) -> int:
    rules = [listed(rule) for rule in catalogue.rules().values()]
    if as_json:
        print(json.dumps(rules, indent=2, ensure_ascii=False))
    else:
        for one in rules:
            print(f"{one['id']:6} {one['key']:36} {one['title']} [{one['confidence']}]")
    return 0


def listed(rule: ClockRule) -> dict[str, Any]:
    """A clock as `clock list --json` shows it."""
    return {
        "id": rule.id,
        "key": rule.key,
        "version": rule.version,
        "title": rule.title,
        "trigger": rule.trigger,
        "start": rule.start_label,
        "starts": "by event" if rule.starts_on else "by hand",
        "starts_on": list(rule.starts_on),
        "lines": list(rule.lines),
        "owed_by": rule.owed_by,
        "citation": rule.citation,
        "confidence": confidence(rule.confidence),
        "confidence_note": rule.confidence_note,
        "effective_from": str(rule.effective_from or "") or None,
        "effective_to": str(rule.effective_to or "") or None,
        "reviewer": rule.reviewer or None,
        "parts": [
            {"name": part.name, "title": part.title, "owed_by": part.owed_by or rule.owed_by} for part in rule.parts
        ],
        "inputs": [
            {
                "name": one.name,
                "type": one.type,
                "words": one.words,
                "aliases": list(one.aliases),
                "choices": sorted(set(map(str, one.choices.values()))),
                "required": one.required,
                "default": inputs.write(one.default),
            }
            for one in rule.inputs.values()
        ],
        "no_deadline": rule.no_deadline or None,
        "overridden": list(rule.overridden),
    }


def _page() -> int:
    from throughline.record.clocks.rules import page

    print(page.markdown(), end="")
    return 0
