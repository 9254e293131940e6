"""A server for tests: in a temporary folder, without durability, gone with the process that asked for it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from throughline.edge.site.postgres import launcher, place
from throughline.edge.site.postgres.place import Place


def folder() -> Path:
    """Return a new, short temporary home; nothing is started in it."""
    return Path(tempfile.mkdtemp(prefix=f"tl-test-{os.getpid()}-", dir=place.short_root()))


def start(home: Path) -> Place:
    """Start a server in `home` that forgets on a crash and ends with this process, however that ends."""
    launcher.start(place.place(home), settings=launcher.THROWAWAY, die_with_parent=True)
    atexit.register(remove, home)
    return place.place(home)


def remove(home: Path) -> None:
    """Stop the server of `home` and delete the folder."""
    launcher.stop(place.place(home))
    shutil.rmtree(home, ignore_errors=True)
