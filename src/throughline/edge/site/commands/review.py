"""`throughline review`: look over cases now: one, those that changed or whose time has come, or all."""

from __future__ import annotations

import argparse
import dataclasses
import json
import resource
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from throughline.edge.site.refusal import CommandRefused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which cases, and how to answer."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="every open case, changed or not (default: what is due)")
    which.add_argument("--case", metavar="ID", help="one case, with what was found")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Look, and say how many cases, gaps opened and mended; 3 when a case could not be looked at."""
    from throughline.practice.review.actions import looking

    at, began = datetime.now(UTC), time.perf_counter()
    if args.case:
        return _one(_case_id(args.case), at, args.json)
    looking.enter_cases(at=at)
    done = looking.look_all(at=at) if args.all else looking.look_due(at=at)
    took = time.perf_counter() - began
    told = dataclasses.asdict(done) | {
        "seconds": round(took, 2),
        "cases_per_second": round(done.cases / took, 1) if took else None,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if args.json:
        print(json.dumps(told))
    else:
        print(
            f"{done.cases} cases looked at in {took:.1f} s: {done.opened} gaps opened, {done.mended} closed"
            + (f", {done.troubled} cases could not be looked at" if done.troubled else "")
            + "."
        )
    return 3 if done.troubled else 0


def _case_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandRefused(f"{text} is no case: give the id its page has in the address.") from None


def _one(case_id: UUID, at: datetime, as_json: bool) -> int:
    from throughline.foundation.kernel.actions import NotFound
    from throughline.practice.review.actions import looking
    from throughline.practice.review.queries.gaps import told_of_case

    try:
        looking.look(case_id=case_id, by=looking.LOOKER, at=at)
    except NotFound as missing:
        raise CommandRefused(str(missing)) from missing
    told: dict[str, Any] = told_of_case(case_id)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for gap in told["gaps"]:
        print(f"GAP since {gap['since'][:10]}: {gap['title']} ({gap['key']})\n    {gap['says']}")
        for reason in gap["reasons"]:
            shown = "; ".join(one["words"] for one in reason["evidence"])
            print(f"    because {shown or reason['says']} [{reason['check']}, {reason['standing']}]")
    for row in told["checked"]:
        print(f"{row['status']}: {row['title']}{': ' + row['words'] if row['words'] else ''}")
    for row in told["untold"]:
        print(f"not on record: {row['title']}: {row['ask']}")
    return 0
