"""Where the embedded database lives: the Throughline home, its data folder and the folder of its socket.

Everything here only computes; nothing is started. A launch that had to choose other folders (see `launcher`)
writes its choice to `place.json` in the home, which is read here, so that every later command agrees.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

PORT = 5432
DATABASE = "throughline"
OWNER = "throughline"  # ordinary role: owns the tables, bound by row-level security
KEEPER = "postgres"  # superuser of the embedded server: creates, dumps and restores whole databases

# A socket path may have 107 bytes on Linux and 103 on macOS; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 103 - len(f"/.s.PGSQL.{PORT}.lock")


@dataclass(frozen=True)
class Place:
    """The folders of one embedded server. `data` and `sockets` usually lie in `home`."""

    home: Path
    data: Path
    sockets: Path

    @property
    def logs(self) -> Path:
        """The folder of the server's logs; never removed by the product."""
        return self.home / "logs"

    @property
    def lock_file(self) -> Path:
        """The file whose lock serialises starting and stopping."""
        return self.home / "start.lock"

    @property
    def note(self) -> Path:
        """The file that remembers folders chosen by a launch."""
        return self.home / "place.json"

    def url(self, *, role: str = OWNER, database: str = DATABASE) -> str:
        """Return the connection string (libpq keywords) of `database` as `role`."""
        return f"host='{self.sockets}' port={PORT} user={role} dbname={database}"


def home() -> Path:
    """Return the Throughline home: THROUGHLINE_HOME, else `.throughline` beside the pyproject.toml of a
    checkout, else the user's data folder."""
    chosen = os.environ.get("THROUGHLINE_HOME", "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[5]
    if (checkout / "pyproject.toml").is_file() and (checkout / "src" / "throughline").is_dir():
        return checkout / ".throughline"
    data = os.environ.get("XDG_DATA_HOME", "").strip() or "~/.local/share"
    return Path(data).expanduser().absolute() / "throughline"


def short_root() -> Path:
    """Return the folder for short paths; the same for every process of a user, unlike a per-shell TMPDIR."""
    usual = Path("/tmp")
    return usual if usual.is_dir() and os.access(usual, os.W_OK) else Path(tempfile.gettempdir())


def short_folder(of: Path) -> Path:
    """Return a short, stable folder name for the home `of`, one per user and home."""
    mark = hashlib.sha256(os.fsencode(of)).hexdigest()[:12]
    user = os.getuid() if hasattr(os, "getuid") else 0
    return short_root() / f"throughline-{user}-{mark}"


def place(of: Path | None = None) -> Place:
    """Return where the embedded server of the home `of` (default: `home()`) keeps its data and its socket."""
    root = of or home()
    try:
        noted = json.loads((root / "place.json").read_text(encoding="utf-8"))
        return Place(home=root, data=Path(noted["data"]), sockets=Path(noted["sockets"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    sockets = root / "run"
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = short_folder(root)
    return Place(home=root, data=root / "postgres", sockets=sockets)
