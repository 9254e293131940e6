"""Facts into rows of the chart's tables, many at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from throughline.foundation.access.bulk import copy_rows
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
_CODINGS = Common._fields.index("codings")


def fact_columns(fact_type: type[Any]) -> tuple[str, ...]:
    """Return the columns a fact of this type fills, in the order of `fact_row`."""
    return (*_HEAD, *Common._fields, *fact_type._fields[1:])


def fact_row(head: tuple[Any, ...], fact: Any) -> list[Any]:
    """Return the row of one fact behind its head (id, site, patient, source, received, encounter)."""
    row = [*head, *fact[0], *fact[1:]]
    for position, value in enumerate(row):
        if type(value) is list:
            row[position] = orjson.dumps(value).decode()
    return row


def load(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, replacing: bool) -> None:
    """Put rows into a table; with `replacing`, a row whose id is there already takes the place of the older one."""
    conflict = ""
    if replacing:
        settings = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
        conflict = f"(id) do update set {settings}"
    copy_rows(table, columns, rows, on_conflict=conflict)
