"""Reads that share a round trip. A query that a page asks together with others is written as a `Part`: its statements,
their parameters, and how the rows become the record. `together` fetches any number of parts in one statement.

A page of many small lists spends most of its time on putting statements together, planning them and waiting for each.
Here the rows of every statement come as one JSON array, all arrays in one row. How a statement reaches the database is
not known here: the access package installs it at start.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson

T = TypeVar("T")
Row = dict[str, Any]
Fetch = Callable[[str, Sequence[Any]], Sequence[str | None]]
_installed: list[Fetch] = []


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One read that may share a statement with others.

    Each of the `statements` is a select with named parameters. `read` gets, for each of them, its rows by the names of
    their columns, as JSON holds them: `instant` and `key` read back what JSON writes as text.
    """

    statements: tuple[str, ...]
    parameters: Mapping[str, Any]
    read: Callable[..., T]


def install_fetch(fetch: Fetch) -> None:
    """Make `fetch` the one that sends a statement with the values of $1, $2 … and returns its only row."""
    _installed[:] = [fetch]


def alone(part: Part[T]) -> T:
    """Return what one part reads."""
    found: T = together(part)[0]
    return found


def together(*parts: Part[Any]) -> list[Any]:
    """Return what the parts read, in their order, all fetched by one statement.

    Raises ValueError when two parts give one parameter two values, and what the parts' `read` raises.
    """
    parameters: dict[str, Any] = {}
    for part in parts:
        for name, value in part.parameters.items():
            if parameters.setdefault(name, value) != value:
                raise ValueError(f"Two parts of one statement mean different things by {name}.")
    statement, names = _one(tuple(text for part in parts for text in part.statements))
    arrays = iter(_installed[0](statement, [parameters[name] for name in names]))
    return [part.read(*(_rows(next(arrays)) for _ in part.statements)) for part in parts]


def _rows(array: str | None) -> list[Row]:
    return orjson.loads(array) if array else []


_NAMED = re.compile(r"%\((\w+)\)s|%%")


@functools.cache
def _one(statements: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the statement that fetches all of these, with $1, $2 … for the parameters named beside it.

    The texts come from the code, never from outside; there are as many of them as there are kinds of pages.
    """
    names: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    whole = ", ".join(f"(select json_agg(r)::text from ({text}) r)" for text in statements)
    return _NAMED.sub(place, f"select {whole}"), tuple(names)


def instant(text: str | None) -> datetime | None:
    """Return the instant JSON holds as text."""
    return datetime.fromisoformat(text) if text else None


def key(text: str | None) -> UUID | None:
    """Return the id JSON holds as text."""
    return UUID(text) if text else None
