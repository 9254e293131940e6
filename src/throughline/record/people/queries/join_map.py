"""Which columns of which tables name an entry of the directory, found from the models so that no table is forgotten."""

from typing import Any
from uuid import UUID

import pghistory.models
from django.apps import apps
from django.db import models

from throughline.record.people.models import EntryJoin, Organization, Practitioner
from throughline.record.people.queries.merge_map import Holding

MODELS: dict[str, Any] = {"practitioner": Practitioner, "organization": Organization}


def naming(kind: str) -> list[Holding]:
    """Return every column that names a practitioner, or an organization, in a stable order.

    Histories stay as they were written.
    """
    found = [
        Holding(table, field.attname)
        for table in apps.get_models()
        if table._meta.managed and not table._meta.proxy and not issubclass(table, pghistory.models.Event)
        for field in table._meta.concrete_fields
        if field.related_model is MODELS[kind]
    ]
    return sorted(found, key=lambda holding: (holding.label, holding.column))


def turned_rows(join_id: UUID) -> dict[tuple[str, str], list[str]]:
    """Return the keys of the rows a join turned, by table and column."""
    found: dict[tuple[str, str], list[str]] = {}
    rows = EntryJoin.objects.filter(pk=join_id).values_list("rows__table", "rows__column", "rows__row")
    for table, column, row in rows:
        if row is not None:
            found.setdefault((table, column), []).append(row)
    return found


def still_there(join: EntryJoin) -> list[tuple[Holding, models.QuerySet[Any]]]:
    """Return the rows a join turned that still name the entry that stayed: exactly these turn back."""
    turned = turned_rows(join.pk)
    return [
        (holding, holding.rows_of(join.kept).filter(pk__in=turned[key]))
        for holding in naming(join.kind)
        if (key := (holding.label, holding.column)) in turned
    ]
