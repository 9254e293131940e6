"""Answers as the database keeps them, and back again: JSON that says of each value what it is."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.records import Chosen, Quantity, Value


def as_stored(values: Sequence[Value]) -> list[dict[str, Any]]:
    """The values as JSON, exact: numbers as text, options by their key."""
    return [_stored(value) for value in values]


def _stored(value: Value) -> dict[str, Any]:
    if isinstance(value, Chosen):
        return {"option": value.key}
    if isinstance(value, bool):
        return {"yes": value}
    if isinstance(value, int):
        return {"whole": value}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, Quantity):
        return {"quantity": [str(value.value), value.unit, value.system, value.code]}
    for name, kind in (("moment", datetime), ("day", date), ("time", time)):
        if isinstance(value, kind):
            return {name: value.isoformat()}
    return {"text": str(value)}


def from_stored(rows: Sequence[dict[str, Any]]) -> tuple[Value, ...]:
    """The values of stored JSON. Raises ValueError for a kind nobody stored."""
    return tuple(_read(name, raw) for row in rows for name, raw in row.items())


def _read(name: str, raw: Any) -> Value:
    if name == "quantity":
        return Quantity(Decimal(raw[0]), raw[1], raw[2], raw[3])
    readers: dict[str, Any] = {
        "option": Chosen, "yes": bool, "whole": int, "number": Decimal, "text": str,
        "moment": datetime.fromisoformat, "day": date.fromisoformat, "time": time.fromisoformat,
    }  # fmt: skip
    if name not in readers:
        raise ValueError(f"no stored answer is called '{name}'")
    value: Value = readers[name](raw)
    return value
