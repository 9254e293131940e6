"""The background work beside the web server: one who waits for it, and one who is there only while there is some.

Python writes into what it only reads, so a process that has worked once holds a copy of its own of much of what it
shared with the web server. Who works therefore ends when nothing is left to do, which gives all of that back, and is
forked anew from who waits, who does next to nothing himself.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

CHANNEL = "procrastinate_any_queue_v1"  # where the tables' own trigger tells of every new job
IS_DUE = "select 1 from procrastinate_jobs where status = 'todo' and coalesce(scheduled_at, now()) <= now() limit 1"
LOOKS_EVERY = 5.0  # seconds between two looks for jobs whose time has come, of which nobody tells
RESTS_AFTER = 1.0  # seconds without a job after which who works ends
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before the next try after failing, and failing again


class Told(Exception):
    """Somebody asked this process to end."""


def start(master: int) -> int:
    """Start the background work, which ends with the process `master`, and return its identifier.

    It is forked from the loaded product, whose memory it shares with the web workers.
    """
    return os.fork() or _leave(lambda: _wait_for_work(master))


def end(waiting: int) -> None:
    """Let the background work finish the job in hand, and stop it when that takes too long."""
    if not waiting:
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(waiting, sign)
        if _ended(waiting, within=20):
            return


def _wait_for_work(master: int) -> int:
    """Have somebody work whenever there is something to do or a minute begins, until told to end."""
    from throughline.edge.site.commands import work

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, _told)
    failed = 0
    try:
        if not work.end_with(master):
            return 0
        while True:
            try:
                with contextlib.closing(Jobs()) as jobs:
                    while True:
                        done = _work_once(_work)
                        failed = 0 if done else failed + 1
                        _pause(failed) if failed else jobs.wait()
            except ConnectionError:  # the database is away
                failed += 1
                _pause(failed)
    except Told:
        return 0


class Jobs:
    """What says that there is something to do, in the least memory: libpq's own connection."""

    def __init__(self) -> None:
        """Listen for new jobs; raises ConnectionError when the database cannot be reached."""
        from django.db import connection
        from psycopg import pq
        from psycopg.conninfo import make_conninfo

        known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}  # Django adds words of its own
        where = {key: value for key, value in connection.get_connection_params().items() if key in known}
        self._ok = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}
        self._link = pq.PGconn.connect(make_conninfo("", **where).encode())
        self._ask(f"listen {CHANNEL}")

    def _ask(self, statement: str) -> int:
        answer = self._link.exec_(statement.encode())
        if answer.status not in self._ok:
            raise ConnectionError(self._link.get_error_message())
        return answer.ntuples

    def wait(self) -> None:
        """Return when a job was added, when one's time has come, or when a minute begins, with what is due in it."""
        minute = time.time() // 60
        while not self._told() and not self._ask(IS_DUE) and time.time() // 60 == minute:
            left = 60.0 - time.time() % 60
            select.select([self._link.socket], [], [], min(LOOKS_EVERY, left + 0.01))

    def _told(self) -> bool:
        from psycopg.errors import OperationalError

        told = False
        try:
            self._link.consume_input()
        except OperationalError as wrong:
            raise ConnectionError(str(wrong)) from None
        while self._link.notifies():
            told = True
        return told

    def close(self) -> None:
        """Let go of the connection."""
        self._link.finish()


def _work_once(how: Callable[[int], int]) -> bool:
    """Fork somebody who does what there is to do, wait for the end of it, and say whether it went well.

    Told to end meanwhile, pass that on and wait until the job in hand is finished.
    """
    waiting = os.getpid()
    child = os.fork() or _leave(lambda: how(waiting))
    try:
        return os.waitpid(child, 0)[1] == 0
    except Told:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
        raise


def _work(waiting: int) -> int:
    from throughline.edge.site.commands import work
    from throughline.foundation.access import wall

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_DFL)
    wall.stand_open()  # as for every command: the system's own work, over every site
    return work.run(argparse.Namespace(concurrency=1, once=False, with_parent=waiting, rest=RESTS_AFTER))


def _told(*_: Any) -> None:
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_IGN)
    raise Told


def _pause(failed: int) -> None:
    time.sleep(PAUSES[min(failed, len(PAUSES)) - 1])


def _leave(what: Callable[[], int]) -> NoReturn:
    """Do it in this forked process and end it there, whatever happens."""
    code = 1
    try:
        code = what()
    except (KeyboardInterrupt, Told):
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(child: int, *, within: float) -> bool:
    """Wait for a child and say whether it has ended; the web server's master may have noticed before."""
    late = time.monotonic() + within
    while time.monotonic() < late:
        try:
            if os.waitpid(child, os.WNOHANG)[0]:
                return True
        except ChildProcessError:
            return True
        time.sleep(0.05)
    return False
