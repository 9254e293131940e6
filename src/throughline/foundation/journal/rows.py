"""Rows of a model made by the thousand: what Django does for each new object costs more than all that is in it."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


def unsaved(model: type[Row], **values: Any) -> Row:
    """Return an unsaved row with the columns given by their names (`site_id`, not `site`) and else their defaults.

    The same row as `model(**values)`, at a tenth of the time; signals of models are not sent.
    """
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(_constants(model))
    for name, make in _made(model):
        if name not in values:
            values[name] = make()
    row.__dict__.update(values)
    return row


@cache
def _constants(model: type[models.Model]) -> Mapping[str, Any]:
    made = {name for name, _ in _made(model)}
    return {field.attname: field.get_default() for field in model._meta.concrete_fields if field.attname not in made}


@cache
def _made(model: type[models.Model]) -> tuple[tuple[str, Any], ...]:
    """Return the columns whose default is made anew for each row, and what makes it."""
    fields = [field for field in model._meta.concrete_fields if field.has_default() and callable(field.default)]
    return tuple((field.attname, field.default) for field in fields)
