"""What a database holds, as row counts and checksums by table, and the test that another holds the same.

A checksum is the sum, over the rows, of sixty bits of the MD5 of the row written as text under fixed settings: the
order of rows does not matter, and any server version from 15 on computes the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

# Text of dates, floats and bytes depends on these; search_path keeps every name written in full.
WRITTEN_ALIKE = (
    "set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set intervalstyle = 'postgres'; "
    "set extra_float_digits = 1; set bytea_output = 'hex'; set search_path = ''; "
)

_CLASSES = "pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
_OWN = (
    "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_' "
    "and not exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass"
    " and d.objid = c.oid and d.deptype = 'e')"
)


@dataclass(frozen=True)
class Contents:
    """Rows and checksum of every table, and what every sequence has at least reached, by full name.

    A snapshot holds tables still; a sequence moves on while people work, so a dump may find it further on.
    """

    tables: dict[str, tuple[int, str]]
    sequences: dict[str, tuple[int, bool]]

    @property
    def rows(self) -> int:
        """Return the number of rows in all tables."""
        return sum(count for count, _ in self.tables.values())

    def as_json(self) -> dict[str, Any]:
        """Return the form kept in a manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Contents:
        """Return contents read from a manifest; raises KeyError, TypeError or ValueError when they are none."""
        return cls(
            tables={str(name): (int(rows), str(int(total))) for name, (rows, total) in kept["tables"].items()},
            sequences={str(name): (int(last), bool(called)) for name, (last, called) in kept["sequences"].items()},
        )


def is_empty(link: psycopg.Connection[Any]) -> bool:
    """Return whether the database holds no table, view or sequence of its own."""
    return not _names(link, "rpmvS", limit=1)


def survey(link: psycopg.Connection[Any], *, reached: dict[str, tuple[int, bool]] | None = None) -> Contents:
    """Return what the connection's snapshot holds. Counts every row, so it takes as long as reading everything.

    `reached` is what `sequences` gave before the dump that is to be compared; without it they are read now.
    """
    link.execute(WRITTEN_ALIKE)
    tables = {}
    for name in _names(link, "r"):
        row = link.execute(_sum_of(name)).fetchone()
        assert row
        tables[".".join(name)] = (int(row[0]), str(row[1]))
    return Contents(tables, sequences(link) if reached is None else reached)


def sequences(link: psycopg.Connection[Any]) -> dict[str, tuple[int, bool]]:
    """Return the last value of every sequence, and whether it was given out, as they are this moment."""
    found = {}
    for name in _names(link, "S"):
        row = link.execute(sql.SQL("select last_value, is_called from {}").format(sql.Identifier(*name))).fetchone()
        assert row
        found[".".join(name)] = (int(row[0]), bool(row[1]))
    return found


def proof(expected: Contents) -> str:
    """Return SQL that fails, and with it its transaction, unless the database holds exactly the tables expected, and
    no sequence is behind what it had reached."""
    lines = [WRITTEN_ALIKE]
    for name, (rows, total) in expected.tables.items():
        found = _sum_of(tuple(name.split("."))).as_string()
        wanted = sql.SQL("({}, {}::numeric)").format(sql.Literal(rows), sql.Literal(total)).as_string()
        lines.append(_insist(f"{wanted} = ({found})", f"table {name} differs from the backup"))
    for name, (last, called) in expected.sequences.items():
        found = sql.SQL("select last_value, is_called from {}").format(sql.Identifier(*name.split("."))).as_string()
        wanted = sql.SQL("({}, {})").format(sql.Literal(last), sql.Literal(called)).as_string()
        lines.append(_insist(f"{wanted} <= ({found})", f"sequence {name} differs from the backup"))
    count = f"(select count(*) from {_CLASSES} where c.relkind = 'r' and {_OWN})"
    lines.append(_insist(f"{count} = {len(expected.tables)}", "the number of tables differs from the backup"))
    return "\n".join(lines) + "\n"


def _insist(condition: str, otherwise: str) -> str:
    body = f"begin if ({condition}) is not true then raise exception {sql.Literal(otherwise).as_string()}; end if; end"
    return f"do {sql.Literal(body).as_string()};"


def _sum_of(name: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(
        "select count(*), coalesce(sum(('x' || left(md5(whole_row_::text), 15))::bit(60)::bigint), 0)::numeric"
        " from only {} whole_row_"
    ).format(sql.Identifier(*name))


def _names(link: psycopg.Connection[Any], kinds: str, *, limit: int | None = None) -> list[tuple[str, str]]:
    found = link.execute(
        f"select n.nspname, c.relname from {_CLASSES}"
        f" where c.relkind::text = any(%s) and {_OWN} order by 1, 2 limit %s",
        [list(kinds), limit],
    )
    return [(schema, name) for schema, name in found]
