"""Statements every act sends again and again, prepared once a session: PostgreSQL then plans them once, not each time.

`fetch` reads; `fetch_row` reads what `kernel.reading` put together; `carry_out` sends many changes as one message and
waits once. All know the wall as any other statement does: a prepared statement is planned anew when the session's role
changes, and its policies are asked at each run. All go past the wrappers of Django's cursors, which cost more than the
reading; a log of statements still has them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

AFTER = 3  # runs of a statement before the session prepares it
_columns: dict[str, list[str]] = {}
_before_reading: list[Callable[[str], None]] = []


def before_reading(act: Callable[[str], None]) -> None:
    """Install what is told the text of a statement before `fetch` reads with it."""
    _before_reading[:] = [act]


def _cursor(database: Any) -> "psycopg.RawCursor[Any]":
    """Return a cursor of this session whose parameters are bound by the server, as a prepared statement needs."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    session = database.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = AFTER
    return psycopg.RawCursor(session)


@lru_cache(maxsize=1024)
def _numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with numbers for its places ($1), and the names of those it names; the driver would read it
    through at every run."""
    names: list[str] = []
    count = 0

    def number(place: re.Match[str]) -> str:
        nonlocal count
        if place[0] == "%%":
            return "%"
        if place[1] is None:
            count += 1
            return f"${count}"
        if place[1] not in names:
            names.append(place[1])
        return f"${names.index(place[1]) + 1}"

    return re.sub(r"%(?:s|\((\w+)\)s|%)", number, statement), tuple(names)


def fetch(statement: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[dict[str, Any]]:
    """Return the rows of one statement by column name."""
    for act in _before_reading:
        act(statement)
    text, named = _numbered(statement)
    given = [parameters[name] for name in named] if isinstance(parameters, Mapping) else parameters
    database = connections[DEFAULT_DB_ALIAS]
    with database.wrap_database_errors, _cursor(database) as cursor:
        rows = cursor.execute(text.encode(), given).fetchall()
        columns = _columns.get(statement)
        if columns is None:
            columns = _columns[statement] = [column.name for column in cursor.description or ()]
    _log(database, statement)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def fetch_row(statement: str, values: Sequence[Any]) -> Sequence[str | None]:
    """Return the only row of a statement whose places are numbered already, prepared from its first run on.

    Planning a statement over thirty tables takes longer than running it. The plan is made for any patient, not for the
    one asked for: every condition that matters is an equality with an index, and PostgreSQL would otherwise plan the
    first five times anew in every session. The setting also binds what else a session keeps plans of, the one-row
    triggers of history.
    """
    for act in _before_reading:
        act(statement)
    database = connections[DEFAULT_DB_ALIAS]
    with database.wrap_database_errors, _cursor(database) as cursor:
        if not getattr(database.connection, "throughline_keeps_plans", False):
            cursor.execute("set plan_cache_mode = force_generic_plan")
            database.connection.throughline_keeps_plans = True
        row: Sequence[str | None] | None = cursor.execute(statement.encode(), values, prepare=True).fetchone()
    _log(database, statement)
    assert row is not None  # a select of arrays has exactly one row
    return row


def carry_out(statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
    """Carry out changes in their order, in one message to the server. Must run inside a transaction."""
    sent = list(statements)
    database = connections[DEFAULT_DB_ALIAS]
    with database.wrap_database_errors, _cursor(database) as cursor, database.connection.pipeline():
        for text, parameters in sent:
            cursor.execute(_numbered(text)[0].encode(), parameters)
    _log(database, "; ".join(text for text, _ in sent))


def _log(database: Any, text: str) -> None:
    if database.queries_logged:
        database.queries_log.append({"sql": text, "time": "0.000"})
