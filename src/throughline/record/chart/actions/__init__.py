"""The writes of the chart: taking in received records, and recording observations by hand."""

from throughline.record.chart.actions.entering import Entered, ReadingIn, enter_reading, settle_held
from throughline.record.chart.actions.recording import (
    UnableToRecordObservation,
    UnableToWithdrawObservation,
    record_observation,
    withdraw_observation,
)
from throughline.record.chart.actions.scoring import record_score
from throughline.record.chart.actions.taking_in import note_receipts, take_in_received

__all__ = [
    "Entered",
    "ReadingIn",
    "UnableToRecordObservation",
    "UnableToWithdrawObservation",
    "enter_reading",
    "note_receipts",
    "record_observation",
    "record_score",
    "settle_held",
    "take_in_received",
    "withdraw_observation",
]
