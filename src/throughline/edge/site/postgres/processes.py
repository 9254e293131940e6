"""Which server processes of a data folder are alive. A dead process that nobody has reaped yet is not.

After a `kill -9` the postmaster may stay in the process table as a zombie for as long as its parent does not
collect it; PostgreSQL itself takes such a process for a living one and refuses to start.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

PROC = Path("/proc")


def alive(pid: int) -> bool:
    """Return whether `pid` runs; a zombie does not."""
    if not (PROC / "self" / "stat").exists():  # macOS has no /proc
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}


def works_in(pid: int, folder: Path) -> bool | None:
    """Return whether `pid` works in `folder`, as a server does in its data; None when that is hidden."""
    try:
        return os.path.realpath(os.readlink(PROC / str(pid) / "cwd")) == os.path.realpath(folder)
    except OSError:
        return None


def serving(pid: int, folder: Path) -> bool:
    """Return whether `pid` is a living server of the data folder, not a stranger that got the same number."""
    return alive(pid) and works_in(pid, folder) is not False


def left_in(folder: Path) -> list[int]:
    """Return the living processes that still work in the data folder, such as backends of a killed server."""
    if not PROC.is_dir():
        return []
    numbers = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return sorted(pid for pid in numbers if works_in(pid, folder) and alive(pid))


def wait_until_none_left(folder: Path, *, seconds: float) -> list[int]:
    """Wait until no process works in the data folder; return those still there after `seconds`."""
    end = time.monotonic() + seconds
    while left := left_in(folder):
        if time.monotonic() > end:
            return left
        time.sleep(0.05)
    return []
