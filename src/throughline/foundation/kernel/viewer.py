"""Who reads, when, and how far: the first argument of every query in the product."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.foundation.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Viewer:
    """One reader at one instant.

    `wide_sites` are the sites whose every patient the viewer's role may see; elsewhere a patient is visible by
    assignment, team, care team or an open break-glass. `time_zone` is the zone her own dates and times are shown in.
    `page_of` is the patient, with her site, whose page is being read and whom the viewer was already found to see.
    """

    actor: Actor
    at: datetime
    user_id: UUID | None
    site_ids: frozenset[UUID] = frozenset()
    wide_sites: frozenset[UUID] = frozenset()
    team_ids: frozenset[UUID] = frozenset()
    purpose: str = "treatment"
    time_zone: str = "America/New_York"
    page_of: tuple[UUID, UUID] | None = None

    def on_page_of(self, patient_id: UUID) -> bool:
        """Whether this is the reading of that patient's page, so that she need not be asked for again."""
        return self.page_of is not None and self.page_of[0] == patient_id

    def may(self, permission: str, site_id: UUID | None = None) -> bool:
        """Whether the viewer's roles carry the permission at the site (at any site when none is named)."""
        return self.actor.may(permission, site_id)
