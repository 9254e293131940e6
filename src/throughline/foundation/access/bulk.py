"""Many rows at once. PostgreSQL refuses COPY into a table with row-level security, so rows are copied into a temporary
table of the same shape and inserted from there, where the wall checks them like any others."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


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
