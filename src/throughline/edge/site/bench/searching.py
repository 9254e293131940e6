"""Searching for patients at several sizes, beside the bare statements of the same search."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import timed
from throughline.edge.site.bench.nurses import Counts, Nurse
from throughline.edge.site.bench.pages import NURSE, database, signed_in_server

TIMES = 80
MOST = 2.0  # the whole search beside its bare statements


def at_sizes(sizes: Sequence[int]) -> list[Measurement]:
    """Return each way to search at every size, behind the floor of its own statements."""
    ways = (
        ("search-name", "search by parts of a name", _names),
        ("search-number", "search by record number", _numbers),
        ("search-phone", "search by the last digits of a phone", _phones),
    )
    found = [one for size in sizes for stem, title, texts in ways for one in _pair(size, stem, title, texts)]
    return found + [_box(size, stem, title, texts) for size in sizes for stem, title, texts in ways[:2]]


def _pair(size: int, stem: str, title: str, texts: Callable[[Any], list[str]]) -> tuple[Measurement, Measurement]:
    named = f"{title}, {size:,} patients"
    floor = Measurement(
        f"floor.{stem}-{size}", f"the bare statements of: {named}", "ms", lambda bench: _bare(bench, size, texts)
    )
    ours = Measurement(
        f"{stem}-{size}",
        named,
        "ms",
        lambda bench: _search(bench, size, texts),
        floor.key,
        f"≤ {MOST:g} × its bare statements",
        at_most=MOST,
        stem=stem,
        size=size,
    )
    return floor, ours


def _box(size: int, stem: str, title: str, texts: Callable[[Any], list[str]]) -> Measurement:
    """Return the same through the server, as the search box asks while somebody types."""
    return Measurement(
        f"box-{stem.removeprefix('search-')}-{size}",
        f"{title} in the box, whole answer, {size:,} patients",
        "ms",
        lambda bench: _asked(bench, size, texts),
        stem=f"box-{stem.removeprefix('search-')}",
        size=size,
    )


def _asked(bench: Bench, size: int, texts: Callable[[Any], list[str]]) -> list[float]:
    """Return the milliseconds until the box has its lines, signed in, walls and audit on."""
    server, cookie = signed_in_server(bench, size)
    _viewer, asked = _asking(bench, size, texts)
    nurse = Nurse(server.port, cookie, Counts(), 0)

    def turn(number: int) -> None:
        status, _body = nurse.ask("POST", "/search/", {"q": asked[number % len(asked)]})
        if status != 200:
            raise NotMeasured(f"the search answered {status}")

    with closing(nurse.link):
        return timed(turn, times=TIMES)


def _asking(bench: Bench, size: int, texts: Callable[[Any], list[str]]) -> tuple[Any, list[str]]:
    """Return the nurse's viewer and what she searches for."""
    bench.use(database(bench, size))
    from django.contrib.auth import get_user_model
    from django.db import connection

    from throughline.foundation.access import queries

    user = get_user_model()._default_manager.get(username=NURSE)
    with connection.cursor() as cursor:
        asked = texts(cursor)
    if not asked:
        raise NotMeasured("nobody was found to search for")
    return queries.viewer_for(user, at=datetime.now(UTC)), asked


def _search(bench: Bench, size: int, texts: Callable[[Any], list[str]]) -> list[float]:
    """Return the milliseconds of the search as the server does it, without the page around it."""
    viewer, asked = _asking(bench, size, texts)
    from throughline.record.people.queries.search import search_patients

    return timed(lambda number: search_patients(viewer, asked[number % len(asked)]), times=TIMES)


def _bare(bench: Bench, size: int, texts: Callable[[Any], list[str]]) -> list[float]:
    """Return the milliseconds of the statements a search sends, sent again by the driver alone."""
    viewer, asked = _asking(bench, size, texts)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from throughline.record.people.queries.search import search_patients

    sent: list[list[str]] = []
    for text in asked:
        with CaptureQueriesContext(connection) as caught:
            search_patients(viewer, text)
        sent.append([str(one["sql"]) for one in caught])
    url = bench.url(database(bench, size))
    with psycopg.connect(url, options="-c throughline.wall=open", autocommit=True) as link:

        def turn(number: int) -> None:
            for statement in sent[number % len(sent)]:
                link.execute(statement.encode()).fetchall()

        return timed(turn, times=TIMES)


_OWN = (
    " join access_patientaccess a on a.patient_id = p.id join access_user u on u.id = a.user_id"
    f" where u.username = '{NURSE}' order by p.id limit 40"
)


def _names(cursor: Any) -> list[str]:
    cursor.execute(
        "select n.given, n.family from people_patient p join people_patientname n on n.patient_id = p.id" + _OWN
    )
    return [f"{given.split()[0][:4]} {family[:5]}" for given, family in cursor.fetchall() if given and family]


def _numbers(cursor: Any) -> list[str]:
    cursor.execute(
        "select i.value from people_patient p join people_patientidentifier i on i.patient_id = p.id and i.kind = 'mrn'"
        + _OWN
    )
    return [value for (value,) in cursor.fetchall()]


def _phones(cursor: Any) -> list[str]:
    cursor.execute(
        "select c.value from people_patient p join people_contactpoint c on c.patient_id = p.id and c.system = 'phone'"
        + _OWN
    )
    digits = (re.sub(r"\D", "", value) for (value,) in cursor.fetchall())
    return [value[-7:] for value in digits if len(value) >= 7]
