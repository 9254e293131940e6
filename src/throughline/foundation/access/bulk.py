"""Many rows at once: a few in one statement, many by COPY. PostgreSQL refuses COPY into a table with row-level
security, so rows are copied into a temporary table of the same shape and inserted from there, where the wall checks
them like any others."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models

_AS_THEY_ARE = {
    *(models.UUIDField, models.CharField, models.TextField, models.BooleanField),
    *(models.DateField, models.DateTimeField, models.DecimalField),
    *(models.SmallIntegerField, models.PositiveSmallIntegerField, models.IntegerField),
}
# From this many rows of one table on, COPY and its temporary table cost less than a statement of values.
MANY = 100


def insert_rows(rows: Iterable[models.Model]) -> None:
    """Insert unsaved rows of any models in the order given, neighbours of one model together, in few round trips.

    Keys must be set already (no serial columns); signals are not sent. Must run inside a transaction when there are
    many of one model.
    """
    statements: list[str] = []
    parameters: list[Any] = []
    for model, group in groupby(rows, key=type):
        together = list(group)
        if len(together) < MANY:
            _add_values(model, together, statements, parameters)
            continue
        _execute(statements, parameters)
        names, fields = _plan(model)
        copy_rows(model._meta.db_table, names, ([_plain(row, field) for field in fields] for row in together))
    _execute(statements, parameters)


def _add_values(model: type[models.Model], rows: list[Any], statements: list[str], parameters: list[Any]) -> None:
    statement, place, takers = _statement(model)
    statements.append(statement + ", ".join([place] * len(rows)))
    for row in rows:
        parameters += [take(row) for take in takers]


@cache
def _statement(model: type[models.Model]) -> tuple[str, str, list[Callable[[Any], Any]]]:
    """Return the beginning of a model's insert, the place of one row, and what takes each value from a row."""
    names, fields = _plan(model)
    quoted = ", ".join(map(connection.ops.quote_name, names))
    table = connection.ops.quote_name(model._meta.db_table)
    place = "(" + ", ".join(["%s"] * len(names)) + ")"
    return f"insert into {table} ({quoted}) values ", place, [_taker(field) for field in fields]


def _taker(field: Any) -> Callable[[Any], Any]:
    """Return what reads a field's value as the driver takes it; most kinds it takes as they are."""
    kind = type(field.target_field if field.is_relation else field)
    if kind in _AS_THEY_ARE and not field.choices and not getattr(field, "auto_now", False):
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, True), connection)


def _execute(statements: list[str], parameters: list[Any]) -> None:
    """Send what has gathered as one message to the server, and begin anew."""
    if statements:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements), parameters)
        statements.clear()
        parameters.clear()


@cache
def _plan(model: type[models.Model]) -> tuple[list[str], list[Any]]:
    """Return the columns of a model that an insert names, and their fields."""
    fields = [field for field in model._meta.concrete_fields if field.column and not field.generated]
    return [str(field.column) for field in fields], list(fields)


def _plain(row: Any, field: Any) -> Any:
    """Return a value as COPY takes it: JSON as text, a choice as the text it stands for."""
    value = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        return orjson.dumps(value, default=str).decode()
    return value.value if isinstance(value, Enum) else value


def copy_rows(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, on_conflict: str = "", returning: str = ""
) -> list[tuple[Any, ...]] | int:
    """Insert rows by COPY and return how many were stored, or the `returning` columns of those that were.

    `on_conflict` is the clause after the words ON CONFLICT ("do nothing", "(id) do update set …"); it and the names
    are written by programmers, never by users. Must run inside a transaction; raises RuntimeError outside one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"Rows for {table} were copied outside a transaction.")
    name = connection.ops.quote_name
    names = ", ".join(name(column) for column in columns)
    staging = name(f"copy_{table}"[:63])
    with connection.cursor() as cursor:
        # Made once a session and emptied by every commit: a table made and dropped each time swells the catalogues.
        cursor.execute(
            f"create temporary table if not exists {staging} on commit delete rows as "
            f"select * from {name(table)} limit 0"
        )
        with cursor.copy(f"copy {staging} ({names}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        statement = f"insert into {name(table)} ({names}) select {names} from {staging}"
        if on_conflict:
            statement += f" on conflict {on_conflict}"
        if returning:
            statement += f" returning {returning}"
        cursor.execute(statement)
        stored: list[tuple[Any, ...]] | int = cursor.fetchall() if returning else cursor.rowcount
        cursor.execute(f"truncate {staging}")
        return stored
