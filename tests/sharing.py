"""How several processes share the tests: file by file, the browser journeys with one, what takes long first.

A file stays whole, so that what it builds once for all its tests is built once. The journeys drive one product with
its demonstration, which takes as long to start as many of them take. What is begun last must be short, or one process
ends long before the other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
JOURNEYS = "browser journeys"
# Longest first; all others follow in the order in which they are found.
LONG = (
    JOURNEYS,
    "tests/architecture/test_quickened_tables.py",
    "tests/journeys/test_every_url.py",
    "tests/journeys/test_odd_entries.py",
    "tests/durability/test_killed_database.py",
    "src/throughline/edge/site/tests/test_serve.py",
    "src/throughline/edge/site/postgres/tests/test_launcher.py",
    "src/throughline/edge/site/postgres/tests/test_archive.py",
)


@cache
def share_of(file: str) -> str:
    """Return what a test file is part of: all that drive a browser belong together, any other stands alone."""
    path = ROOT / file
    driven = file.startswith("tests/journeys/") and path.is_file() and re.search(r"mark\.journey\b", path.read_text())
    return JOURNEYS if driven else file


def rank(nodeid: str) -> int:
    """Return the place of a test among all: what takes long comes first."""
    share = share_of(nodeid.split("::", 1)[0])
    return LONG.index(share) if share in LONG else len(LONG)


def scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Return what hands out the tests, a share at a time."""
    from xdist.scheduler import LoadScopeScheduling

    class ByShare(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return share_of(nodeid.split("::", 1)[0])

    config.option.loadscopereorder = False  # by length, not by the number of tests
    return ByShare(config, log)  # type: ignore[arg-type]
