"""An answer saved and the next question shown, over HTTP, beside a bare page that does the transaction it needs."""

from __future__ import annotations

import http.client
import re
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlencode

import psycopg

from throughline.edge.site.bench import pages
from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.floors import floor_database, site
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import timed

TIMES, MOST = 60, 2.5
INSTRUMENT, QUESTIONS = "phq9", 9
TABLES = """
create table if not exists floor_sitting (id uuid primary key, patient uuid, answered timestamptz, version int);
create table if not exists floor_answer
  (sitting uuid, place text, value jsonb, by text, at timestamptz, primary key (sitting, place));
create table if not exists floor_sitting_was
  (id bigint generated always as identity primary key, told_by text, was jsonb);
create index if not exists floor_sitting_was_of on floor_sitting_was ((was ->> 'id'));
create table if not exists floor_line (id uuid primary key, patient uuid, at timestamptz, text text, said jsonb);
create index if not exists floor_line_patient on floor_line (patient, at);
"""


def at_sizes(sizes: Sequence[int]) -> list[Measurement]:
    """Return the measurements, on the smallest database: an assessment does not grow with its neighbours."""
    if not sizes:
        return []
    size = min(sizes)
    words = f"answer saved, next question shown ({INSTRUMENT})"
    return [
        Measurement("floor.answer", "bare Django page: the same transaction, then nine questions", "ms", _bare),
        Measurement(
            "answer", words, "ms", lambda bench: _ours(bench, size), "floor.answer", f"≤ {MOST:g} × floor", at_most=MOST
        ),
    ]


def _bare(bench: Bench) -> list[float]:
    """Return the milliseconds of the floor's page: lock, upsert, the sitting as it was, count up, audit, commit, then
    nine questions.

    The sitting as it was is no luxury of ours: no act may overwrite what stood before it, as with a call
    (`acting.LEFT_BEHIND`). The index on the lines is the one the floor of a call has: an audit nobody can search for a
    patient is none. It leaves out what only we do: asking whether the patient is hers, and the wall between sites.
    """
    server, _pages = site(bench)
    with psycopg.connect(floor_database(bench)) as link:
        link.execute(TABLES)
        sitting = str(uuid.uuid4())
        link.execute("insert into floor_sitting values (%s, %s, now(), 1)", [sitting, uuid.uuid4()])
    cookie = f"sessionid={bench.kept['floor-session']}"
    return _posted(server.port, lambda number: f"/answer/{sitting}/", {"Cookie": cookie})


def _ours(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds of the product's own runner, as the browser asks it."""
    server, cookie = pages.signed_in_server(bench, size)
    name = pages.database(bench, size)
    if f"sitting.{name}" not in bench.kept:
        bench.use(name)
        bench.kept[f"sitting.{name}"] = _begun()
    sitting = bench.kept[f"sitting.{name}"]
    token = re.search(r"csrftoken=([^;]+)", cookie)
    if token is None:
        raise NotMeasured("the sign-in left no token for forms")
    headers = {"Cookie": cookie, "X-CSRFToken": token[1], "HX-Request": "true"}
    return _posted(server.port, lambda number: f"/assessment/{sitting}/answer/", headers)


def _begun() -> str:
    """Return an assessment of one of the nurse's patients, begun."""
    from django.contrib.auth import get_user_model

    from throughline.foundation.access import queries
    from throughline.foundation.access.models import PatientAccess
    from throughline.practice.assessment.actions import Sitting, start_assessment

    at = datetime.now(UTC)
    nurse = get_user_model()._default_manager.get(username=pages.NURSE)
    held = PatientAccess.objects.filter(user=nurse, until=None).order_by("patient_id").values_list("patient_id").first()
    if held is None:
        raise NotMeasured("the nurse has no patients")
    by = queries.actor_for(nurse, at=at)
    return str(start_assessment(patient_id=held[0], instrument=INSTRUMENT, sitting=Sitting(), by=by, at=at))


def _posted(port: int, path: Callable[[int], str], headers: dict[str, str]) -> list[float]:
    """Answer one question after another, each time with another answer, over one connection that stays open."""
    headers = headers | {"Content-Type": "application/x-www-form-urlencoded"}

    def turn(number: int) -> None:
        place = str(number % (QUESTIONS - 1) + 1)  # the last one would lead to the review, not to a question
        form = urlencode({"asked": place, f"q:{place}": str(number // (QUESTIONS - 1) % 4)})
        link.request("POST", path(number), form, headers)
        answer = link.getresponse()
        answer.read()
        if answer.status != 200:
            raise NotMeasured(f"{path(number)} answered {answer.status}")

    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
        return timed(turn, times=TIMES)
