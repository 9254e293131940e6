"""As whom the server runs. PostgreSQL refuses to run as root, so root has to become somebody else first.

1. Not root: as oneself.
2. Root, where user namespaces are allowed: in a namespace in which root's files belong to user 1000. Nothing
   changes owner, no account is made, and it works inside folders only root may enter.
3. Root without user namespaces (many containers): as the account `postgres`, else `nobody`. That account
   cannot enter root's folders, so programs, data and socket move to a folder under /var/lib.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Guise:
    """How a child process is started: in a namespace, as another account, or as oneself."""

    namespace: bool = False
    account: str | None = None

    def spawn_arguments(self, *, die_with_parent: bool = False) -> dict[str, Any]:
        """Return the arguments for `subprocess` that put a child into this guise."""
        steps: list[Callable[[], None]] = []
        if self.namespace:
            steps.append(_namespace_entry())
        if die_with_parent and os.path.isdir("/proc"):
            steps.append(_death_with_parent())
        arguments: dict[str, Any] = {}
        if steps:
            arguments["preexec_fn"] = lambda: [step() for step in steps]
        if self.account:
            arguments |= {"user": self.account, "group": _group_of(self.account), "extra_groups": []}
        return arguments


def choose(server: Path) -> Guise:
    """Return the guise in which the program `server` is to be run by the present user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Guise()
    inside = Guise(namespace=True)
    if can_run(server, inside):
        return inside
    return Guise(account=_account())


def can_run(program: Path, guise: Guise) -> bool:
    """Return whether `program` starts at all in the guise."""
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            timeout=60,
            **guise.spawn_arguments(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _account() -> str:
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ACCOUNTS if name in known), ACCOUNTS[-1])


def _group_of(account: str) -> int:
    import pwd

    return pwd.getpwnam(account).pw_gid


def _namespace_entry() -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: little is safe between fork and exec

    def enter() -> None:
        if libc.unshare(CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "unshare")
        for name, text in (("setgroups", "deny"), ("uid_map", "1000 0 1"), ("gid_map", "1000 0 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)

    return enter


def _death_with_parent() -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)

    return bind
