"""An act in place on Today: a call nobody answered, logged with all it moves, beside the bare transaction it needs."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import psycopg

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.floors import floor_database
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import timed
from throughline.edge.site.bench.nurses import Counts, Nurse
from throughline.edge.site.bench.pages import NURSE, database, signed_in_server

TIMES, WARM = 60, 3
MOST = 3.0
TABLES = """
create table if not exists floor_task (id uuid primary key, patient uuid, state text, due timestamptz, version int);
create index if not exists floor_task_patient on floor_task (patient);
create table if not exists floor_line (id uuid primary key, patient uuid, at timestamptz, text text, said jsonb);
create index if not exists floor_line_patient on floor_line (patient, at);
"""


def at_sizes(sizes: Sequence[int]) -> list[Measurement]:
    """Return the act at the largest size, behind its floor."""
    if not sizes:
        return []
    size = max(sizes)
    return [
        Measurement("floor.call", "the bare transaction of a failed call", "ms", _bare),
        Measurement(
            "call",
            f"log a call nobody answered, {size:,} patients",
            "ms",
            lambda bench: _call(bench, size),
            "floor.call",
            f"≤ {MOST:g} × the bare transaction",
            at_most=MOST,
        ),
        Measurement(
            "call-posted",
            f"the same call by form, until the row is back, {size:,} patients",
            "ms",
            lambda bench: _posted(bench, size),
            "floor.call",
        ),
    ]


# What a failed call leaves behind, a row each. The last two are no luxury of ours: no act may overwrite what stood
# before it, and the case must be looked over after the act even when the process dies with its commit.
LEFT_BEHIND = (
    "contact", "told: contact", "transition", "told: moved", "audit: call", "audit: task", "the task as it was",
    "message: look at the case",
)  # fmt: skip


def _bare(bench: Bench) -> list[float]:
    """Return the milliseconds of what a failed call must store, durably and in one transaction, without the product.

    The contact and its line of story; the task moved, with its transition, its line and the row as it was; an audit
    row for each act; the message that has the case looked over.
    """
    with psycopg.connect(floor_database(bench)) as link:
        link.execute(TABLES)
        task, patient = uuid.uuid4(), uuid.uuid4()
        link.execute("insert into floor_task values (%s, %s, 'open', now(), 1)", [task, patient])
        link.commit()

        def turn(number: int) -> None:
            link.execute("select * from floor_task where patient = %s and state = 'open' for update", [patient])
            for text in LEFT_BEHIND:
                link.execute("insert into floor_line values (%s, %s, now(), %s, '{}')", [uuid.uuid4(), patient, text])
            link.execute("update floor_task set due = now(), version = version + 1 where id = %s", [task])
            link.commit()

        return timed(turn, times=TIMES)


def _call(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds of the whole act for patients of the nurse; each call is taken back before the next.

    Otherwise the tries of a patient would be used up, which is another act. The case's mark is wiped too, as the job
    does between two calls to one patient.
    """
    bench.use(database(bench, size))
    from django.contrib.auth import get_user_model
    from django.db import connection

    from throughline.foundation.access import queries
    from throughline.practice.caseload.actions import CallIn, log_call, undo_call
    from throughline.record.contacts.actions import ContactIn

    by = queries.actor_for(get_user_model()._default_manager.get(username=NURSE), at=datetime.now(UTC))
    took = []
    for _, patient_id in zip(range(WARM + TIMES), cycle(_patients(connection)), strict=False):
        at = datetime.now(UTC)
        contact = ContactIn(channel="phone", outcome="no-answer", began_at=at - timedelta(minutes=1), seconds=20)
        call = CallIn(contact=contact, next_try=at + timedelta(days=1))
        begin = time.perf_counter()
        contact_id, said = log_call(patient_id=patient_id, call=call, by=by, at=at)
        took.append((time.perf_counter() - begin) * 1000)
        undo_call(contact_id=contact_id, by=by, at=datetime.now(UTC))
        with connection.cursor() as cursor:
            cursor.execute("update review_examined set dirty_since = null where patient_id = %s", [patient_id])
        if "next try" not in said:
            raise NotMeasured(f"a call did something else: {said}")
    return took[WARM:]


def _patients(connection: Any) -> list[uuid.UUID]:
    """Return the patients of the nurse whom nobody called in vain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.patient_id from access_patientaccess a join access_user u on u.id = a.user_id"
            " where u.username = %s and a.until is null and not exists (select 1 from contacts_contact k"
            " where k.patient_id = a.patient_id and k.outcome <> 'spoke-patient') order by a.patient_id limit 200",
            [NURSE],
        )
        patients = [row[0] for row in cursor.fetchall()]
    if not patients:
        raise NotMeasured("the nurse has no patients who always answered")
    return patients


def _posted(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds until the browser has its row again: the form posted, the act, the row, all of it."""
    server, cookie = signed_in_server(bench, size)
    bench.use(database(bench, size))
    from django.db import connection

    nurse = Nurse(server.port, cookie, Counts(), 0)
    took = []
    with closing(nurse.link):
        for number, patient_id in zip(range(WARM + TIMES), cycle(_patients(connection)), strict=False):
            begin = time.perf_counter()
            status, body = nurse.ask("POST", f"/p/{patient_id}/call/", {"outcome": "no-answer", "seconds": "20"})
            took.append((time.perf_counter() - begin) * 1000)
            undo = re.search(r'action="(/contact/[0-9a-f-]{36}/undo/)"', body)
            if status != 200 or undo is None or nurse.ask("POST", undo[1], {})[0] != 200:
                raise NotMeasured(f"call {number} answered {status}")
    return took[WARM:]
