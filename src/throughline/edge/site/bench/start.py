"""Starting: from an empty home to the first page, and again; and what an import keeps in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from throughline.edge.site.bench import material
from throughline.edge.site.bench.context import COMMAND, Bench, free_port, wait_for
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.postgres import launcher, place, throwaway

FIRST_PAGE = "/accounts/login/"


def _first_page(home: Path, *words: str) -> float:
    """Return the seconds from the command to the sign-in page; the home's server is stopped afterwards."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"THROUGHLINE_HOME": str(home), "PYTHONPATH": str(Path(__file__).resolve().parents[4])}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, "run", "--port", str(port), *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}{FIRST_PAGE}", process)
        return time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait()
        launcher.stop(place.place(home))


def empty(bench: Bench) -> list[float]:
    """Return the seconds from an empty home to the first page, tables made, nothing loaded."""
    home = throwaway.folder()
    try:
        return [_first_page(home, "--no-seed")]
    finally:
        shutil.rmtree(home, ignore_errors=True)


def demonstration(bench: Bench) -> list[float]:
    """Return the seconds from an empty home to the first page with the demonstration loaded; the home is kept."""
    home = Path(bench.kept.setdefault("demo-home", throwaway.folder()))
    shutil.rmtree(home, ignore_errors=True)
    took = _first_page(home)
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    installed = sum(path.lstat().st_size for path in Path(sys.prefix).rglob("*") if path.is_file())
    bench.kept["note.venv"] = f"the virtual environment: {installed / 1e6:,.0f} MB"
    bench.kept["note.home"] = f"a home with the demonstration loaded: {size / 1e6:,.0f} MB"
    return [took]


def warm(bench: Bench) -> list[float]:
    """Return the seconds to the first page with everything there."""
    if "demo-home" not in bench.kept:
        raise NotMeasured("it needs start-demonstration")
    return [_first_page(Path(bench.kept["demo-home"]))]


def import_memory(files: int) -> Callable[[Bench], list[float]]:
    """Return a measurement of the most memory an import of that many one-megabyte bundles takes, in MB."""

    def once(bench: Bench) -> list[float]:
        folder = bench.home / f"bundles-{files}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number in range(files):
            (folder / f"{number}.json").write_bytes(material.bundle(bench))
        bench.database("bench_imports")
        words = [*COMMAND, "import", "fhir", str(folder), "--source", f"memory-{uuid.uuid4().hex[:8]}"]
        process = subprocess.Popen(
            words, env=bench.environment("bench_imports"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        shutil.rmtree(folder)
        if process.returncode:
            raise NotMeasured(f"the import ended with {process.returncode}")
        return [used.ru_maxrss / 1024]

    return once


MEASUREMENTS = (
    Measurement("start-empty", "empty home to first page", "s", empty, goal="< 30 s", at_most=30, rounds=1),
    Measurement("start-demonstration", "empty home to first page, demonstration loaded", "s", demonstration, rounds=1),
    Measurement("start-warm", "everything there to first page", "s", warm),
    Measurement("import-memory-10", "most memory of an import of 10 bundles", "MB", import_memory(10), rounds=1),
    Measurement(
        "import-memory-40",
        "most memory of an import of 40 bundles",
        "MB",
        import_memory(40),
        "import-memory-10",
        "≤ 1.1 × that of 10",
        at_most=1.1,
        rounds=1,
    ),
)
