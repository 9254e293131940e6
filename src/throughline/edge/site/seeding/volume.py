"""Fills a site of its own with a crowd by COPY: a chunk of people a transaction, the same memory for any number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from throughline.edge.site.seeding import copying, crowd, moments
from throughline.edge.site.seeding.founding import FOUNDED, FOUNDER
from throughline.edge.site.seeding.stories import Seeds
from throughline.foundation.access import actions, queries
from throughline.foundation.access.records import DEMO_PASSWORD

SITE = "volume"
SITE_NAME = "Stonebridge Regional Health"
MOST_PATIENTS = 1_000_000
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Filled:
    """How many people the site has now, how many of them were added, and the rows added to each table."""

    patients: int
    added: int
    rows: Mapping[str, int]


def fill(
    seeds: Seeds,
    *,
    patients: int,
    observations: int,
    people_per_case: int,
    today: date,
    progress: Callable[[int, int], None] = lambda done, wanted: None,
) -> Filled:
    """Bring the volume site up to `patients` people; those that are there are left as they are.

    Each chunk is one transaction: after a crash the next run goes on where this one stopped.
    """
    site_id = _site(today)
    last_nurse = max(patients - 1, 0) // people_per_case // crowd.CASELOAD
    nurses = tuple(_nurse(site_id, number, today) for number in range(1, last_nurse + 2))
    kinds = crowd.readings(seeds.crowd, seeds.vocabulary)
    plan = crowd.Plan(site_id, today, seeds.crowd, seeds.vocabulary, nurses, kinds, observations, people_per_case)
    targets = {table: copying.target(table, columns) for table, columns in crowd.COLUMNS.items()}
    there = _count(site_id)
    counts = dict.fromkeys(targets, 0)
    for start in range(there, patients, CHUNK):
        stop = min(start + CHUNK, patients)
        _chunk(range(start, stop), plan, targets, counts)
        progress(stop, patients)
    if patients > there:
        _analyze(targets)
    return Filled(max(there, patients), max(patients - there, 0), counts)


def _chunk(numbers: range, plan: crowd.Plan, targets: Mapping[str, copying.Target], counts: dict[str, int]) -> None:
    lines: dict[str, list[str]] = {table: [] for table in targets}
    for number in numbers:
        for table, row in crowd.rows_of(number, plan):
            lines[table].append(copying.line(row, targets[table].tail))
    with transaction.atomic():
        for table, found in lines.items():
            copying.copy(targets[table], found)
            counts[table] += len(found)


def _site(today: date) -> UUID:
    at = moments.instant(FOUNDED, today)
    return queries.site_id_of(SITE) or actions.add_site(
        key=SITE, name=SITE_NAME, kind="hospital", time_zone=str(moments.ZONE), by=FOUNDER, at=at
    )


def _nurse(site_id: UUID, number: int, today: date) -> tuple[UUID, str]:
    """Return the nurse (id, name); the first one can sign in with the published password, the others cannot."""
    username, name = f"volume-{number}", f"Volume Nurse {number}"
    actor = queries.actor_named(username, at=moments.instant("today", today))
    if actor is not None and actor.user_id is not None:
        return actor.user_id, name
    user_id = actions.create_user(
        site_id=site_id,
        username=username,
        full_name=name,
        credentials="RN",
        email=f"{username}@riverbend.example",
        roles=["case_manager"],
        password=DEMO_PASSWORD if number == 1 else None,
        is_demo=number == 1,
        by=FOUNDER,
        at=moments.instant(FOUNDED, today),
    )
    return user_id, name


def _count(site_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_patient where site_id = %s", [site_id])
        return int(cursor.fetchone()[0])


def _analyze(targets: Mapping[str, copying.Target]) -> None:
    with connection.cursor() as cursor:
        for table in targets:
            cursor.execute(f'analyze "{table}"')
