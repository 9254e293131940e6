"""Where a story is played: the patient, the site, the staff, and the day it is played for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import moments
from throughline.edge.site.seeding.founding import Staff
from throughline.edge.site.seeding.stories import Story
from throughline.edge.site.seeding.wording import SUPERVISORS
from throughline.foundation.kernel.actor import Actor

# One act of a story: when it happened, and what carries it out.
Act = tuple[datetime, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Whose story is played, where, for which day, and the moment at which it is played."""

    story: Story
    patient_id: UUID
    site_id: UUID
    staff: Staff
    today: date
    now: datetime | None = None

    def at(self, written: str) -> datetime:
        """Return the instant of a moment as the stories write it; what happened today has happened by `now`."""
        return moments.instant(written, self.today, self.now)

    def actor(self, key: str) -> Actor:
        """Return the user of that key as an actor."""
        return self.staff.actors[key]

    @property
    def supervisor(self) -> Actor:
        """Return who screens and assigns at the story's site."""
        return self.actor(SUPERVISORS[self.story["site"]])


def later(act: Callable[..., object], **fields: Any) -> Callable[[], object]:
    """Return what carries out an action with these fields, when its turn comes."""
    return lambda: act(**fields)
