"""Rows as PostgreSQL's COPY reads them in its text format
(https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS).

Written here because the driver asks of every single value how to write it, which costs more than all else in a load.
Here a column is written at a time: most are of one type, many hold one value in every row.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

_MARKS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def lines(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows of equal length as lines. Texts that are enumerations are written as what they stand for."""
    columns = [_column(column) for column in zip(*rows, strict=True)]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n" if columns else ""


def _column(values: tuple[Any, ...]) -> Sequence[str]:
    kinds = set(map(type, values))
    if len(kinds) > 1:
        return [_WRITERS.get(type(value), _other)(value) for value in values]
    write = _WRITERS.get(kinds.pop(), _other)
    if write is _text:
        together = "".join(values)
        if together.isprintable() and "\\" not in together:
            return values
    elif write is not _json and values.count(values[0]) == len(values):
        return [write(values[0])] * len(values)
    return list(map(write, values))


def _text(value: str) -> str:
    # What can be printed holds no tab and no end of line.
    return value if value.isprintable() and "\\" not in value else value.translate(_MARKS)


def _array(items: Sequence[Any]) -> str:
    if not items:
        return "{}"
    try:
        body = '","'.join(items)
    except TypeError:  # not texts alone
        return _text("{" + ",".join(map(_element, items)) + "}")
    if body.count('"') == 2 * len(items) - 2 and "\\" not in body:
        return _text(f'{{"{body}"}}')
    return _text("{" + ",".join(map(_element, items)) + "}")


def _element(item: Any) -> str:
    if item is None:
        return "NULL"
    plain = str.__str__(item) if isinstance(item, str) else str(item)
    return f'"{plain.translate(_QUOTED)}"' if '"' in plain or "\\" in plain else f'"{plain}"'


def _json(value: dict[str, Any]) -> str:
    return _text(orjson.dumps(value, default=str).decode())


def _other(value: Any) -> str:
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, bytes | memoryview):
        return "\\\\x" + bytes(value).hex()
    return _text(str(value))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    type(None): lambda value: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    date: date.isoformat,
    datetime: datetime.isoformat,
    UUID: lambda value: f"{value.int:032x}",
    list: _array,
    tuple: _array,
    dict: _json,
}
