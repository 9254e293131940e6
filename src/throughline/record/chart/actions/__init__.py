"""The writes of the chart: taking in received records, and recording observations by hand."""

from throughline.record.chart.actions.taking_in import note_receipts, take_in_received

__all__ = ["note_receipts", "take_in_received"]
