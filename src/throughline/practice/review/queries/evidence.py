"""One fact of the chart as evidence: what was received, when, from whom. For following a finding to the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.codes import system_name
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.chart.models import (
    Condition,
    Coverage,
    Encounter,
    Immunization,
    Medication,
    Note,
    Observation,
    Procedure,
    Report,
)

MODELS: dict[str, Any] = {
    "condition": Condition, "medicine": Medication, "procedure": Procedure, "encounter": Encounter,
    "immunization": Immunization, "observation": Observation, "report": Report, "note": Note, "coverage": Coverage,
}  # fmt: skip
WORDS = {
    "condition": "Condition", "medicine": "Medicine", "procedure": "Procedure", "encounter": "Visit or stay",
    "immunization": "Immunization", "observation": "Observation", "report": "Report", "note": "Document",
    "coverage": "Coverage",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChartEvidence:
    """A fact of the chart with its codes, times and source, as its page shows it."""

    id: UUID
    kind: str
    words: str
    value: str
    codes: tuple[tuple[str, str], ...]
    status: str
    began: datetime | None
    ended: datetime | None
    recorded: datetime | None
    received: datetime
    source: str
    author: str
    provider: str
    note: str


def chart_fact(viewer: Viewer, patient_id: UUID, kind: str, fact_id: UUID) -> ChartEvidence:
    """Return one fact of a patient's chart. Raises NotFound when there is none the viewer may see."""
    model = MODELS.get(kind)
    row = model.objects.filter(sees(viewer), patient_id=patient_id, pk=fact_id).first() if model else None
    if row is None:
        raise NotFound("This fact is not on the chart, or you may not see it.")
    codings = row.codings or [{"system": row.code_system, "code": row.code}]
    return ChartEvidence(
        id=row.id,
        kind=WORDS[kind],
        words=row.display or row.code or WORDS[kind],
        value=_value(row),
        codes=tuple((system_name(str(c.get("system", ""))), str(c.get("code", ""))) for c in codings if c.get("code")),
        status=" ".join(part for part in (row.status, getattr(row, "verification", "")) if part),
        began=row.effective_at,
        ended=row.effective_until,
        recorded=row.recorded_at,
        received=row.received_at,
        source=row.source,
        author=row.author,
        provider=getattr(row, "provider", "") or getattr(row, "payer", ""),
        note=row.note or getattr(row, "reason", "") or getattr(row, "dosage", ""),
    )


def _value(row: Any) -> str:
    number = getattr(row, "value_number", None)
    if number is not None:
        return f"{number:g} {row.unit}".strip()
    return str(getattr(row, "value_text", "") or getattr(row, "conclusion", ""))
