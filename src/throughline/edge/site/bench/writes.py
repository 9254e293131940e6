"""Writing: a patient or a task registered, validated and audited; bundles and people taken in through the importer."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from throughline.edge.site.bench import material
from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import rate

DATABASE = "bench_writes"
SITE = "bench"


def _site(bench: Bench) -> Any:
    """Let this process work on the database for writing and return its site's id."""
    bench.use(DATABASE)
    from throughline.foundation.access import actions, queries
    from throughline.foundation.kernel.actor import system

    return queries.site_id_of(SITE) or actions.add_site(
        key=SITE, name="Bench", kind="hospital", time_zone="America/Chicago", by=system("bench"), at=datetime.now(UTC)
    )


def register_rate(clients: int) -> Callable[[Bench], list[float]]:
    """Return a measurement of patients registered per second by that many processes."""

    def once(bench: Bench) -> list[float]:
        site_id = _site(bench)
        from django.db import connections

        from throughline.foundation.access import wall
        from throughline.foundation.kernel.actor import system
        from throughline.record.people.actions import register_patient
        from throughline.record.people.records import NameIn, PersonIn

        connections.close_all()

        def worker(number: int) -> Callable[[int], None]:
            wall.stand_open()
            mark = uuid.uuid4().hex

            def turn(count: int) -> None:
                shift = (count * 8 + number) % 30_000
                names = (
                    NameIn(
                        family=f"{material.FAMILIES[shift % 10]} {mark[:8]}{count}", given=material.GIVEN[shift % 7]
                    ),
                )
                someone = PersonIn(names=names, birth_date=date.fromordinal(704_000 + shift))
                register_patient(site_id=site_id, person=someone, by=system("bench"), at=datetime.now(UTC))

            return turn

        return [rate(worker, workers=clients, seconds=bench.seconds)]

    return once


NURSE = "bench-nurse"
PATIENTS = 40


def _ward(bench: Bench) -> tuple[Any, list[Any]]:
    """Return a nurse as she acts, and her patients, each with a case of hers; made the first time."""
    site_id = _site(bench)
    from throughline.foundation.access import actions, queries
    from throughline.foundation.kernel.actor import system
    from throughline.record.cases import actions as cases
    from throughline.record.cases.models import Case
    from throughline.record.people.actions import register_patient
    from throughline.record.people.records import NameIn, PersonIn

    at = datetime.now(UTC)
    act: dict[str, Any] = {"by": system("bench"), "at": at}
    nurse = queries.actor_named(NURSE, at=at)
    if nurse is None:
        actions.create_user(
            site_id=site_id, username=NURSE, full_name="Bench Nurse", email="", roles=["case_manager"], **act
        )
        nurse = queries.actor_named(NURSE, at=at)
    assert nurse is not None
    held = Case.objects.filter(owner_id=nurse.user_id).order_by("id")
    for number in range(held.count(), PATIENTS):
        someone = PersonIn(names=(NameIn(family=f"Ward {number}", given="Bench"),), birth_date=date(1950, 1, 1))
        patient_id = register_patient(site_id=site_id, person=someone, **act)
        opening = cases.Opening(programme="transitional", source="bench", identified_on=at.date())
        case_id = cases.open_case(site_id=site_id, patient_id=patient_id, opening=opening, **act)
        cases.assign_case(case_id=case_id, owner_id=nurse.user_id, team_id=None, **act)
    return nurse, list(held.values_list("patient_id", flat=True)[:PATIENTS])


def task_rate(clients: int) -> Callable[[Bench], list[float]]:
    """Return a measurement of tasks added per second by that many processes, each acting as the patients' nurse."""

    def once(bench: Bench) -> list[float]:
        nurse, patients = _ward(bench)
        from django.db import connections

        from throughline.foundation.access import wall
        from throughline.record.tasks.actions import TaskIn, add_task

        connections.close_all()

        def worker(number: int) -> Callable[[int], None]:
            wall.stand_open()

            def turn(count: int) -> None:
                patient_id, at = patients[(count * clients + number) % len(patients)], datetime.now(UTC)
                task = TaskIn(
                    patient_id=patient_id, verb="Order", title=f"a shower chair, {number} {count}",
                    owner_id=nurse.user_id, due_at=at + timedelta(days=2), time_zone="America/Chicago",
                )  # fmt: skip
                add_task(patient_id=patient_id, task=task, by=nurse, at=at)

            return turn

        return [rate(worker, workers=clients, seconds=bench.seconds)]

    return once


def _take_in(bench: Bench, path: Path, expected: int, *, after: Path | None = None) -> float:
    """Import one file as a source of its own and return the seconds; raises NotMeasured when not all was stored.

    `after` is a file of the same source that is taken in before, its time not counted.
    """
    site_id = _site(bench)
    from throughline.edge.interop.fhir import files
    from throughline.edge.interop.importing import Import
    from throughline.foundation.kernel.actor import system

    source = f"bench-{uuid.uuid4().hex[:12]}"
    if after is not None:
        Import(site_id, source, system("bench"), datetime.now(UTC)).run(files.find([after]))
    work = Import(site_id, source, system("bench"), datetime.now(UTC), workers=os.cpu_count() or 1)  # as the command
    begin = time.perf_counter()
    summary = work.run(files.find([path]))
    took = time.perf_counter() - begin
    if summary.stored != expected:
        raise NotMeasured(f"{summary.stored} of {expected} resources were stored")
    return took


def bundle(bench: Bench) -> list[float]:
    """Return the milliseconds to take in one bundle of about a megabyte, atomic and searchable after."""
    took = []
    for _ in range(4):
        path = bench.home / "bundle.json"
        text = material.bundle(bench)
        path.write_bytes(text)
        took.append(_take_in(bench, path, text.count(b'"resource":')) * 1000)
    return took[1:]


def people(bench: Bench) -> list[float]:
    """Return the people per second taken in from a file of one a line."""
    return [material.PEOPLE / _take_in(bench, material.people(bench), material.PEOPLE)]


def observations(bench: Bench) -> list[float]:
    """Return the readings per second taken in from a file of one a line, 500 of each patient."""
    patients, readings = material.observations(bench)
    return [material.OBSERVATIONS / _take_in(bench, readings, material.OBSERVATIONS, after=patients)]


def caseload(bench: Bench) -> list[float]:
    """Return the resources per second of a nurse's patients taken in with their records, from a file a type."""
    folder, number = material.caseload(bench)
    return [number / _take_in(bench, folder, number)]


MEASUREMENTS = (
    Measurement(
        "register-1",
        "register a patient, validated and audited, 1 process",
        "per s",
        register_rate(1),
        "floor.insert-1",
        "≥ 200 per s (8 × CARE)",
        figure_at_least=200,
    ),
    Measurement(
        "register-8",
        "register a patient, validated and audited, 8 processes",
        "per s",
        register_rate(8),
        "floor.insert-8",
        "≥ 360 per s (8 × CARE; half of WSO2 is 278)",
        figure_at_least=360,
    ),
    Measurement(
        "register-task-8",
        "add a task as the patient's nurse, validated and audited, 8 processes",
        "per s",
        task_rate(8),
        "floor.insert-8",
        "≥ 360 per s (8 × CARE; half of WSO2 is 278)",
        figure_at_least=360,
    ),
    Measurement("bundle", "1 MB FHIR bundle, atomic", "ms", bundle, "floor.bundle", "≤ 12 × floor", at_most=12),
    Measurement(
        "people", "people from NDJSON through validation", "per s", people, "floor.copy", "≥ 0.2 × floor", at_least=0.2
    ),
    Measurement(
        "observations",
        "readings from NDJSON through validation, 500 a patient",
        "per s",
        observations,
        "floor.copy-observations",
        "≥ 0.2 × floor",
        at_least=0.2,
    ),
    Measurement(
        "caseload",
        "a caseload from NDJSON through validation, 40 patients with 270 records each",
        "per s",
        caseload,
        "floor.copy-observations",
        "≥ 0.2 × floor",
        at_least=0.2,
    ),
)
