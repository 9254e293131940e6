"""`throughline work`: carry out the background work: the outbox, the clocks' sweeper, the nightly keeping.

`throughline run` starts one of these beside the web server. In production it is a service of its own; any number
may run at once, on any host, since jobs and rows are taken with `for update skip locked`.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how much at once, and whether to end when nothing is left to do."""
    parser.add_argument("--concurrency", type=int, default=1, help="jobs at once (default 1)")
    parser.add_argument("--once", action="store_true", help="do what is due and end")
    parser.add_argument("--with-parent", type=int, default=0, metavar="PID", help="end when this process does")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop, finishing the job in hand."""
    if args.with_parent and not _end_with(args.with_parent):
        return 0
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        worker.run_worker(concurrency=args.concurrency, wait=not args.once, delete_jobs="successful")
    return 0


def _end_with(parent: int) -> bool:
    """Ask the system to stop this process when its parent ends, however that ends; False when it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent
