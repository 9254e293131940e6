"""A backup: one tar file of the database's dump, the files kept beside it, and a manifest that says what they are.

The manifest holds rows and checksum of every table as one snapshot showed them, the same the dump was made from. A
backup counts as made only after it was restored into an empty database and found equal.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from throughline.edge.site.postgres import contents, transfer
from throughline.edge.site.postgres.contents import Contents
from throughline.edge.site.postgres.refusal import DatabaseUnavailable

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself."""

    made: str
    server: int
    contents: Contents
    dump: tuple[int, str]  # bytes, SHA-256
    files: dict[str, tuple[int, str]]

    def as_json(self) -> bytes:
        """Return the manifest's text."""
        kept: dict[str, Any] = {
            "product": "throughline",
            "format": FORMAT,
            "made": self.made,
            "server": self.server,
            "dump": self.dump,
            "files": self.files,
        }
        return json.dumps(kept | self.contents.as_json(), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Backup:
        """Return a manifest; raises ValueError, KeyError or TypeError when the text is none of ours."""
        kept = json.loads(text)
        if kept["product"] != "throughline" or kept["format"] != FORMAT:
            raise ValueError("another product or format")
        return cls(
            made=str(kept["made"]),
            server=int(kept["server"]),
            contents=Contents.from_json(kept),
            dump=(int(kept["dump"][0]), str(kept["dump"][1])),
            files={str(name): (int(size), str(mark)) for name, (size, mark) in kept["files"].items()},
        )


def write(to: Path, *, url: str, owner: str | None, files: Path, at: datetime) -> Backup:
    """Back up the database at `url` and the folder `files` into the new file `to`, and prove that it restores.

    Raises DatabaseUnavailable with one sentence, leaving no file, when any of that fails.
    """
    if to.exists():
        raise DatabaseUnavailable(f"{to} is already there: a backup never overwrites a file.")
    if not to.parent.is_dir():
        raise DatabaseUnavailable(f"There is no folder {to.parent} to write the backup to.")
    programs = transfer.programs_for(url)
    part, dumped = (to.with_name(f".{to.name}.{os.getpid()}.{end}") for end in ("part", "dump"))
    try:
        for path in (part, dumped):
            path.touch(mode=0o600, exist_ok=False)
        with transfer.linked(url) as link:
            link.execute("set transaction isolation level repeatable read read only")
            if contents.is_empty(link):
                raise DatabaseUnavailable(
                    "There is nothing to back up: the database has no tables. Check THROUGHLINE_HOME or DATABASE_URL."
                )
            row = link.execute("select pg_export_snapshot()").fetchone()
            assert row
            reached = contents.sequences(link)  # before the dump: the product may be at work
            transfer.dump(url, programs, dumped, snapshot=str(row[0]))
            held = contents.survey(link, reached=reached)
            server = link.info.server_version // 10_000
        backup = Backup(
            made=at.isoformat(timespec="seconds"),
            server=server,
            contents=held,
            dump=_mark_of(dumped),
            files={name: _mark_of(files / name) for name in _files_in(files)},
        )
        _pack(part, backup, dumped, files)
        _prove(part, backup, programs, url, owner)
        part.rename(to)
    except OSError as wrong:
        raise DatabaseUnavailable(f"The backup could not be written to {to} ({wrong.strerror}).") from None
    finally:
        for path in (part, dumped):
            path.unlink(missing_ok=True)
    return backup


def read(source: Path) -> Backup:
    """Return a backup's manifest after checking every byte it speaks of.

    Raises DatabaseUnavailable when the file is missing, truncated, damaged or no backup of this product.
    """
    try:
        with tarfile.open(source, "r:") as tar:
            backup = Backup.from_json(_member(tar, MANIFEST).read())
            found = {DUMP: _mark(_member(tar, DUMP))}
            found |= {name: _mark(_member(tar, f"{FILES}/{name}")) for name in backup.files}
    except FileNotFoundError:
        raise DatabaseUnavailable(f"There is no file {source}.") from None
    except OSError as wrong:
        raise DatabaseUnavailable(f"{source} cannot be read ({wrong.strerror or wrong}).") from None
    except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        raise DatabaseUnavailable(f"{source} is not a whole Throughline backup.") from None
    damaged = [name for name, mark in ({DUMP: backup.dump} | backup.files).items() if found[name] != mark]
    if damaged:
        raise DatabaseUnavailable(f"{source} is damaged: {damaged[0]} is not what its manifest says.")
    return backup


def restore(source: Path, *, url: str, owner: str | None, files: Path) -> Backup:
    """Restore a backup into an empty database and an empty folder, prove it equal, and return its manifest.

    Raises DatabaseUnavailable with one sentence and changes nothing when the target is not empty, the file is not
    whole, or the result differs.
    """
    backup = read(source)
    _refuse_unsafe(backup.files, source)
    with transfer.linked(url) as link:
        if not contents.is_empty(link):
            raise DatabaseUnavailable(
                "The database is not empty and a restore replaces nothing: restore into another THROUGHLINE_HOME or "
                "an empty database."
            )
        server = link.info.server_version // 10_000
    if server < backup.server:
        raise DatabaseUnavailable(
            f"The backup comes from PostgreSQL {backup.server}, and this server is {server}. Restore it into a "
            f"server of version {backup.server} or newer."
        )
    if files.exists() and any(files.iterdir()):
        raise DatabaseUnavailable(f"The folder {files} is not empty and a restore replaces nothing.")
    programs = transfer.programs_for(url)
    with tarfile.open(source, "r:") as tar:
        written = _unpack_files(tar, backup, files)
        try:
            transfer.load(url, programs, _member(tar, DUMP), backup.contents, owner=owner)
        except DatabaseUnavailable:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    return backup


def _prove(part: Path, backup: Backup, programs: Any, url: str, owner: str | None) -> None:
    if read(part) != backup:
        raise DatabaseUnavailable("The backup was not written as it should be, so it was thrown away.")
    with transfer.scratch_database(url, owner=owner) as scratch, tarfile.open(part, "r:") as tar:
        try:
            transfer.load(scratch, programs, _member(tar, DUMP), backup.contents, owner=owner)
        except DatabaseUnavailable as wrong:
            raise DatabaseUnavailable(f"The backup does not restore, so it was thrown away. {wrong}") from None


def _pack(to: Path, backup: Backup, dumped: Path, files: Path) -> None:
    with tarfile.open(to, "w:", format=tarfile.PAX_FORMAT) as tar:
        text = backup.as_json()
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mode = len(text), 0o600
        tar.addfile(head, io.BytesIO(text))
        tar.add(dumped, DUMP)
        for name in backup.files:
            tar.add(files / name, f"{FILES}/{name}", recursive=False)
    with open(to, "rb") as done:
        os.fsync(done.fileno())


def _unpack_files(tar: tarfile.TarFile, backup: Backup, files: Path) -> list[Path]:
    written = []
    for name in backup.files:
        path = files / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "wb") as out, _member(tar, f"{FILES}/{name}") as source:
            while block := source.read(1 << 20):
                out.write(block)
        written.append(path)
    return written


def _refuse_unsafe(names: dict[str, tuple[int, str]], source: Path) -> None:
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise DatabaseUnavailable(f"{source} is not a whole Throughline backup.")


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _files_in(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix()


def _mark_of(path: Path) -> tuple[int, str]:
    with open(path, "rb") as file:
        return _mark(file)


def _mark(file: IO[bytes]) -> tuple[int, str]:
    size, mark = 0, hashlib.sha256()
    while block := file.read(1 << 20):
        size += len(block)
        mark.update(block)
    return size, mark.hexdigest()
