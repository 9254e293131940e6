"""Pages at several sizes, signed in, with access control and audit on, beside a bare page."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import psycopg

from throughline.edge.site.bench.context import COMMAND, Bench, WebServer
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import Pages

SIGN_IN = "/accounts/login/"
NURSE = "volume-1"  # the one nurse of the volume site who can sign in
ORDERS = {"name": "name", "contact": "last contact"}
MEMORY_MB = 176.0  # of everything `throughline run` starts but the database, after load


def at_sizes(sizes: Sequence[int]) -> list[Measurement]:
    """Return the measurements of every size; those of the largest carry the goals."""
    found = [one for size in sizes for one in _of(size, largest=size == max(sizes))]
    if sizes:
        size = max(sizes)
        found += [
            Measurement(
                "today-8",
                f"Today, 8 clients, {size:,} patients",
                "per s",
                lambda bench: _today_rate(bench, size),
                "floor.page-8",
                "≥ 0.4 × floor",
                at_least=0.4,
            ),
            Measurement(
                "memory",
                "memory of everything after load: 2 web workers, their master, the background work",
                "MB",
                lambda bench: [_ours(bench, size)[0].memory()],
                goal=f"≤ {MEMORY_MB:.0f} MB",
                at_most=MEMORY_MB,
            ),
        ]
    return found


def _of(size: int, *, largest: bool) -> list[Measurement]:
    def measured(stem: str, title: str, once: Callable[[Bench, int], Any], floor: str, limit: float) -> Measurement:
        goal = (
            {"goal": f"≤ {limit:g} × {'Today' if floor.startswith('today') else 'floor'}", "at_most": limit}
            if largest and limit
            else {}
        )
        return Measurement(
            f"{stem}-{size}",
            f"{title}, {size:,} patients",
            "ms",
            lambda bench: once(bench, size),
            floor,
            stem=stem,
            size=size,
            **goal,  # type: ignore[arg-type]
        )

    return [
        measured("today", "Today", _today, "floor.page", 2.5),
        measured("overview", "patient overview", _overview, "floor.patient", 8),
        *(
            measured(f"patients-{order}", f"Patients by {words}", _roster(order), f"today-{size}", 1)
            for order, words in ORDERS.items()
        ),
    ]


def database(bench: Bench, size: int) -> str:
    """Return the name of the database with that many patients, filled when it is not there yet."""
    name = f"bench_{size}"
    if f"note.{name}" not in bench.kept:
        url = bench.database(name)
        bench.command(name, "seed", "--patients", str(size))  # leaves alone what is there
        with psycopg.connect(url, options="-c throughline.wall=open") as link:
            counts = [value(link, f"select count(*) from {table}") for table in ("people_patient", "chart_observation")]
            bytes_ = value(link, "select pg_database_size(current_database())")
        bench.kept[f"note.{name}"] = f"{counts[0]:,} patients, {counts[1]:,} observations: {bytes_ / 1e6:,.0f} MB"
    return name


def value(link: psycopg.Connection[Any], query: str, asked: Sequence[object] = ()) -> int:
    """Return the one number a query answers, 0 for no row."""
    row = link.execute(query, asked).fetchone()  # type: ignore[call-overload]
    return int(row[0]) if row else 0


def _ours(bench: Bench, size: int) -> tuple[WebServer, Pages]:
    """Return the product's web server on the database of that size and a client signed in as its nurse."""
    name = database(bench, size)
    environment = bench.environment(name)
    words = [*COMMAND, "run", "--no-seed", "--port", "{port}"]
    server = bench.web(name, words, environment=environment, check=SIGN_IN)
    if f"cookie.{name}" not in bench.kept:
        bench.kept[f"cookie.{name}"] = signed_in(server.port, NURSE)
    return server, Pages(server.port, bench.kept[f"cookie.{name}"])


def signed_in_server(bench: Bench, size: int) -> tuple[WebServer, str]:
    """Return the product's web server on the database of that size and the cookies of its nurse."""
    server, _pages = _ours(bench, size)
    return server, str(bench.kept[f"cookie.{database(bench, size)}"])


def signed_in(port: int, username: str) -> str:
    """Sign a person of the volume site in as a browser does and return the cookies."""
    from throughline.foundation.access.records import DEMO_PASSWORD

    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
        link.request("GET", SIGN_IN)
        page = link.getresponse()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
        cookies = _cookies(page)
        if not token:
            raise NotMeasured("the sign-in page has no form")
        form = {"login": username, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token[1]}
        headers = {"Cookie": _line(cookies), "Content-Type": "application/x-www-form-urlencoded"}
        link.request("POST", SIGN_IN, urlencode(form), headers)
        answer = link.getresponse()
        answer.read()
        cookies |= _cookies(answer)
        if answer.status != 302 or "sessionid" not in cookies:
            raise NotMeasured(f"signing in as {username} answered {answer.status}")
    return _line(cookies)


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    pairs = (text.split(";")[0].split("=", 1) for text in answer.headers.get_all("Set-Cookie", []))
    return {name: value for name, value in pairs}


def _line(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _today(bench: Bench, size: int) -> list[float]:
    return _ours(bench, size)[1].latency(["/"], times=60)


def _today_rate(bench: Bench, size: int) -> list[float]:
    return [_ours(bench, size)[1].throughput(["/"], clients=8, seconds=bench.seconds)]


def _roster(order: str) -> Callable[[Bench, int], list[float]]:
    """Return what measures the nurse's list of patients in one order."""
    return lambda bench, size: _ours(bench, size)[1].latency([f"/patients/?order={order}"], times=60)


def _overview(bench: Bench, size: int) -> list[float]:
    _, pages = _ours(bench, size)
    with psycopg.connect(bench.url(database(bench, size)), options="-c throughline.wall=open") as link:
        found = link.execute(
            "select a.patient_id from access_patientaccess a join access_user u on u.id = a.user_id"
            " where u.username = %s order by a.patient_id limit 40",
            [NURSE],
        ).fetchall()
    if not found:
        raise NotMeasured("the nurse has no patients")
    return pages.latency([f"/p/{row[0]}/" for row in found], times=80)
