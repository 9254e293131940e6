"""Puts many unsaved rows into their tables: a few by INSERT, many by COPY, which costs a fraction of it."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import orjson
from django.db import models

from throughline.foundation.access.bulk import copy_rows

# Below this many rows the temporary table that COPY needs costs more than it saves.
MANY = 100


def store(rows: Sequence[Any]) -> None:
    """Insert unsaved rows of one model inside the caller's transaction."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) < MANY:
        model._default_manager.bulk_create(rows)
        return
    columns = [(part.column, part.attname, isinstance(part, models.JSONField)) for part in _columns(model)]
    copy_rows(
        model._meta.db_table,
        [column for column, _, _ in columns],
        ([_plain(getattr(row, name), is_json) for _, name, is_json in columns] for row in rows),
    )


def _columns(model: type[models.Model]) -> list[Any]:
    return [part for part in model._meta.concrete_fields if part.column]


def _plain(value: Any, is_json: bool) -> Any:
    """Return a value as COPY takes it: JSON as text, a choice as the text it stands for."""
    if is_json:
        return orjson.dumps(value, default=str).decode()
    return value.value if isinstance(value, Enum) else value
