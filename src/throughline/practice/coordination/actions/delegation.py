"""Who carries a task sees its patient, for as long as she carries it: nothing handed on falls out of sight."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access import actions as access
from throughline.foundation.access.models import PatientAccess
from throughline.foundation.kernel.actor import system
from throughline.practice.coordination.queries.addressees import who_see
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

BY = system("delegation")


def _sees_anyway(task: Task, owner: UUID, at: datetime) -> bool:
    """Whether she sees the patient by more than another task: that one may end before this."""
    by_task = PatientAccess.objects.filter(
        user_id=owner, patient_id=task.patient_id, source__startswith="task:", until__isnull=True
    )
    return not by_task.exists() and owner in who_see(task.patient_id, task.site_id, [owner], at)


def follow_owner(task_id: UUID, *, at: datetime) -> None:
    """Open the patient's record to the owner of a live task who does not see it, and close what a former owner had.

    Called inside the act that handed the task on, ended it or brought it back.
    """
    task = Task.objects.filter(pk=task_id).only("id", "site_id", "patient_id", "owner_id", "state").first()
    if task is None:
        return
    source, owner = f"task:{task.id}", task.owner_id if task.state in LIVE else None
    access.close_patient_access(site_id=task.site_id, patient_id=task.patient_id, source=source, by=BY, at=at)
    if owner is not None and not _sees_anyway(task, owner, at):
        access.open_patient_access(
            site_id=task.site_id, patient_id=task.patient_id, kind="care_team", source=source, user_id=owner,
            by=BY, at=at,
        )  # fmt: skip
