"""`throughline rescore`: compute every signed assessment again from its answers and compare with what was signed."""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how to answer."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Say how many were computed again and which differ; 3 when any does. Nothing is written."""
    from throughline.foundation.access.queries import every_site_id, system_viewer
    from throughline.foundation.kernel.actor import system
    from throughline.practice.assessment.queries import rescored

    viewer = system_viewer(system("rescoring"), at=datetime.now(UTC), site_ids=every_site_id())
    began, checked, different = time.perf_counter(), 0, []
    for assessment_id, same in rescored(viewer):
        checked += 1
        if not same:
            different.append(str(assessment_id))
    took = time.perf_counter() - began
    if args.json:
        print(json.dumps({"checked": checked, "different": different, "seconds": round(took, 2)}))
    elif different:
        print(f"{len(different)} of {checked} signed assessments score differently now: {', '.join(different[:20])}")
    else:
        print(f"{checked} signed assessments score as they were signed ({took:.1f} s).")
    return 3 if different else 0
