"""The writes of the chart: taking in received records, and recording observations by hand."""

from throughline.record.chart.actions.recording import (
    UnableToRecordObservation,
    UnableToWithdrawObservation,
    record_observation,
    withdraw_observation,
)
from throughline.record.chart.actions.scoring import record_score
from throughline.record.chart.actions.taking_in import note_receipts, take_in_received

__all__ = [
    "UnableToRecordObservation",
    "UnableToWithdrawObservation",
    "note_receipts",
    "record_observation",
    "record_score",
    "take_in_received",
    "withdraw_observation",
]
