"""What the foundation asks of the record above it: how a patient is called, what a leaver leaves behind,
and which targets a patient's readings are drawn against."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughline.edge.desk.head import head_of
from throughline.foundation.access.actions import before_leaving
from throughline.foundation.access.labels import name_patients_by
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actor import system
from throughline.foundation.ui.patient_head import given_by
from throughline.practice.careplan import queries as careplan
from throughline.practice.caseload.queries import also_due, covers
from throughline.practice.review.queries.today import gaps_due
from throughline.record.cases import queries as cases
from throughline.record.chart.targets import targets_by
from throughline.record.people.queries.identity import identities
from throughline.record.tasks import queries as tasks
from throughline.record.tasks.actions import stands_in_by


def names_of(viewer: Viewer, patient_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those of the patients the viewer may see."""
    return {patient_id: who.name for patient_id, who in identities(viewer, patient_ids).items()}


def left_behind(user_id: UUID, site_id: UUID, at: datetime) -> str:
    """Return what a colleague who leaves the site still holds and what to do about it, or "" when nothing."""
    viewer = system_viewer(system("leaving check"), at=at, site_ids=[site_id])
    open_cases = cases.owned_by(viewer, [user_id]).get(user_id, 0)
    open_tasks = tasks.live_of(viewer, user_id)
    if not open_cases and not open_tasks:
        return ""
    held = " and ".join(
        f"{count} open {noun}{'' if count == 1 else 's'}"
        for count, noun in ((open_cases, "case"), (open_tasks, "task"))
        if count
    )
    return f"She still owns {held} here. A supervisor passes them on first, on the team page."


def install() -> None:
    """Give the answers to those who ask. Called once when Django starts."""
    name_patients_by(names_of)
    before_leaving(left_behind)
    given_by(head_of)
    stands_in_by(covers)
    targets_by(careplan.targets)
    also_due(gaps_due)
