"""Today while something long runs beside it: a reviewer taking the audit away as a file, again and again."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import Pages
from throughline.edge.site.bench.pages import database, signed_in, signed_in_server, value

REVIEWER = "bench-reviewer"
LINES = 200_000  # of the audit, at least
TIMES = 200
EXPORT = "/access-review/audit.ndjson"
FILL = """
insert into audit_entry (id, at, kind, name, actor_name, actor_kind, site_id, purpose, detail)
select gen_random_uuid(), now() - n * interval '1 second', 'read', 'desk.patient', 'Bench Nurse', 'user', s.id,
  'treatment', '{}' from access_site s, generate_series(1, %s) n where s.id = %s
"""


def at_sizes(sizes: Sequence[int]) -> list[Measurement]:
    """Return the measurement at the largest size, behind its own floor: the same pages with nothing beside them."""
    if not sizes:
        return []
    size = max(sizes)
    floor = Measurement(
        "floor.today-p95", f"Today at the 95th percentile, {size:,} patients", "ms", lambda bench: _alone(bench, size)
    )
    beside = Measurement(
        "today-beside",
        f"Today at the 95th percentile while the audit is exported, {size:,} patients",
        "ms",
        lambda bench: _beside(bench, size),
        floor.key,
        "≤ 2 × the same without",
        at_most=2,
    )
    return [floor, beside]


def _alone(bench: Bench, size: int) -> list[float]:
    server, cookie = signed_in_server(bench, size)
    return [_p95(Pages(server.port, cookie).latency(["/"], times=TIMES))]


def _beside(bench: Bench, size: int) -> list[float]:
    server, cookie = signed_in_server(bench, size)
    reviewer, done, sizes = _reviewer(bench, size, server.port), threading.Event(), []

    def export() -> None:
        while not done.is_set():
            sizes.append(_exported(server.port, reviewer, done))

    beside = threading.Thread(target=export)
    beside.start()
    try:
        took = Pages(server.port, cookie).latency(["/"], times=TIMES)
    finally:
        done.set()
        beside.join()
    if not sizes or max(sizes) < LINES:
        raise NotMeasured(f"the export sent {max(sizes, default=0):,} bytes")
    bench.kept["note.export"] = (
        f"an audit export beside Today: {sum(sizes) / 1e6:,.0f} MB sent in {sum(took) / 1000:.0f} s"
    )
    return [_p95(took)]


def _exported(port: int, cookie: str, done: threading.Event) -> int:
    """Return how many bytes of the export came before all was sent or the other side was done."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
        link.request("GET", EXPORT, headers={"Cookie": cookie})
        answer, came = link.getresponse(), 0
        if answer.status != 200:
            return 0
        while not done.is_set() and (part := answer.read(65_536)):
            came += len(part)
        return came


def _p95(took: list[float]) -> float:
    return sorted(took)[round(len(took) * 0.95) - 1]


def _reviewer(bench: Bench, size: int, port: int) -> str:
    """Return the cookies of a reviewer of accesses, who is made, and whose audit is filled, the first time."""
    name = database(bench, size)
    if f"reviewer.{name}" not in bench.kept:
        bench.use(name)
        site_id = _made()
        with psycopg.connect(bench.url(name), options="-c throughline.wall=open", autocommit=True) as link:
            there = value(link, "select count(*) from audit_entry where site_id = %s", [site_id])
            link.execute(FILL, [max(0, LINES - there), site_id])
        bench.kept[f"reviewer.{name}"] = signed_in(port, REVIEWER)
    return str(bench.kept[f"reviewer.{name}"])


def _made() -> Any:
    """Return the site's id, its reviewer made when she is not there."""
    from throughline.edge.site.seeding.volume import SITE
    from throughline.foundation.access import actions, queries
    from throughline.foundation.access.records import DEMO_PASSWORD
    from throughline.foundation.kernel.actor import system

    at = datetime.now(UTC)
    site_id = queries.site_id_of(SITE)
    if site_id is None:
        raise NotMeasured("the volume site is not there")
    if queries.actor_named(REVIEWER, at=at) is None:
        actions.create_user(
            site_id=site_id, username=REVIEWER, full_name="Bench Reviewer", email="", roles=["auditor"],
            password=DEMO_PASSWORD, is_demo=True, by=system("bench"), at=at,
        )  # fmt: skip
    return site_id
