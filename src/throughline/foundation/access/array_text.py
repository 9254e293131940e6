"""Columns of values as PostgreSQL reads an array in a statement's text
(https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).

Written here because the driver asks of every single value how to write it. A column is written at a time: most are of
one type, and most texts of records need no sign before any of their letters.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def array(values: Sequence[Any]) -> str:
    """Return values of one column, None among them or not, as the text of an array.

    Texts, numbers, truths, days, moments, UUIDs and bytes; a type of its own beside these raises TypeError.
    """
    kinds = set(map(type, values))
    if len(kinds) == 1:
        kind = kinds.pop()
        if kind is str:
            return _texts(values)
        if kind is UUID:
            return f"{{{','.join([f'{value.int:032x}' for value in values])}}}"
        if kind is datetime:
            said = {one: f'"{one.isoformat()}"' for one in set(values)}
            return f"{{{','.join([said[value] for value in values])}}}"
        return f"{{{','.join(map(_writer(kind), values))}}}"
    return f"{{{','.join([_writer(type(value))(value) for value in values])}}}"


def json_array(values: Iterable[Any]) -> str:
    """Return values of a column of JSON as the text of an array; None is no value rather than JSON's null."""
    return f"{{{','.join(['NULL' if value is None else quoted(json_text(value)) for value in values])}}}"


def json_text(value: Any) -> str:
    """Return a value of JSON as its text."""
    return orjson.dumps(value).decode()


def quoted(value: str) -> str:
    """Return a text as an element of an array."""
    return f'"{value.translate(_QUOTED)}"' if '"' in value or "\\" in value else f'"{value}"'


def _texts(values: Sequence[str]) -> str:
    body = '","'.join(values)
    if "\\" in body or body.count('"') != 2 * len(values) - 2:
        body = '","'.join([value.translate(_QUOTED) for value in values])
    return f'{{"{body}"}}' if values else "{}"


def _writer(kind: type) -> Callable[[Any], str]:
    found = _WRITERS.get(kind)
    if found is None:
        raise TypeError(f"No array is written of values of the type {kind.__name__}.")
    return found


def _moment(value: datetime) -> str:
    return f'"{value.isoformat()}"'


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: quoted,
    type(None): lambda value: "NULL",
    bool: lambda value: "t" if value else "f",
    int: str,
    float: lambda value: repr(value + 0.0),  # no zero below zero, which would be shown with its sign
    date: date.isoformat,
    datetime: _moment,
    UUID: lambda value: f"{value.int:032x}",
    bytes: lambda value: f'"\\\\x{value.hex()}"',
}
