"""Fifty nurses acting at once: each reads her list and adds, does and takes back tasks of patients others work on too.

What was acknowledged is counted and then looked for in the database: nothing may be lost, no answer may be a fault.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import psycopg

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.pages import database, signed_in_server

CLIENTS = 50
PATIENTS = 20  # fewer than clients, so that they meet on the same records
SIZE = 1_000
MIXED, MIXED_SECONDS = 8, 20.0
_UNDO = re.compile(r'action="(/task/([0-9a-f-]{36})/undo/)".*?name="version" value="(\d+)"', re.S)


@dataclass
class Counts:
    """What fifty clients were told, and what of it was not so."""

    answers: Counter[int] = field(default_factory=Counter)
    added: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    broken: int = 0
    took: list[float] = field(default_factory=list)  # milliseconds of each answer
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def faults(self) -> int:
        """Answers of 500 and above, and connections that broke."""
        return self.broken + sum(count for status, count in self.answers.items() if status >= 500)


class Nurse:
    """One client with a connection of its own."""

    def __init__(self, port: int, cookie: str, counts: Counts, number: int) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        token = SimpleCookie(cookie)["csrftoken"].value
        self.headers = {"Cookie": cookie, "X-CSRFToken": token, "HX-Request": "true"}
        self.counts, self.number = counts, number

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Return status and body of one request as the page's own script sends it; (0, "") when it broke."""
        headers = self.headers | ({"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {})
        if method == "GET":
            headers.pop("HX-Request")
        begin = time.perf_counter()
        try:
            self.link.request(method, path, urlencode(form or {}), headers)
            answer = self.link.getresponse()
            status, body = answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.link.close()
            with self.counts.lock:
                self.counts.broken += 1
            return 0, ""
        with self.counts.lock:
            self.counts.answers[status] += 1
            self.counts.took.append((time.perf_counter() - begin) * 1000)
        return status, body

    def turn(self, patient: str, turn: int) -> None:
        """Read the list, add a task, leave a note, do the first thing due for the patient and take half of it back."""
        self.ask("GET", "/")
        title = f"load {self.number} {turn}"
        status, _body = self.ask("POST", f"/p/{patient}/task/", {"title": title})
        if status == 200:
            with self.counts.lock:
                self.counts.added.add(title)
        self.ask("POST", f"/p/{patient}/note/", {"text": f"note {title}"})
        _status, panel = self.ask("GET", f"/today/{patient}/?open=all")
        tasks = re.findall(r'action="/task/([0-9a-f-]{36})/done/"', panel)
        if not tasks:
            return
        task = tasks[self.number % len(tasks)]
        status, body = self.ask("POST", f"/task/{task}/done/", {})
        undo = _UNDO.search(body)
        if status != 200 or undo is None:
            return
        with self.counts.lock:
            self.counts.done.add(task)
        if turn % 2:
            status, _body = self.ask("POST", undo[1], {"version": undo[3]})
            if status == 200:
                with self.counts.lock:
                    self.counts.done.discard(task)


def drive(port: int, cookie: str, patients: list[str], *, clients: int, seconds: float) -> Counts:
    """Let that many clients act for a while and return what they were told. Stops by itself."""
    counts, end = Counts(), time.monotonic() + seconds

    def work(number: int) -> None:
        nurse = Nurse(port, cookie, counts, number)
        with closing(nurse.link):
            turn = 0
            while time.monotonic() < end:
                nurse.turn(patients[(number + turn) % len(patients)], turn)
                turn += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


def lost(link: psycopg.Connection[tuple[object, ...]], counts: Counts) -> int:
    """Return how many acknowledged tasks are not there, and of the tasks told done how many stand open."""
    link.execute("select set_config('throughline.wall', 'open', false)")
    there = {row[0] for row in link.execute("select title from tasks_task where title like 'load %'")}
    asked = list(counts.done)
    found = link.execute("select id::text from tasks_task where id::text = any(%s) and state = 'done'", [asked])
    return len(counts.added - there) + len(counts.done - {row[0] for row in found})


def _patients(link: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Return the patients all of them work on; the link sees every site from here on."""
    link.execute("select set_config('throughline.wall', 'open', false)")
    rows = link.execute("select patient_id::text from cases_case where owner_id is not null order by id limit 20")
    return [str(row[0]) for row in rows]


def _nurses(bench: Bench) -> list[float]:
    server, cookie = signed_in_server(bench, SIZE)
    with psycopg.connect(bench.url(database(bench, SIZE)), autocommit=True) as link:
        counts = drive(server.port, cookie, _patients(link), clients=CLIENTS, seconds=bench.nurse_seconds)
        missing = lost(link, counts)
    said = ", ".join(f"{number:,} × {status}" for status, number in sorted(counts.answers.items()))
    bench.kept["note.nurses"] = (
        f"{CLIENTS} nurses for {bench.nurse_seconds:.0f} s: answers {said}; {len(counts.added):,} tasks added, "
        f"{len(counts.done):,} left done; {missing} lost, {counts.faults} faults"
    )
    return [float(missing + counts.faults)]


def _mixed(bench: Bench) -> list[float]:
    """Return how many times the median answer the one at the 95th percentile takes, reading and writing mixed."""
    server, cookie = signed_in_server(bench, SIZE)
    with psycopg.connect(bench.url(database(bench, SIZE)), autocommit=True) as link:
        patients = _patients(link)
    counts = drive(server.port, cookie, patients, clients=MIXED, seconds=MIXED_SECONDS)
    took = sorted(counts.took)
    if len(took) < 100 or counts.faults:
        raise NotMeasured(f"{len(took)} answers, {counts.faults} of them faults")
    median, late = took[len(took) // 2], took[round(len(took) * 0.95) - 1]
    bench.kept["note.mixed"] = f"{MIXED} nurses, reading and writing: {median:,.0f} ms, 95th percentile {late:,.0f} ms"
    return [late / median]


MEASUREMENTS = [
    Measurement("nurses", "50 nurses at once: acts lost or answered with a fault", "", _nurses, "", "0", 0.0, rounds=1),
    Measurement(
        "mixed", f"reading and writing mixed, {MIXED} nurses: 95th percentile by median", "×", _mixed, "", "≤ 3", 3.0
    ),
]
