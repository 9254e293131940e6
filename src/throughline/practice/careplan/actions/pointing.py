"""Raising the needs the record points to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment.actions import raise_need
from throughline.practice.careplan.actions.planning import UnableToPlan
from throughline.practice.careplan.records import PointedNeed


@action("careplan.adopt-needs", needs=Permission.PLAN_CARE, on="patient_id")
def adopt_needs(
    *, patient_id: UUID, offered: Sequence[PointedNeed], chosen: Sequence[str], by: Actor, at: datetime
) -> int:
    """Raise the chosen needs of those the record points to, each with its evidence, and return how many.

    New evidence joins an open need of the same problem. Raises UnableToPlan when none of them is chosen.
    """
    wanted = [one for one in offered if one.key in chosen]
    if not wanted:
        raise UnableToPlan("Tick the needs to take up.")
    for one in wanted:
        raise_need(patient_id=patient_id, need=one.need, kind=one.kind, source_id=one.source_id, by=by, at=at)
    return len(wanted)
