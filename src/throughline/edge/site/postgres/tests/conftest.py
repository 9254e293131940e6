"""Homes of their own for servers started by these tests."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from throughline.edge.site.postgres import launcher, place


@pytest.fixture
def home() -> Iterator[Path]:
    """A short, empty home; whatever server runs in it at the end is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="tl-launch-", dir=place.short_root()))
    yield folder
    launcher.stop(place.place(folder), how=signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)
