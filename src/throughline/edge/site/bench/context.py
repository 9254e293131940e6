"""What measurements work on: a server of their own with durable settings, databases of several sizes, web servers."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from throughline.edge.site.bench.harness import NotMeasured
from throughline.edge.site.postgres import launcher, place
from throughline.edge.site.postgres.place import Place

COMMAND = [sys.executable, "-m", "throughline.edge.site.command"]
START_SECONDS = 120


@dataclass
class WebServer:
    """One running web server and where it answers."""

    process: subprocess.Popen[bytes]
    port: int

    def memory(self) -> float:
        """Return the proportional memory of the server and of every process below it in MB."""
        return sum(_pss(pid) for pid in _family(self.process.pid)) / 1024


@dataclass
class Bench:
    """The server, the databases and the web servers of one run."""

    home: Path
    sizes: tuple[int, ...]
    seconds: float = 3.0  # how long a rate is measured
    nurse_seconds: float = 300.0  # how long fifty nurses act at once
    servers: dict[str, WebServer] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)  # what one measurement prepares for its next round

    @property
    def place(self) -> Place:
        """Return where the server lives."""
        return place.place(self.home)

    def url(self, database: str) -> str:
        """Return the address of a database of the bench's server."""
        return self.place.url(database=database)

    def database(self, name: str) -> str:
        """Return the address of the database, made and with the product's tables up to date."""
        if f"made.{name}" not in self.kept:
            with psycopg.connect(self.place.url(database="postgres"), autocommit=True) as link:
                if not link.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                    link.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            self.command(name, "migrate")
            self.kept[f"made.{name}"] = True
        return self.url(name)

    def command(self, database: str, *words: str) -> str:
        """Run a `throughline` command on a database and return what it printed; raises NotMeasured when it fails."""
        done = subprocess.run(
            [*COMMAND, *words], env=self.environment(database), capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode not in (0, 3):  # 3: an import that refused something
            last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
            raise NotMeasured(f"`throughline {words[0]}` failed: {last}")
        return done.stdout

    def environment(self, database: str) -> dict[str, str]:
        """Return the environment in which a command works on the database."""
        source = str(Path(__file__).resolve().parents[4])
        mine = {"DATABASE_URL": self.url(database), "THROUGHLINE_HOME": str(self.home), "PYTHONPATH": source}
        return {**os.environ, **mine}

    def use(self, database: str) -> None:
        """Let Django in this process work on the database, which is made when it is not there."""
        url = self.database(database)
        os.environ["DATABASE_URL"] = url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.edge.site.settings")
        import django
        from django.db import connection

        django.setup()
        if connection.settings_dict["NAME"] != database or connection.settings_dict["HOST"] != str(self.place.sockets):
            connection.close()
            from throughline.edge.site.database import database_settings

            connection.settings_dict.update(database_settings())
        from throughline.foundation.access import wall

        wall.stand_open()

    def web(self, name: str, words: list[str], *, environment: dict[str, str], check: str) -> WebServer:
        """Return the web server of that name, started when it is not running, once it answers `check`."""
        if name not in self.servers:
            port = free_port()
            process = subprocess.Popen(
                [word.replace("{port}", str(port)) for word in words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=open(self.home / f"{name}.log", "ab"),  # noqa: SIM115  # lives as long as the server
            )
            self.servers[name] = WebServer(process, port)
            wait_for(f"http://127.0.0.1:{port}{check}", process)
        return self.servers[name]

    def close(self) -> None:
        """Stop the web servers and the database server."""
        for server in self.servers.values():
            server.process.terminate()
        for server in self.servers.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(30)
        launcher.stop(self.place)
        if "demo-home" in self.kept:
            shutil.rmtree(self.kept["demo-home"], ignore_errors=True)


@contextlib.contextmanager
def opened(home: Path, sizes: tuple[int, ...], seconds: float) -> Iterator[Bench]:
    """Start the bench's own server and stop everything afterwards; what it holds stays for the next run."""
    launcher.start(place.place(home))
    bench = Bench(home, sizes, seconds)
    try:
        yield bench
    finally:
        bench.close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the address answers; raises NotMeasured when the server ends or does not answer in time."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise NotMeasured(f"the web server did not answer {url}")


def _family(pid: int) -> list[int]:
    """Return a process and all that stem from it."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(word) for word in found.read_text().split()] if found.exists() else []
    return [pid, *(one for child in children for one in _family(child))]


def _pss(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/smaps_rollup").exists():
            return 0.0  # it has ended meanwhile, as who does the background work does
    except OSError:
        pass
    raise NotMeasured("this system does not tell a process's memory")
