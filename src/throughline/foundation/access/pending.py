"""What an act has written and not yet sent: it goes to the database with the act's end, in one message.

Whatever reads a table that waits here, or changes anything at once, sends what waits first, so that nothing an act
wrote is ever missing from what it reads. Outside an act everything is sent at once.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models

from throughline.foundation.access.bulk import Statement, few, insert_rows
from throughline.foundation.access.prepared import before_reading, carry_out

_waiting: ContextVar[list[models.Model | Statement] | None] = ContextVar("throughline_waiting", default=None)


_author: ContextVar[Any] = ContextVar("throughline_author", default=None)
HISTORY = "set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"
MOST = 500  # an act on very many patients sends what it wrote now and then


def write(*rows: models.Model | Statement) -> None:
    """Insert unsaved rows or carry out statements: with the end of the act, or before anything looks at it.

    The rows go first, then the statements in their order: one that moves a row finds it there, and none may be meant
    for the rows that were there before only. Keys must be set already, and what the database might refuse (a second
    row of a unique key) is no matter for here: it would be told too late.
    """
    waiting = _waiting.get()
    if waiting is None:
        insert_rows(rows)
        return
    waiting.extend(rows)
    if len(waiting) >= MOST:
        send(waiting)


def write_once(statement: Statement) -> None:
    """Carry out a statement as `write` does, unless the very same waits already."""
    waiting = _waiting.get()
    if waiting is None or statement not in waiting:
        write(statement)


def history_of(author: Any) -> tuple[str, str]:
    """Return the parameters of HISTORY for what `pghistory.context` gave."""
    return str(author.id), json.dumps(author.metadata)


@contextmanager
def told_by(author: Any) -> Iterator[None]:
    """Let the history of what is sent in this block say who acts: `author` is what `pghistory.context` gave."""
    token = _author.set(author)
    try:
        yield
    finally:
        _author.reset(token)


@contextmanager
def holding() -> Iterator[list[models.Model | Statement]]:
    """Let writes wait in a list until its holder sends them; opened inside another, what raises takes back its own."""
    waiting = _waiting.get()
    if waiting is not None:
        before = len(waiting)
        try:
            yield waiting
        except BaseException:
            del waiting[before:]
            raise
        return
    waiting = []
    token = _waiting.set(waiting)
    try:
        with connection.execute_wrapper(_first_what_waits):
            yield waiting
    finally:
        _waiting.reset(token)


def send(rows: list[models.Model | Statement]) -> None:
    """Send rows, then statements, as one message, and leave the list empty."""
    # Rows by their tables, so that every act sends the same few texts whatever the order it wrote them in.
    going = sorted(rows, key=lambda row: "~" if isinstance(row, Statement) else row._meta.label)
    rows.clear()
    sentences = few(going)
    if sentences is None:
        insert_rows(going)
    elif sentences:
        carry_out([*_history(), *sentences])


def _history() -> list[tuple[str, Sequence[str]]]:
    """Return what tells the history's triggers who acts, where an act has said so and the session does not know yet."""
    told = _author.get()
    return [(f"select {HISTORY}", history_of(told))] if told is not None else []


def _first_what_waits(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    _look_out(sql)
    return execute(sql, params, many, context)


def _look_out(sql: Any) -> None:
    """Send what waits if a statement about to be sent might see or change it; forget it when that takes it back.

    What waits at a savepoint is sent before it, so whatever waits when one is rolled back was written after it.
    """
    waiting = _waiting.get()
    if not waiting:
        return
    if isinstance(sql, str) and "ROLLBACK TO SAVEPOINT" in sql[-120:]:
        waiting.clear()
    elif _concerns(waiting, sql):
        send(waiting)


before_reading(_look_out)


def _concerns(waiting: list[models.Model | Statement], sql: Any) -> bool:
    """Whether a statement might see or change what waits: all do but those that only read other tables."""
    text = sql if isinstance(sql, str) else ""
    if text.lstrip()[:6].lower() != "select":
        return True
    if "pghistory.context_id" in text[:80]:
        return True  # a change, behind the settings of a history begun outside the act
    return any((row.table if isinstance(row, Statement) else row._meta.db_table) in text for row in waiting)
