"""Tells those who need to know that a care team changed: by a task that hangs on the place, ended when it is moot."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access.models import Grant
from throughline.foundation.access.permissions import ROLES, Permission
from throughline.foundation.kernel.actor import Actor, system
from throughline.practice.coordination.models import TeamMember
from throughline.practice.coordination.rules import roles
from throughline.record.cases.models import Case
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

BY = system("care team")
WORKING = [key for key, role in ROLES.items() if Permission.WORK_CASE in role.permissions]


def _subject(member: TeamMember, whom: str) -> str:
    return f"care-team:{member.id}:{whom}"


def _tell(member: TeamMember, whom: str, owner_id: UUID, verb: str, title: str, why: str, *, at: datetime) -> None:
    task = tasks.TaskIn(
        patient_id=member.patient_id,
        case_id=member.case_id,
        verb=verb,
        title=title,
        why=why,
        kind="team",
        owner_id=owner_id,
        due_at=at,
        subject=_subject(member, whom),
    )
    tasks.add_task(patient_id=member.patient_id, task=task, by=BY, at=at)


def joined(member: TeamMember, case: Case | None, *, by: Actor, at: datetime) -> None:
    """Tell the colleague who joined, and the case owner when somebody else added her."""
    role = roles.words_of(member.role, member.role_other)
    if member.user_id and member.user_id != by.user_id and _works_cases(member.user_id, member.site_id):
        why = member.why or f"Added by {by.name}"
        me = member.user_id
        _tell(member, "self", me, "Read the plan", f"you joined the care team as {role.lower()}", why, at=at)
    if case is not None and case.owner_id and case.owner_id not in (by.user_id, member.user_id):
        title = f"{member.name} joined as {role.lower()}"
        _tell(member, "owner", case.owner_id, "Care team changed", title, f"Added by {by.name}", at=at)


def _works_cases(user_id: UUID, site_id: UUID) -> bool:
    return Grant.objects.filter(user_id=user_id, site_id=site_id, until__isnull=True, role__in=WORKING).exists()


def left(member: TeamMember, case: Case | None, *, by: Actor, at: datetime) -> None:
    """Tell the case owner that somebody left, and that what she still owns needs another owner: a gap until then."""
    never_mind(member, by=by, at=at)
    owner_id = case.owner_id if case is not None else None
    if member.user_id is not None and member.user_id != owner_id:
        held = Task.objects.filter(patient_id=member.patient_id, owner_id=member.user_id, state__in=LIVE)
        if (count := held.count()) and owner_id:
            noun = "task" if count == 1 else "tasks"
            title = f"{count} {noun} of {member.name}, who left the care team"
            _tell(member, "held", owner_id, "Find another owner", title, member.ended_reason, at=at)
    if owner_id and owner_id != by.user_id:
        _tell(member, "owner", owner_id, "Care team changed", f"{member.name} left", member.ended_reason, at=at)


def never_mind(member: TeamMember, *, by: Actor, at: datetime) -> None:
    """End what was told of the last change: it was taken back, or another one follows."""
    for whom in ("self", "owner", "held"):
        subject = _subject(member, whom)
        tasks.cancel_tasks_for(
            patient_id=member.patient_id, subject=subject, reason="The care team changed again.", by=BY, at=at
        )
