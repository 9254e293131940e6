"""The server as an ordinary user, and as root where user namespaces are refused."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from throughline.edge.site.postgres import launcher, place
from throughline.edge.site.postgres.tests.test_launcher import SOURCE, START

NOBODY = 65534
STOP = START.split("started =")[0] + "print(json.dumps(launcher.stop(place.place(home))))"

# Becomes root of a user namespace that may make no further one, as a container's root often is.
WITHOUT_NAMESPACES = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
ready, go = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    libc.unshare(0x10000000)
    os.write(ready[1], b"x"); os.read(go[0], 1)
    os.setgroups([]); os.setgid(0); os.setuid(0)
    with open("/proc/sys/user/max_user_namespaces", "w") as limit:
        limit.write("0")
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1], sys.argv[2]])
os.read(ready[0], 1)
for kind in ("uid_map", "gid_map"):
    with open(f"/proc/{child}/{kind}", "w") as map:
        map.write("0 0 65536")
os.write(go[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def nobody() -> Iterator[tuple[list[str], dict[str, str], Path]]:
    """How to run Python as an account without rights: command, environment, and a home of its own."""
    libraries = Path(psycopg.__file__).parents[1]
    environment = {"PYTHONPATH": f"{SOURCE}:{libraries}", "PATH": os.environ["PATH"]}
    for python in (sys.executable, "/usr/bin/python3", "/usr/bin/python3.11"):
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", python]
        probe = [*command, "-c", "import sys, psycopg, throughline; assert sys.version_info >= (3, 11)"]
        try:
            if subprocess.run(probe, env=environment, cwd="/", capture_output=True).returncode == 0:
                break
        except OSError:
            continue
    else:
        pytest.skip("no Python that an ordinary account may run")
    home = Path(tempfile.mkdtemp(prefix="tl-nobody-"))
    os.chown(home, NOBODY, NOBODY)
    yield command, environment, home
    subprocess.run([*command, "-c", STOP, str(home)], env=environment, cwd="/", capture_output=True)
    shutil.rmtree(home, ignore_errors=True)


@only_root
def test_ordinary_user_starts_and_stops(nobody: tuple[list[str], dict[str, str], Path]) -> None:
    command, environment, home = nobody
    first = subprocess.run([*command, "-c", START, str(home)], env=environment, cwd="/", capture_output=True, text=True)
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["started"] is True
    assert os.stat(f"/proc/{told['pid']}").st_uid == NOBODY
    second = subprocess.run([*command, "-c", STOP, str(home)], env=environment, cwd="/", capture_output=True, text=True)
    assert second.stdout.strip() == "true", second.stderr


@only_root
def test_root_without_namespaces_moves_to_an_account(home: Path) -> None:
    def inside(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", WITHOUT_NAMESPACES, script, str(home)],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            capture_output=True,
            text=True,
        )

    first = inside(START)
    if "Permission" in first.stderr and "max_user_namespaces" in first.stderr:
        pytest.skip("this machine lets nobody refuse namespaces")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    data = Path(told["data"])
    try:
        assert told["started"] is True
        assert data.is_relative_to("/var/lib/throughline")
        assert os.stat(f"/proc/{told['pid']}").st_uid != 0
        again = json.loads(inside(START).stdout)  # attaches at the noted place
        assert again["started"] is False
        assert again["pid"] == told["pid"]
    finally:
        stopped = launcher.stop(place.place(home))  # each `inside` is a world of its own, so from without
        shutil.rmtree(data.parent)
    assert stopped is True
