"""Values as PostgreSQL's COPY reads them in its text format
(https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS).

Written here because the driver asks of every single value how to write it, which costs more than all else in a load.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

_MARKS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def line(row: Iterable[Any]) -> str:
    """Return one row as a line, its end included. Texts that are enumerations are written as what they stand for."""
    return "\t".join([_WRITERS.get(type(value), _other)(value) for value in row]) + "\n"


def _text(value: str) -> str:
    # What can be printed holds no tab and no end of line.
    return value if value.isprintable() and "\\" not in value else value.translate(_MARKS)


def _array(items: Sequence[Any]) -> str:
    if not items:
        return "{}"
    return _text("{" + ",".join(map(_element, items)) + "}")


def _element(item: Any) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, str):
        return f'"{item.translate(_QUOTED)}"' if '"' in item or "\\" in item else f'"{item}"'
    return f'"{item}"'


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
    dict: lambda value: _text(orjson.dumps(value, default=str).decode()),
}
