"""The embedded server under good and bad luck: attached to, killed, started twice, in odd places."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from throughline.edge.site.postgres import launcher, place, processes
from throughline.edge.site.postgres.place import Place
from throughline.edge.site.postgres.refusal import DatabaseUnavailable

SOURCE = Path(__file__).resolve().parents[5]
START = """
import json, sys
from pathlib import Path
from throughline.edge.site.postgres import launcher, place
home = Path(sys.argv[1])
started = launcher.start(place.place(home))
at = place.place(home)
print(json.dumps({"started": started, "pid": launcher.running(at), "data": str(at.data), "url": at.url()}))
"""


def _count(at: Place) -> int:
    with psycopg.connect(at.url()) as link:
        row = link.execute("select count(*) from visit").fetchone()
        assert row
        return int(row[0])


def _write(at: Place, rows: int) -> None:
    with psycopg.connect(at.url(), autocommit=True) as link:
        link.execute("create table if not exists visit (number int)")
        for number in range(rows):
            link.execute("insert into visit values (%s)", [number])


def _gone(pid: int) -> bool:
    end = time.monotonic() + 30
    while processes.alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_second_start_attaches_and_stop_ends_the_server(home: Path) -> None:
    at = place.place(home)
    assert launcher.start(at) is True
    pid = launcher.running(at)
    assert launcher.start(at) is False
    assert launcher.running(at) == pid
    assert launcher.stop(at) is True
    assert launcher.running(at) is None
    assert launcher.stop(at) is False


def test_role_is_no_superuser_and_letters_fold(home: Path) -> None:
    at = place.place(home)
    launcher.start(at)
    with psycopg.connect(at.url()) as link:
        row = link.execute(
            "select rolsuper, rolbypassrls, upper('é'), lower('Ł') from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == (False, False, "É", "ł")


def test_killed_server_recovers_with_every_acknowledged_row(home: Path) -> None:
    at = place.place(home)
    launcher.start(at)
    _write(at, 50)
    pid = launcher.running(at)
    assert pid
    os.kill(pid, signal.SIGKILL)  # this process is the parent and has not collected it: a zombie remains
    assert launcher.start(at) is True
    assert _count(at) == 50
    _write(at, 7)
    for number in processes.left_in(at.data):  # now every process of the server at once
        os.kill(number, signal.SIGKILL)
    assert launcher.start(at) is True
    assert _count(at) == 57


def test_lock_file_of_a_zombie_is_not_believed(home: Path) -> None:
    at = place.place(home)
    launcher.start(at)
    launcher.stop(at)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    stat = Path(f"/proc/{dead.pid}/stat")
    while stat.exists() and " Z " not in stat.read_text():
        time.sleep(0.01)
    (at.data / "postmaster.pid").write_text(f"{dead.pid}\n{at.data}\n1\n5432\n{at.sockets}\n\n1 1\nready\n")
    try:
        assert launcher.running(at) is None
        assert launcher.start(at) is True
    finally:
        dead.wait()


def test_lock_file_naming_a_stranger_is_not_believed(home: Path) -> None:
    at = place.place(home)
    launcher.start(at)
    launcher.stop(at)
    mine = os.getpid()  # alive, but no server of this folder: the number was given out again after a restart
    (at.data / "postmaster.pid").write_text(f"{mine}\n{at.data}\n1\n5432\n{at.sockets}\n\n1 1\nready\n")
    (at.sockets / ".s.PGSQL.5432.lock").write_text(f"{mine}\n")
    assert launcher.start(at) is True


def test_processes_left_over_are_not_started_beside(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = place.place(home)
    launcher.start(at)
    launcher.stop(at)
    monkeypatch.setattr(launcher, "LEFTOVER_SECONDS", 0.1)
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=at.data)
    try:
        with pytest.raises(DatabaseUnavailable, match=str(left.pid)):
            launcher.start(at)
    finally:
        left.kill()
        left.wait()
    assert launcher.start(at) is True


def test_long_path_gets_a_short_socket_folder(home: Path) -> None:
    deep = home / ("a-long-folder-name-" * 8) / "and-deeper"
    at = place.place(deep)
    assert len(os.fsencode(deep / "run")) > 107
    try:
        assert launcher.start(at) is True
        assert at.sockets.stat().st_mode & 0o077 == 0
        assert str(deep) not in str(at.sockets)
        with psycopg.connect(at.url()) as link:
            assert link.execute("select 1").fetchone() == (1,)
    finally:
        launcher.stop(at)
        at.sockets.rmdir()


def test_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    at = place.place(home)
    at.sockets.mkdir(mode=0o755)
    at.sockets.chmod(0o755)
    with pytest.raises(DatabaseUnavailable, match="open to others"):
        launcher.start(at)


def test_two_starters_at_once_make_one_server(home: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", START, str(home)], stdout=subprocess.PIPE, text=True, env=_paths())
        for _ in range(3)
    ]
    told = [json.loads(starter.communicate(timeout=120)[0]) for starter in starters]
    assert sorted(one["started"] for one in told) == [False, False, True]
    assert len({one["pid"] for one in told}) == 1


def test_interrupted_creation_is_begun_anew(home: Path) -> None:
    at = place.place(home)
    half = at.data.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert launcher.start(at) is True
    assert not half.exists()


def test_folder_with_other_things_is_not_overwritten(home: Path) -> None:
    at = place.place(home)
    at.data.mkdir(parents=True)
    (at.data / "letter.txt").write_text("mine")
    with pytest.raises((DatabaseUnavailable, OSError)):
        launcher.start(at)
    assert (at.data / "letter.txt").read_text() == "mine"


def test_data_of_another_version_is_refused(home: Path) -> None:
    at = place.place(home)
    at.data.mkdir(parents=True)
    (at.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseUnavailable, match="made by PostgreSQL 12"):
        launcher.start(at)


def test_server_that_cannot_start_says_why_and_where_its_log_is(home: Path) -> None:
    at = place.place(home)
    with pytest.raises(DatabaseUnavailable, match=r"did not start .*postgres\.log"):
        launcher.start(at, settings=("shared_buffers=nonsense",))


def test_log_keeps_no_statement_and_no_key(home: Path) -> None:
    at = place.place(home)
    launcher.start(at)
    with psycopg.connect(at.url(), autocommit=True) as link:
        link.execute("create table person (name text unique)")
        link.execute("insert into person values ('Ottoline')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            link.execute("insert into person values ('Ottoline')")
    log = (at.logs / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Ottoline" not in log


def test_throwaway_server_ends_with_a_killed_process(home: Path) -> None:
    script = START.replace("launcher.start(place.place(home))", "throwaway.start(home) is None").replace(
        "import launcher, place", "import launcher, place, throwaway"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script + "sys.stdout.flush(); sys.stdin.read()", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_paths(),
    )
    assert child.stdout
    told = json.loads(child.stdout.readline())
    assert processes.alive(told["pid"])
    child.kill()
    child.communicate()
    assert _gone(told["pid"])


def _paths() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE)}
