"""Facts into rows of the chart's tables, all tables of a stretch in one statement.

The rows travel as one JSON value a table and become rows inside PostgreSQL. Measured beside COPY by way of a
temporary table (COPY itself is refused where row-level security stands): a tenth slower on a thousand rows of one
table, but one round trip instead of four a table, and a bundle touches ten tables.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection, models

from throughline.record.chart.models import (
    Allergy,
    Condition,
    Coverage,
    Encounter,
    Fact,
    Immunization,
    Medication,
    Note,
    Observation,
    OutsideGoal,
    OutsidePlan,
    OutsideTeam,
    Procedure,
    Report,
)
from throughline.record.chart.records import received
from throughline.record.chart.records.received import Common

TABLES: dict[type[Any], type[Fact]] = {
    received.ConditionFact: Condition,
    received.MedicationFact: Medication,
    received.AllergyFact: Allergy,
    received.EncounterFact: Encounter,
    received.ProcedureFact: Procedure,
    received.ImmunizationFact: Immunization,
    received.ObservationFact: Observation,
    received.ReportFact: Report,
    received.NoteFact: Note,
    received.OutsidePlanFact: OutsidePlan,
    received.OutsideGoalFact: OutsideGoal,
    received.OutsideTeamFact: OutsideTeam,
    received.CoverageFact: Coverage,
}

_HEAD = ("id", "site_id", "patient_id", "source", "received_at", "encounter_id")


def fact_columns(fact_type: type[Any]) -> tuple[str, ...]:
    """Return the columns a fact of this type fills, in the order of `fact_row`."""
    return (*_HEAD, *Common._fields, *fact_type._fields[1:])


def fact_row(head: tuple[Any, ...], fact: Any) -> tuple[Any, ...]:
    """Return the row of one fact behind its head (id, site, patient, source, received, encounter)."""
    return (*head, *fact[0], *fact[1:])


class Load(NamedTuple):
    """Rows for one table; each row has the columns in their order."""

    model: type[models.Model]
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def load(loads: Sequence[Load], *, replacing: bool) -> None:
    """Insert the rows of all loads in one statement; with `replacing`, a row takes the place of one with its id.

    Foreign keys between the loads are checked when the statement ends, so their order does not matter.
    """
    parts, parameters = [], []
    for number, one in enumerate(loads):
        values = orjson.dumps([dict(zip(one.columns, row, strict=True)) for row in one.rows])
        parts.append(f"load_{number} as ({_insert(one.model, one.columns, replacing)})")
        parameters.append(values.decode())
    with connection.cursor() as cursor:
        cursor.execute(f"with {', '.join(parts)} select 1", parameters)


def _insert(model: type[models.Model], columns: Sequence[str], replacing: bool) -> str:
    """Return the INSERT of one load; names and types come from the model, never from outside."""
    types = _types(model)
    names = ", ".join(f'"{name}"' for name in columns)
    shape = ", ".join(f'"{name}" {types[name]}' for name in columns)
    source = f"jsonb_to_recordset(%s::jsonb) as r({shape})"
    statement = f'insert into "{model._meta.db_table}" ({names}) select {names} from {source}'
    if not replacing:
        return statement
    settings = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
    return f"{statement} on conflict (id) do update set {settings}"


def _types(model: type[models.Model]) -> Mapping[str, str]:
    return {field.column: str(field.db_type(connection)) for field in model._meta.concrete_fields if field.column}
