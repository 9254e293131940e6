"""What silence asks for: one task for each open referral, resting until its day; asking again renews it."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.queries import working_at
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.ui import formats
from throughline.practice.coordination.models import ReferralOut
from throughline.practice.coordination.rules import referring
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

BY = system("referrals")
PREFIX = "referral-out:"
LONGEST_REST = timedelta(days=89)  # a hold may last 90 days


def look_again(row: ReferralOut, *, at: datetime, asked_at: datetime | None = None, at_once: bool = False) -> None:
    """End the task of the state before and make that of the state now, resting until the morning of its day.

    `asked_at` counts from when somebody asked again instead of from when the state began; `at_once` asks today.
    """
    subject = f"{PREFIX}{row.id}"
    reason = "The referral moved on."
    tasks.cancel_tasks_for(patient_id=row.patient_id, subject=subject, reason=reason, by=BY, at=at)
    zone = row.patient.time_zone or "America/New_York"
    row.look_on = referring.look_on(
        row.state, since=asked_at or row.since, scheduled_at=None if asked_at else row.scheduled_at,
        urgent=row.urgent, zone=zone,
    )  # fmt: skip
    if at_once and row.look_on is not None:
        row.look_on = at.astimezone(ZoneInfo(zone)).date()
    row.save(update_fields=["look_on"])
    if row.look_on is None:
        return
    wait = referring.waits()[row.state]
    phone = f"; {formats.phone(row.phone)}" if row.phone else ""
    end = datetime.combine(row.look_on, time(23, 59, 59), tzinfo=ZoneInfo(zone))
    task = tasks.TaskIn(
        patient_id=row.patient_id,
        case_id=row.case_id,
        kind="referral",
        verb=wait.verb,
        title=f"{row.service}, {row.to_name}: {wait.says}{phone}"[:300],
        why=f"Referral {referring.WORDS[row.state]} since {formats.day(row.since.astimezone(ZoneInfo(zone)).date())}",
        owner_id=_owner(row),
        due_at=end,
        time_zone=zone,
        subject=subject,
    )
    task_id = tasks.add_task(patient_id=row.patient_id, task=task, by=BY, at=at)
    morning = min(datetime.combine(row.look_on, time(8), tzinfo=ZoneInfo(zone)), at + LONGEST_REST)
    if morning > at:
        tasks.hold_task(task_id=task_id, until=morning, reason="waiting-provider", by=BY, at=at)


def _owner(row: ReferralOut) -> UUID | None:
    """Who looks: its owner while she works there, else that of the case, else nobody: a gap that shows."""
    of_case = row.case.owner_id if row.case is not None else None
    working = set(working_at(row.site_id).filter(pk__in=[row.owner_id, of_case]).values_list("pk", flat=True))
    return next((owner for owner in (row.owner_id, of_case) if owner in working), None)


def referral_of_task(task_id: UUID) -> UUID | None:
    """Return the open referral whose row on Today a task was, or None for any other task."""
    subject = Task.objects.filter(pk=task_id, subject__startswith=PREFIX).values_list("subject", flat=True).first()
    if not subject:
        return None
    found = ReferralOut.objects.filter(pk=UUID(subject.removeprefix(PREFIX)), state__in=referring.OPEN)
    return found.values_list("pk", flat=True).first()


def one_row_only(task_id: UUID, *, by: Actor, at: datetime) -> None:
    """End the row that followed a task which is open again: a referral has one row."""
    referral = referral_of_task(task_id)
    if referral is not None:
        others = Task.objects.filter(subject=f"{PREFIX}{referral}", state__in=LIVE).exclude(pk=task_id)
        for other in others:
            tasks.cancel_task(task_id=other.pk, reason="The one before it is open again.", by=BY, at=at)
