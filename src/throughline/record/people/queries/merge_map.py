"""Which rows of which tables belong to a patient, found from the models themselves so that no table is forgotten.

A model whose rows must stay with the record they were written for says so by `merge_rule = "stays"`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pghistory.models
from django.apps import apps
from django.db import models

from throughline.record.people.models import (
    MergedRow,
    Patient,
    PatientMerge,
    PossibleDuplicate,
    SearchEntry,
    SearchToken,
)

# Tokens are rebuilt, pairs and merges are about the two records themselves.
_ABOUT_RECORDS = (Patient, SearchEntry, SearchToken, PossibleDuplicate, PatientMerge, MergedRow)


@dataclass(frozen=True, slots=True)
class Holding:
    """One column of one table that names a patient."""

    model: type[models.Model]
    column: str

    @property
    def label(self) -> str:
        """Return the table as merges record it."""
        return self.model._meta.label_lower

    def rows_of(self, patient_id: UUID) -> Any:
        """Return the queryset of the patient's rows."""
        return self.model._base_manager.filter(**{self.column: patient_id})


def holdings() -> list[Holding]:
    """Return every column that names a patient whose rows move when records are merged, in a stable order.

    Histories and append-only stories stay as they were written; they are read by all ids of the survivor.
    """
    found = [Holding(model, column) for model in apps.get_models() if _moves(model) for column in _columns(model)]
    return sorted(found, key=lambda holding: (holding.label, holding.column))


def _moves(model: type[models.Model]) -> bool:
    if not model._meta.managed or model._meta.proxy or issubclass(model, pghistory.models.Event):
        return False
    return model not in _ABOUT_RECORDS and getattr(model, "merge_rule", "") != "stays"


def _columns(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        if field.related_model is Patient or (field.name == "patient_id" and isinstance(field, models.UUIDField)):
            yield field.attname


def followers(model: type[models.Model]) -> Iterator[tuple[Holding, str]]:
    """Return the holdings whose rows hang on rows of `model` too, with the column that does (tasks on a case)."""
    for holding in holdings():
        for field in holding.model._meta.concrete_fields:
            if field.related_model is model and holding.model is not model:
                yield holding, field.attname


def collisions(holding: Holding, survivor_id: UUID, retired_id: UUID) -> int:
    """Return how many rows cannot move because the survivor has one where only one may be."""
    found = 0
    for constraint in holding.model._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or not constraint.fields:
            continue
        columns = [str(getattr(holding.model._meta.get_field(name), "attname", name)) for name in constraint.fields]
        if holding.column not in columns:
            continue
        others = [column for column in columns if column != holding.column]
        theirs, ours = holding.rows_of(retired_id), holding.rows_of(survivor_id)
        if constraint.condition is not None:
            theirs, ours = theirs.filter(constraint.condition), ours.filter(constraint.condition)
        taken = set(ours.values_list(*others)) if others else {()} if ours.exists() else set()
        keys = theirs.values_list(*others) if others else [()] * theirs.count()
        found += sum(tuple(key) in taken for key in keys)
    return found
