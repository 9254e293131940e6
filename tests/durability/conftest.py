"""An installation of its own with durable settings, whose database these tests kill."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from throughline.edge.site.postgres import launcher, place, processes, throwaway

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Installation:
    """A home with a running server and the product's tables."""

    home: Path

    @property
    def at(self) -> place.Place:
        """Where its server lives."""
        return place.place(self.home)

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which a command works on it."""
        kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        return kept | {"THROUGHLINE_HOME": str(self.home), "PYTHONPATH": str(ROOT / "src")}

    def python(self, script: str, *words: str) -> subprocess.Popen[str]:
        """Start a Python process in it."""
        return subprocess.Popen(
            [sys.executable, "-c", script, *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a `throughline` command to its end."""
        line = [sys.executable, "-m", "throughline.edge.site.command", *words]
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def kill(self) -> int:
        """Kill every process of the database server at once, as a power cut does, and return how many there were."""
        found = processes.left_in(self.at.data)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):  # a session that ended by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        return len(found)

    def ask(self, query: str, values: list[Any] | None = None) -> list[Any]:
        """Return the rows of a query that sees every site."""
        launcher.start(self.at)
        with psycopg.connect(self.at.url(role=place.KEEPER)) as link:
            return link.execute(query, values).fetchall()  # type: ignore[call-overload, no-any-return]


@pytest.fixture(scope="session")
def migrated() -> Iterator[Installation]:
    """An installation with its tables made and its server stopped, to be copied."""
    made = Installation(throwaway.folder())
    try:
        done = made.command("migrate")
        assert done.returncode == 0, done.stderr
        launcher.stop(made.at)
        yield made
    finally:
        throwaway.remove(made.home)


@pytest.fixture
def installation(migrated: Installation) -> Iterator[Installation]:
    """A new installation whose server writes durably, as for real records."""
    made = Installation(throwaway.folder())
    try:
        shutil.copytree(migrated.at.data, made.at.data)
        launcher.start(made.at)
        yield made
    finally:
        throwaway.remove(made.home)


@pytest.fixture
def tell(record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say a count in the test report and on the terminal."""

    def say(text: str) -> None:
        record_property("counts", text)
        with capsys.disabled():
            print(f"\n{text}")

    return say
