"""The tables of the chart: what was received, the facts read from it, and the plans and coverage of others."""

from throughline.record.chart.models.facts import (
    Allergy,
    Condition,
    Encounter,
    Fact,
    Immunization,
    Medication,
    Note,
    Observation,
    Procedure,
    Report,
)
from throughline.record.chart.models.held import HeldReading
from throughline.record.chart.models.outside import Coverage, OutsideGoal, OutsidePlan, OutsideTeam
from throughline.record.chart.models.received import (
    DateShift,
    ReceivedChunk,
    ReceivedFile,
    ReceivedIdentifier,
    ReceivedResource,
)

__all__ = [
    "Allergy",
    "Condition",
    "Coverage",
    "DateShift",
    "Encounter",
    "Fact",
    "HeldReading",
    "Immunization",
    "Medication",
    "Note",
    "Observation",
    "OutsideGoal",
    "OutsidePlan",
    "OutsideTeam",
    "Procedure",
    "ReceivedChunk",
    "ReceivedFile",
    "ReceivedIdentifier",
    "ReceivedResource",
    "Report",
]
