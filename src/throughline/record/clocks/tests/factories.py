"""A ward with a nurse, her patient and her clocks. Invented people only."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import make_case
from throughline.record.clocks import actions
from throughline.record.clocks.models import Clock

NOW = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)  # Monday, 11:20 AM in New York


class Ward:
    """A site, a nurse of a role, and a patient with an open case."""

    def __init__(self, role: str = "case_manager") -> None:
        self.site = make_site()
        self.nurse = make_user(role, self.site)
        self.case_id = make_case(self.site, self.nurse)
        self.patient_id: UUID = Case.objects.get(pk=self.case_id).patient_id
        self.by = actor_for(self.nurse, at=NOW)
        self.viewer = viewer_for(self.nurse, at=NOW)

    def start(self, key: str = "C-55", start: str = "2026-03-06T14:10", **fields: Any) -> UUID:
        """Start a clock (the mock's expedited appeal unless told otherwise)."""
        if key == "C-55":
            fields.setdefault("facts", {"kind": "expedited"})
        clock = actions.ClockIn(key=key, start=start, **fields)
        return actions.start_clock(patient_id=self.patient_id, clock=clock, by=self.by, at=NOW)


def row(clock_id: UUID) -> Clock:
    """The clock as it stands in the table."""
    return Clock.objects.select_related("ruling").get(pk=clock_id)


def later(**span: float) -> datetime:
    """An instant after NOW."""
    return NOW + timedelta(**span)
