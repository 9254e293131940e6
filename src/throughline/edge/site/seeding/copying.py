"""COPY rows into tables by name, filling what the database demands and the rows leave out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

NEUTRAL = {
    "character varying": "", "text": "", "boolean": False, "smallint": 0, "integer": 0, "bigint": 0,
    "double precision": 0, "numeric": 0, "jsonb": "{}", "ARRAY": "{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A table to copy into: the columns the rows give, and the constant text that follows them."""

    table: str
    columns: tuple[str, ...]
    tail: str
    staged: bool


def target(table: str, given: Sequence[str]) -> Target:
    """Return the target of a table for rows of the columns `given`.

    A further column that may not be null and has no default gets the neutral value of its type, as the models do.
    Raises LookupError when the table lacks a given column, or demands one of a type that has no neutral value.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type, is_nullable = 'NO' and column_default is null and is_identity = 'NO'"
            " from information_schema.columns where table_schema = current_schema() and table_name = %s",
            [table],
        )
        present = {name: (kind, demanded) for name, kind, demanded in cursor.fetchall()}
        cursor.execute("select row_security_active(%s::regclass)", [table])
        staged = bool(cursor.fetchone()[0])
    if missing := [name for name in given if name not in present]:
        raise LookupError(f"{table} has no column {', '.join(missing)}")
    filled = {name: kind for name, (kind, demanded) in present.items() if demanded and name not in given}
    if unknown := [name for name, kind in filled.items() if kind not in NEUTRAL]:
        raise LookupError(f"{table} demands {', '.join(unknown)}")
    values = [_text("[]" if kind == "jsonb" and name.endswith("s") else NEUTRAL[kind]) for name, kind in filled.items()]
    tail = "".join(f"\t{value}" for value in values)
    return Target(table, (*given, *filled), tail, staged)


def line(row: Iterable[Any], tail: str) -> str:
    """Return one line of PostgreSQL's COPY text format."""
    return "\t".join(map(_text, row)) + tail + "\n"


def copy(into: Target, lines: Iterable[str]) -> None:
    """Copy lines into a table.

    Where row-level security applies to us PostgreSQL refuses COPY, so the lines pass through a temporary table.
    """
    columns = ", ".join(f'"{column}"' for column in into.columns)
    name = f"staged_{into.table}" if into.staged else into.table
    with connection.cursor() as cursor:
        if into.staged:
            cursor.execute(f'create temp table if not exists "{name}" (like "{into.table}")')
        with cursor.copy(f'copy "{name}" ({columns}) from stdin') as stream:
            stream.write("".join(lines))
        if into.staged:
            cursor.execute(f'insert into "{into.table}" ({columns}) select {columns} from "{name}"')
            cursor.execute(f'truncate "{name}"')


def _text(value: Any) -> str:
    return _WRITERS.get(type(value), str)(value)


def _escaped(text: str) -> str:
    if "\\" in text or "\t" in text or "\n" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text


def _array(items: list[str]) -> str:
    return _escaped("{" + ",".join('"' + item.replace('"', '\\"') + '"' for item in items) + "}")


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
    type(None): lambda value: "\\N",
    bool: lambda value: "t" if value else "f",
    date: date.isoformat,
    datetime: datetime.isoformat,
    list: _array,
}
