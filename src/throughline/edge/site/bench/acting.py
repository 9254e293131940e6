"""An act in place on Today: a call nobody answered, logged with all it moves, beside the bare transaction it needs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg

from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.floors import floor_database
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import timed
from throughline.edge.site.bench.pages import NURSE, database

TIMES = 60
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
    ]


def _bare(bench: Bench) -> list[float]:
    """Return the milliseconds of what a failed call must store, durably and in one transaction, without the product.

    The contact and its line of story, the task moved with its transition and line, an audit row for each act.
    """
    with psycopg.connect(floor_database(bench)) as link:
        link.execute(TABLES)
        task, patient = uuid.uuid4(), uuid.uuid4()
        link.execute("insert into floor_task values (%s, %s, 'open', now(), 1)", [task, patient])
        link.commit()

        def turn(number: int) -> None:
            link.execute("select * from floor_task where patient = %s and state = 'open' for update", [patient])
            for text in ("contact", "told: contact", "transition", "told: moved", "audit: call", "audit: task"):
                link.execute("insert into floor_line values (%s, %s, now(), %s, '{}')", [uuid.uuid4(), patient, text])
            link.execute("update floor_task set due = now(), version = version + 1 where id = %s", [task])
            link.commit()

        return timed(turn, times=TIMES)


def _call(bench: Bench, size: int) -> list[float]:
    """Return the milliseconds of the whole act for patients of the nurse."""
    bench.use(database(bench, size))
    from django.contrib.auth import get_user_model
    from django.db import connection

    from throughline.foundation.access import queries
    from throughline.practice.caseload.actions import CallIn, log_call
    from throughline.record.contacts.actions import ContactIn

    by = queries.actor_for(get_user_model()._default_manager.get(username=NURSE), at=datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.patient_id from access_patientaccess a join access_user u on u.id = a.user_id"
            " where u.username = %s and a.until is null order by a.patient_id limit 200",
            [NURSE],
        )
        patients = [row[0] for row in cursor.fetchall()]
    if not patients:
        raise NotMeasured("the nurse has no patients")

    def turn(number: int) -> None:
        at = datetime.now(UTC)
        contact = ContactIn(channel="phone", outcome="no-answer", began_at=at - timedelta(minutes=1), seconds=20)
        call = CallIn(contact=contact, next_try=at + timedelta(days=1))
        log_call(patient_id=patients[number % len(patients)], call=call, by=by, at=at)

    return timed(turn, times=TIMES)
