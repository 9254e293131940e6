"""The floors: the database and the parser without the product, and a bare page."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg

from throughline.edge.site.bench import material
from throughline.edge.site.bench.context import Bench, WebServer
from throughline.edge.site.bench.harness import Measurement, NotMeasured
from throughline.edge.site.bench.load import Pages, rate, timed

DATABASE = "bench_floor"
TABLES = """
create table if not exists floor_write (id uuid primary key, patient uuid, at timestamptz default now(), text text);
create table if not exists floor_resource (id uuid primary key, type text, content jsonb);
create index if not exists floor_resource_type on floor_resource (type);
create table if not exists floor_people
  (id uuid primary key, family text, given text, born text, mrn text, content jsonb);
create index if not exists floor_people_name on floor_people (lower(family), lower(given));
create index if not exists floor_people_given on floor_people (lower(given));
create index if not exists floor_people_born on floor_people (born);
create index if not exists floor_people_mrn on floor_people (mrn);
create table if not exists floor_observation
  (id uuid primary key, site uuid, patient uuid, source text, status text, code_system text, code text, display text,
   taken_at timestamptz, value double precision, unit text, received_at timestamptz, content jsonb);
create index if not exists floor_observation_series on floor_observation (patient, code, taken_at desc);
create index if not exists floor_observation_received on floor_observation using brin (received_at);
"""


def floor_database(bench: Bench) -> str:
    """Return the address of the floor's database, made with its tables and without the product's."""
    if "floor" not in bench.kept:
        with psycopg.connect(bench.place.url(database="postgres"), autocommit=True) as link:
            if not link.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                link.execute(f"create database {DATABASE}")
        with psycopg.connect(bench.url(DATABASE)) as link:
            link.execute(TABLES)
        bench.kept["floor"] = bench.url(DATABASE)
    return str(bench.kept["floor"])


def insert_rate(clients: int) -> Callable[[Bench], list[float]]:
    """Return a measurement of single durable inserts per second by that many connections."""

    def once(bench: Bench) -> list[float]:
        url = floor_database(bench)

        def worker(number: int) -> Callable[[int], None]:
            link = psycopg.connect(url, autocommit=True)
            patient = uuid.uuid4()

            def turn(_: int) -> None:
                link.execute(
                    "insert into floor_write (id, patient, text) values (%s, %s, %s)",
                    [uuid.uuid4(), patient, "called, no answer"],
                )

            return turn

        return [rate(worker, workers=clients, seconds=bench.seconds)]

    return once


def bundle(bench: Bench) -> list[float]:
    """Return the milliseconds to parse one bundle and COPY its resources."""
    text = material.bundle(bench)
    with psycopg.connect(floor_database(bench)) as link:

        def turn(_: int) -> None:
            found = orjson.loads(text)["entry"]
            with link.cursor().copy("copy floor_resource (id, type, content) from stdin") as copy:
                for entry in found:
                    one = entry["resource"]
                    copy.write_row((uuid.uuid4(), one["resourceType"], orjson.dumps(one).decode()))
            link.commit()

        return timed(turn, times=8)


def copy_people(bench: Bench) -> list[float]:
    """Return the rows per second of a COPY of people into a table with five indexes."""
    rows = [
        (
            uuid.uuid4(),
            one["name"][0]["family"],
            one["name"][0]["given"][0],
            one["birthDate"],
            one["id"],
            json.dumps(one),
        )
        for one in map(json.loads, material.people(bench).read_text().splitlines())
    ]
    with psycopg.connect(floor_database(bench)) as link:
        link.execute("truncate floor_people")
        link.commit()

        def turn(_: int) -> None:
            names = "id, family, given, born, mrn, content"
            with link.cursor().copy(f"copy floor_people ({names}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            link.commit()

        return [len(rows) / (took / 1000) for took in timed(turn, times=1, warm=0)]


def copy_observations(bench: Bench) -> list[float]:
    """Return the rows per second of a COPY of readings into a table with the indexes the chart's has."""
    site, now = uuid.uuid4(), datetime.now(UTC)
    rows = []
    for one in map(json.loads, material.observations(bench)[1].read_text().splitlines()):
        coding, value = one["code"]["coding"][0], one["valueQuantity"]
        said = (coding["system"], coding["code"], coding["display"], one["effectiveDateTime"], value["value"])
        about = (uuid.UUID(one["id"]), site, uuid.UUID(one["subject"]["reference"].partition("/")[2]), "bench", "final")
        rows.append((*about, *said, value["unit"], now, json.dumps(one)))
    with psycopg.connect(floor_database(bench)) as link:
        link.execute("truncate floor_observation")
        link.commit()

        def turn(_: int) -> None:
            with link.cursor().copy("copy floor_observation from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            link.commit()

        return [len(rows) / (took / 1000) for took in timed(turn, times=1, warm=0)]


def site(bench: Bench) -> tuple[WebServer, Pages]:
    """Return the floor's web server and a client signed in to it."""
    environment = bench.environment(DATABASE)
    floor_database(bench)
    if "floor-session" not in bench.kept:
        module = f"{__package__}.floor_site"
        done = subprocess.run([sys.executable, "-m", module], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise NotMeasured(f"the floor page could not be prepared: {done.stderr.strip().splitlines()[-1]}")
        bench.kept["floor-session"] = json.loads(done.stdout)["session"]
    words = [sys.executable, "-m", "gunicorn", "-w", "2", "--threads", "4", "-k", "gthread", "-b", "127.0.0.1:{port}"]
    words += ["--no-control-socket", f"{__package__}.floor_site:application"]
    server = bench.web("floor", words, environment=environment, check="/people/")
    return server, Pages(server.port, f"sessionid={bench.kept['floor-session']}")


def list_page(bench: Bench) -> list[float]:
    """Return the milliseconds of the floor's list of fifty."""
    return site(bench)[1].latency([f"/people/?after={number * 997 % 99_000}" for number in range(50)], times=100)


def long_page(bench: Bench) -> list[float]:
    """Return the milliseconds of the floor's list with as many rows as a full plan has: 172."""
    paths = [f"/people/?rows=172&after={number * 997 % 99_000}" for number in range(20)]
    return site(bench)[1].latency(paths, times=40)


def one_page(bench: Bench) -> list[float]:
    """Return the milliseconds of the floor's page of one row."""
    return site(bench)[1].latency([f"/patient/{1 + number * 997 % 99_000}/" for number in range(50)], times=100)


def list_throughput(bench: Bench) -> list[float]:
    """Return the list pages per second for eight clients."""
    return [site(bench)[1].throughput(["/people/?after=500"], clients=8, seconds=bench.seconds)]


def _floor(key: str, title: str, unit: str, once: Callable[[Any], Any]) -> Measurement:
    return Measurement(f"floor.{key}", title, unit, once)


MEASUREMENTS = (
    _floor("insert-1", "durable single-row INSERT and commit, 1 connection", "per s", insert_rate(1)),
    _floor("insert-8", "durable single-row INSERT and commit, 8 connections", "per s", insert_rate(8)),
    _floor("bundle", "orjson and COPY of one bundle's resources", "ms", bundle),
    _floor("copy", "COPY of people into a table with five indexes", "per s", copy_people),
    _floor("copy-observations", "COPY of readings into a table with the chart's indexes", "per s", copy_observations),
    _floor("page", "bare Django list of 50", "ms", list_page),
    _floor("page-8", "bare Django list of 50, 8 clients", "per s", list_throughput),
    _floor("page-172", "bare Django list of 172", "ms", long_page),
    _floor("patient", "bare Django page of one row", "ms", one_page),
)
