"""Making an embedded server's folders, locale, role and database, and the move that root needs where user
namespaces are refused."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from throughline.edge.site.postgres import guise, place
from throughline.edge.site.postgres.binaries import Binaries
from throughline.edge.site.postgres.guise import Guise
from throughline.edge.site.postgres.place import Place
from throughline.edge.site.postgres.refusal import DatabaseUnavailable


@dataclass(frozen=True)
class Launch:
    """What one start uses: folders, programs, guise, and extra server settings."""

    place: Place
    programs: Binaries
    guise: Guise
    settings: tuple[str, ...] = ()
    die_with_parent: bool = False


def furnish(at: Place) -> None:
    """Create the product's role and database where they are missing."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(at.url(role=place.KEEPER, database="postgres"), autocommit=True, connect_timeout=30) as link:
        if not link.execute("select 1 from pg_roles where rolname = %s", [place.OWNER]).fetchone():
            link.execute(
                sql.SQL("create role {} login createdb nosuperuser nobypassrls").format(sql.Identifier(place.OWNER))
            )
        if not link.execute("select 1 from pg_database where datname = %s", [place.DATABASE]).fetchone():
            link.execute(
                sql.SQL("create database {} owner {}").format(
                    sql.Identifier(place.DATABASE), sql.Identifier(place.OWNER)
                )
            )


def moved_for_account(launch: Launch) -> Launch:
    """Return the launch moved to where the account can read and write, and note that in the home."""
    assert launch.guise.account
    base = Path("/var/lib/throughline") / place.short_folder(launch.place.home).name
    try:
        base.mkdir(mode=0o755, parents=True, exist_ok=True)
        at = replace(launch.place, data=base / "postgres", sockets=base / "run")
        programs = launch.programs
        if not guise.can_run(programs.folder / "postgres", launch.guise):
            copy = base / f"programs-{programs.major}"
            if not copy.exists():
                fresh = base / f"programs-{os.getpid()}.new"
                shutil.copytree(programs.folder.parent, fresh, symlinks=True)
                fresh.rename(copy)
            programs = replace(programs, folder=copy / programs.folder.name)
        for folder in (at.sockets, at.data.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(at.sockets, user=launch.guise.account)
        shutil.chown(at.data.parent, user=launch.guise.account)
    except OSError as wrong:
        raise _cannot_run_as_root(str(wrong)) from None
    if not guise.can_run(programs.folder / "postgres", launch.guise):
        raise _cannot_run_as_root(f"{programs.folder} cannot be run by the account {launch.guise.account}")
    note = {"data": str(at.data), "sockets": str(at.sockets)}
    launch.place.note.write_text(json.dumps(note), encoding="utf-8")
    return replace(launch, place=at, programs=programs)


def _cannot_run_as_root(why: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"PostgreSQL does not run as root, and it could not be started as another user here ({why}): "
        "run this as an ordinary user, or set DATABASE_URL."
    )


def make_folders(launch: Launch) -> None:
    """Make the server's folders; raises DatabaseUnavailable when the socket's folder is not ours alone."""
    at = launch.place
    for folder in (at.sockets, at.logs, at.data.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = at.sockets.lstat()
    ours = {os.geteuid()} | ({_uid_of(launch.guise.account)} if launch.guise.account else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & 0o077:
        # The server trusts whoever can reach its socket, so the folder must be ours alone.
        raise DatabaseUnavailable(
            f"The folder {at.sockets} of the database socket belongs to another user or is open to others: "
            "remove it or choose another THROUGHLINE_HOME."
        )


def _uid_of(account: str) -> int:
    import pwd

    return pwd.getpwnam(account).pw_uid


def initialise(launch: Launch) -> None:
    """Create the data folder under another name and rename it: a killed attempt leaves nothing half."""
    data = launch.place.data
    fresh = data.with_name(f"{data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    why = ""
    for locale in _locales(launch.programs.major):
        done = _run(
            launch,
            launch.programs.program("initdb"),
            *("-D", fresh, "-U", place.KEEPER, "--auth=trust", "--encoding=UTF8", "--data-checksums"),
            *(*locale, "--no-instructions"),
        )
        if done.returncode == 0:
            if data.exists():
                data.rmdir()  # an empty folder a person made; anything else must not be overwritten
            fresh.rename(data)
            return
        why = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        shutil.rmtree(fresh, ignore_errors=True)
    raise DatabaseUnavailable(f"The embedded database could not be created in {data} ({why}).")


def _locales(major: int) -> list[tuple[str, ...]]:
    """Return ways to a Unicode-aware locale, best first: plain C folds no É to é, and names must be found."""
    unicode = ("--locale=C.UTF-8",)
    if major >= 17:
        return [
            (*unicode, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
    return [unicode, ("--locale=en_US.UTF-8",), ("--locale=C",)]


def check_version(launch: Launch) -> None:
    """Raise DatabaseUnavailable when the data was made by another major version than the programs."""
    made = (launch.place.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if made != str(launch.programs.major):
        raise DatabaseUnavailable(
            f"The data in {launch.place.data} was made by PostgreSQL {made}, but the programs are "
            f"PostgreSQL {launch.programs.major}: set THROUGHLINE_PG_BIN to PostgreSQL {made}, "
            "back up, and restore anew."
        )


def _run(launch: Launch, program: Path, *arguments: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env=environment(),
        cwd="/",
        **launch.guise.spawn_arguments(),
    )


def environment() -> dict[str, str]:
    """Return an environment in which no setting of another PostgreSQL leaks into ours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
