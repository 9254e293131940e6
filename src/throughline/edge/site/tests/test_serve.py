"""`throughline run` from an empty home to a page, and what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from throughline.edge.site.postgres import launcher, place, throwaway

SOURCE = Path(__file__).resolve().parents[4]


@pytest.fixture
def home() -> Iterator[Path]:
    folder = throwaway.folder()
    yield folder
    throwaway.remove(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(home: Path, port: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "THROUGHLINE_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    words = ["-m", "throughline.edge.site.command", "run", "--no-seed", "--port", str(port)]
    return subprocess.Popen(
        [sys.executable, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _healthy(server: subprocess.Popen[str], port: int) -> bool:
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    return False


def test_run_serves_from_an_empty_home_and_leaves_the_database_as_found(home: Path) -> None:
    port = _free_port()
    at = place.place(home)
    server = _run(home, port)
    try:
        assert _healthy(server, port), server.stdout and server.stdout.read()
        second = _run(home, port)
        assert second.wait() == 2
        assert second.stdout
        assert "cannot be listened on" in second.stdout.read()
        assert launcher.running(at) is not None
        server.send_signal(signal.SIGINT)
        assert server.wait() == 0
        assert launcher.running(at) is None, "a server that run started ends with it"

        launcher.start(at)
        server = _run(home, port)
        assert _healthy(server, port)
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert launcher.running(at) is not None, "a server that was running before goes on"
    finally:
        server.kill()
        server.wait()
