"""Many rows at once: a few in one statement, many by COPY. PostgreSQL refuses COPY into a table where row-level
security stands, so there rows are copied into a temporary table of the same shape and inserted from it, where the wall
checks them like any others."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import Any

import orjson
from django.db import connection, models

from throughline.foundation.access import copy_text

_AS_THEY_ARE = {
    *(models.UUIDField, models.CharField, models.TextField, models.BooleanField),
    *(models.DateField, models.DateTimeField, models.DecimalField),
    *(models.SmallIntegerField, models.PositiveSmallIntegerField, models.IntegerField),
}
# Rows written to COPY at once.
LINES = 500
# From this many rows of one table on, COPY and its temporary table cost less than a statement of values.
MANY = 100


@dataclass(frozen=True, slots=True)
class Values:
    """Rows of one model as bare values, for tables whose rows are too many to make an object of each."""

    model: type[models.Model]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One written-out statement that goes in the same message as the rows; `table` is what it changes."""

    table: str
    text: str
    parameters: tuple[Any, ...]


def insert_rows(rows: Iterable[models.Model | Values | Statement]) -> None:
    """Insert unsaved rows of any models in the order given, neighbours of one model together, in few round trips.

    Keys must be set already (no serial columns); signals are not sent. Must run inside a transaction when there are
    many of one model.
    """
    statements: list[str] = []
    parameters: list[Any] = []
    kind: Any
    for kind, group in groupby(rows, key=type):
        together: list[Any] = list(group)
        if kind is Values:
            for values in together:
                _insert_values(values, statements, parameters)
        elif kind is Statement:
            for one in together:
                statements.append(one.text)
                parameters.extend(one.parameters)
        elif len(together) < MANY:
            _add_rows(kind, together, statements, parameters)
        else:
            _execute(statements, parameters)
            names, plain = _for_copy(kind)
            copy_rows(kind._meta.db_table, names, map(plain, together))
    _execute(statements, parameters)


def few(rows: Sequence[models.Model | Statement]) -> list[tuple[str, list[Any]]] | None:
    """Return what inserts the rows, neighbouring rows of any models in one statement; None where some are for COPY.

    One statement, because each costs more than its rows; what it inserts does not see what else it inserts.
    """
    found: list[tuple[str, list[Any]]] = []
    inserts: list[str] = []
    parameters: list[Any] = []
    kind: Any
    for kind, group in groupby(rows, key=type):
        together: list[Any] = list(group)
        if kind is not Statement and len(together) < MANY:
            _add_rows(kind, together, inserts, parameters)
        elif kind is not Statement:
            return None
        else:
            found += [*_one_of(inserts, parameters), *((one.text, list(one.parameters)) for one in together)]
            inserts, parameters = [], []
    return [*found, *_one_of(inserts, parameters)]


def _one_of(inserts: list[str], parameters: list[Any]) -> list[tuple[str, list[Any]]]:
    if not inserts:
        return []
    *first, last = inserts
    before = ", ".join(f"i{place} as ({insert})" for place, insert in enumerate(first))
    return [(f"with {before} {last}" if before else last, parameters)]


def _insert_values(values: Values, statements: list[str], parameters: list[Any]) -> None:
    table = values.model._meta.db_table
    if len(values.rows) >= MANY:
        _execute(statements, parameters)
        copy_rows(table, values.columns, values.rows)
    elif values.rows:
        places = ", ".join([f"({', '.join(['%s'] * len(values.columns))})"] * len(values.rows))
        statements.append(f'insert into "{table}" ({", ".join(values.columns)}) values {places}')
        for row in values.rows:
            parameters.extend(row)


def _add_rows(model: type[models.Model], rows: list[Any], statements: list[str], parameters: list[Any]) -> None:
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


def _picker(pick: Callable[[Any], Sequence[Any]]) -> Callable[[Any], Sequence[Any]]:
    return lambda row: pick(row.__dict__)  # past the descriptors: an unsaved row holds all its columns


@cache
def _for_copy(model: type[models.Model]) -> tuple[list[str], Callable[[Any], Sequence[Any]]]:
    """Return a model's columns and what makes of a row the values COPY takes."""
    names, fields = _plan(model)
    take = _picker(itemgetter(*(field.attname for field in fields)))
    odd = [(place, _odd(field)) for place, field in enumerate(fields)]
    converted = [(place, convert) for place, convert in odd if convert is not None]
    if not converted:
        return names, take

    def plain(row: Any) -> Sequence[Any]:
        values = list(take(row))
        for place, convert in converted:
            values[place] = convert(values[place])
        return values

    return names, plain


def _odd(field: Any) -> Callable[[Any], Any] | None:
    """Return how a value of the field must be changed for COPY: JSON to text, a choice to the text it stands for."""
    if isinstance(field, models.JSONField):
        return lambda value: orjson.dumps(value, default=str).decode()
    if field.choices:
        return lambda value: value.value if isinstance(value, Enum) else value
    return None


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
    if not on_conflict and not returning and not _is_walled(table):
        with connection.cursor() as cursor:
            _copy_into(cursor, name(table), names, rows)
        return int(cursor.rowcount)
    staging = name(f"copy_{table}"[:63])
    with connection.cursor() as cursor:
        # Made once a session and emptied by every commit: a table made and dropped each time swells the catalogues.
        cursor.execute(
            f"create temporary table if not exists {staging} on commit delete rows as "
            f"select * from {name(table)} limit 0"
        )
        _copy_into(cursor, staging, names, rows)
        statement = f"insert into {name(table)} ({names}) select {names} from {staging}"
        if on_conflict:
            statement += f" on conflict {on_conflict}"
        if returning:
            statement += f" returning {returning}"
        cursor.execute(statement)
        stored: list[tuple[Any, ...]] | int = cursor.fetchall() if returning else cursor.rowcount
        cursor.execute(f"truncate {staging}")
        return stored


def _copy_into(cursor: Any, table: str, names: str, rows: Iterable[Sequence[Any]]) -> None:
    every = iter(rows)
    with cursor.copy(f"copy {table} ({names}) from stdin") as copy:
        while some := list(islice(every, LINES)):
            copy.write(copy_text.lines(some))


def _is_walled(table: str) -> bool:
    """Whether a policy stands between this session and the table: a superuser behind an open wall meets none."""
    with connection.cursor() as cursor:
        cursor.execute("select row_security_active(%s)", [table])
        return bool(cursor.fetchone()[0])
