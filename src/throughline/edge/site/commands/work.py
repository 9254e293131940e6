"""`throughline work`: carry out the background work: the outbox, the clocks' sweeper, the nightly keeping.

`throughline run` has one of these work beside the web server whenever there is something to do. In production it is a
service of its own; any number may run at once, on any host: jobs and rows are taken with `for update skip locked`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.job_context import JobContext
    from procrastinate.middleware import AsyncCallNext
    from procrastinate.worker import Worker

_PR_SET_PDEATHSIG = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how much at once, and whether to end when nothing is left to do."""
    parser.add_argument("--concurrency", type=int, default=1, help="jobs at once (default 1)")
    parser.add_argument("--once", action="store_true", help="do what is due and end")
    parser.add_argument("--rest", type=float, default=0.0, metavar="SECONDS", help="end when idle for so long")
    parser.add_argument("--with-parent", type=int, default=0, metavar="PID", help="end when this process does")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop, finishing the job in hand."""
    if args.with_parent and not end_with(args.with_parent):
        return 0
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        how: dict[str, Any] = {"concurrency": args.concurrency, "wait": not args.once, "delete_jobs": "successful"}
        if args.rest:
            asyncio.run(_until_idle(worker, args.rest, how))
        else:
            worker.run_worker(**how)
    return 0


async def _until_idle(app: App, seconds: float, how: dict[str, Any]) -> None:
    """Work until there was nothing to do for so long; a job in hand is finished first."""
    idle = asyncio.Event()
    timers = [asyncio.get_running_loop().call_later(seconds, idle.set)]

    async def counted(work: AsyncCallNext, context: JobContext, worker: Worker) -> Any:
        while timers:
            timers.pop().cancel()
        try:
            return await work()
        finally:
            timers.append(asyncio.get_running_loop().call_later(seconds, idle.set))

    async with app.open_async():
        working = asyncio.ensure_future(app.run_worker_async(worker_middleware=[counted], **how))
        await asyncio.wait([working, asyncio.ensure_future(idle.wait())], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()  # the worker takes it as being told to stop
        with contextlib.suppress(asyncio.CancelledError):
            await working


def end_with(parent: int) -> bool:
    """Ask the system to stop this process when its parent ends, however that ends; False when it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent
