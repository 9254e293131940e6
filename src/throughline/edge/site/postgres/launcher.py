"""Starting, attaching to and stopping the embedded PostgreSQL of one home.

A start is serialised by a file lock, so that two commands begun at once end with one server. The server is a
process of its own and survives the command that started it; `stop` ends it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from throughline.edge.site.postgres import binaries, cluster, guise, memory, place, processes
from throughline.edge.site.postgres.place import Place
from throughline.edge.site.postgres.refusal import DatabaseUnavailable

START_SECONDS = 300.0  # crash recovery of a large database replays its log first
STOP_SECONDS = 120.0
LEFTOVER_SECONDS = 20.0  # backends of a killed server end by themselves once they notice
LOG_BYTES = 5_000_000
LOGS_KEPT = 4

SETTINGS = (
    "listen_addresses=",  # reachable by the socket alone, which only this user can open
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] ",
    "log_min_error_statement=panic",  # statements carry patients' names, and logs are read by others
    "log_error_verbosity=terse",  # so does the detail of a failed constraint
    "jit=off",  # compiling costs more than the short queries of a page
    "max_connections=100",
)
THROWAWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_wal_size=4GB",
    "shared_buffers=128MB",  # tests start several at once
)

_children: dict[int, subprocess.Popen[bytes]] = {}  # servers this process started, to collect when they end


def start(at: Place, *, settings: tuple[str, ...] = (), die_with_parent: bool = False) -> bool:
    """Make the server of `at` serve with its role and database; return True when it was started just now.

    Raises DatabaseUnavailable with a sentence when it cannot be started.
    """
    if answers(at):
        return False
    try:
        at.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        at.logs.mkdir(mode=0o700, exist_ok=True)
    except OSError as wrong:
        raise DatabaseUnavailable(
            f"The Throughline home {at.home} cannot be written ({wrong.strerror}): "
            "set THROUGHLINE_HOME to a folder of your own."
        ) from None
    with locked(at):
        at = place.place(at.home) if at.note.exists() else at
        started = not answers(at)
        if started:
            _start(at, settings, die_with_parent)
    return started


def _start(at: Place, settings: tuple[str, ...], die_with_parent: bool) -> None:
    programs = binaries.find()
    launch = cluster.Launch(at, programs, guise.choose(programs.folder / "postgres"), settings, die_with_parent)
    if launch.guise.account:
        launch = cluster.moved_for_account(launch)
    cluster.make_folders(launch)
    if not (launch.place.data / "PG_VERSION").exists():
        cluster.initialise(launch)
    cluster.check_version(launch)
    if _wait_for_other(launch.place):
        return
    _serve(launch)
    cluster.furnish(launch.place)


def answers(at: Place) -> bool:
    """Return whether a server answers on the socket of `at` and holds the product's database."""
    if not (at.sockets / f".s.PGSQL.{place.PORT}").exists():
        return False
    import psycopg

    try:
        with psycopg.connect(at.url(), connect_timeout=10):
            return True
    except psycopg.OperationalError as wrong:
        return wrong.sqlstate == "53300"  # too many connections: busy, but alive


def running(at: Place) -> int | None:
    """Return the process id of the server of `at`, or None when none lives."""
    pid = _lock_line(at, 0)
    if pid is None or not pid.lstrip("-").isdigit():
        return None
    number = abs(int(pid))
    return number if processes.serving(number, at.data) else None


def stop(at: Place, *, how: signal.Signals = signal.SIGINT) -> bool:
    """Stop the server of `at`: SIGINT ends sessions and writes everything out. Return False when none ran.

    Raises DatabaseUnavailable when it does not end in time or belongs to another user.
    """
    if not at.home.is_dir():
        return False
    with locked(at):
        pid = running(at)
        if pid is None:
            return False
        try:
            os.kill(pid, how)
        except PermissionError:
            raise DatabaseUnavailable(
                f"The database server (process {pid}) belongs to another user: stop it as that user."
            ) from None
        end = time.monotonic() + STOP_SECONDS
        while processes.alive(pid):
            if child := _children.get(pid):
                child.poll()
            if time.monotonic() > end:
                raise DatabaseUnavailable(
                    f"The database server (process {pid}) has not stopped after {STOP_SECONDS:.0f} seconds."
                )
            time.sleep(0.02)
        if child := _children.pop(pid, None):
            child.wait()
        processes.wait_until_none_left(at.data, seconds=10)
    return True


@contextlib.contextmanager
def locked(at: Place) -> Iterator[None]:
    """Hold the home's start lock; raises DatabaseUnavailable when another command holds it too long."""
    with open(at.lock_file, "a", encoding="ascii") as file:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise DatabaseUnavailable(
                        f"Another command has been starting or stopping the database of {at.home} for "
                        f"{START_SECONDS:.0f} seconds: wait for it or end it."
                    ) from None
                time.sleep(0.05)
        yield


def _wait_for_other(at: Place) -> bool:
    """Deal with a lock file in the data folder; return True when a living server became ready meanwhile."""
    end = time.monotonic() + START_SECONDS
    while running(at) is not None:
        if answers(at):
            return True
        if _lock_line(at, 7) == "ready" and _furnished(at):
            return True
        if time.monotonic() > end:
            raise DatabaseUnavailable(f"The database server of {at.data} is there but does not answer.")
        time.sleep(0.05)
    if left := processes.wait_until_none_left(at.data, seconds=LEFTOVER_SECONDS):
        # Starting beside them would let two generations of processes write the same files.
        raise DatabaseUnavailable(
            f"Processes of a database server that was killed still work in {at.data} "
            f"({', '.join(map(str, left))}): end them and try again."
        )
    if processes.PROC.is_dir():
        # Both name a dead process, which PostgreSQL would take for a living one while it is a zombie.
        (at.data / "postmaster.pid").unlink(missing_ok=True)
        (at.sockets / f".s.PGSQL.{place.PORT}.lock").unlink(missing_ok=True)
    return False


def _furnished(at: Place) -> bool:
    """Finish a cluster whose maker was killed before it had its role and database; False when it refuses."""
    import psycopg

    try:
        cluster.furnish(at)
    except psycopg.OperationalError:
        return False
    return True


def _serve(launch: cluster.Launch) -> None:
    at = launch.place
    log_path = _log_file(at)
    chosen = [part for text in (*SETTINGS, *memory.settings(), *launch.settings) for part in ("-c", text)]
    with open(log_path, "ab") as log:
        before = log.tell()
        server = subprocess.Popen(
            [
                launch.programs.program("postgres"),
                "-D",
                at.data,
                "-k",
                at.sockets,
                "-p",
                str(place.PORT),
                *chosen,
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=cluster.environment(),
            cwd="/",
            start_new_session=True,
            **launch.guise.spawn_arguments(die_with_parent=launch.die_with_parent),
        )
    _children[server.pid] = server
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        if _lock_line(at, 0) == str(server.pid) and _lock_line(at, 7) == "ready":
            return
        time.sleep(0.02)
    _children.pop(server.pid, None)
    told = log_path.read_bytes()[before:].decode(errors="replace")
    reasons = [line for line in told.splitlines() if "FATAL" in line or "PANIC" in line] or told.splitlines()
    why = reasons[-1].split("FATAL:")[-1].strip() if reasons else "it gave no reason"
    raise DatabaseUnavailable(f"The embedded database did not start ({why}); its log is {log_path}.")


def _lock_line(at: Place, number: int) -> str | None:
    """Return one line of the server's own lock file: 0 is its process id, 7 its state."""
    try:
        lines = (at.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return lines[number].strip() if len(lines) > number else None


def _log_file(at: Place) -> Path:
    """Return the log to append to, after setting a full one aside."""
    log = at.logs / "postgres.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        for number in range(LOGS_KEPT - 1, 0, -1):
            older = at.logs / f"postgres.log.{number}"
            if older.exists():
                older.replace(at.logs / f"postgres.log.{number + 1}")
        log.replace(at.logs / "postgres.log.1")
    return log
