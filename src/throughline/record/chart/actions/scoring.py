"""The score of a signed assessment as an observation, so that trends, goals and checks read it like any other value."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.codes import LOINC
from throughline.foundation.kernel.identity import new_id
from throughline.record.chart.models import Observation
from throughline.record.people.models import Patient


@action("chart.record-score", needs=Permission.ASSESS, on="patient_id")
def record_score(*, patient_id: UUID, code: str, name: str, score: float, band: str, by: Actor, at: datetime) -> UUID:
    """Put the total of a signed instrument on the chart under its LOINC code and return the observation's id.

    It is a survey in FHIR's words; the unit is a bare score. The story tells of the signature, so nothing is published.
    """
    made = Observation.objects.create(
        id=new_id(),
        site_id=Patient.objects.values_list("site_id", flat=True).get(pk=patient_id),
        patient_id=patient_id,
        received_at=at,
        recorded_at=at,
        effective_at=at,
        effective_precision="second",
        author=by.name,
        recorded_by_id=by.user_id,
        status="final",
        code_system=LOINC,
        code=code,
        display=name,
        category="survey",
        value_number=score,
        unit="{score}",
        note=band,
    )
    return made.id
