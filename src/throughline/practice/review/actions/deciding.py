"""What a colleague does with a gap: begin its remedy, set it aside with a reason and a day, ask about it again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment.actions import Sitting, start_assessment
from throughline.practice.assessment.rules.library import instruments
from throughline.practice.review import events
from throughline.practice.review.actions.looking import look
from throughline.practice.review.models import Gap, GapTransition
from throughline.record.tasks.actions import TaskIn, add_task

GRACE = timedelta(days=7)  # the proposed due day of a remedy; the nurse changes it on the task
LONGEST = timedelta(days=366)


class UnableToMendGap(Refusal):
    """The gap cannot be changed this way."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What was begun: a task, an assessment, or the part of the plan to go to."""

    task_id: UUID | None = None
    assessment_id: UUID | None = None
    place: str = ""


def _locked(gap_id: UUID, wanted: str) -> Gap:
    gap = Gap.objects.select_for_update(of=("self",)).select_related("case", "patient", "site").get(pk=gap_id)
    if gap.state != wanted:
        raise UnableToMendGap(f"This gap is {gap.get_state_display()}; there is nothing to do here now.")
    return gap


def _step(gap: Gap, act: str, reason: str, by: Actor, at: datetime) -> None:
    gap.version += 1
    gap.save()
    GapTransition.objects.create(gap=gap, act=act, reason=reason, at=at, by_id=by.user_id, by_name=by.name)


def _about(gap: Gap) -> dict[str, Any]:
    return {
        "site_id": gap.site_id,
        "patient_id": gap.patient_id,
        "case_id": gap.case_id,
        "gap_id": gap.id,
        "title": gap.title,
    }


@action("review.mend", needs=Permission.WORK_CASE, on="gap_id")
def mend(*, gap_id: UUID, by: Actor, at: datetime) -> Remedy:
    """Begin what mends an open gap, filled in beforehand, and say what it is.

    A task of the case's owner with the gap's sentence as its why; an assessment begun; or the place of the plan where
    the thread is broken. Raises UnableToMendGap when the gap is no longer open.
    """
    gap = _locked(gap_id, "open")
    remedy = gap.remedy
    if "assess" in remedy:
        begun = start_assessment(
            patient_id=gap.patient_id, instrument=remedy["assess"], sitting=_sitting(gap), by=by, at=at
        )
        return _begun(gap, f"{gap.title}, assessment begun", Remedy(assessment_id=begun), by, at)
    if "do" in remedy:
        task_id = add_task(patient_id=gap.patient_id, task=_task(gap, by, at), by=by, at=at)
        gap.task_id = task_id
        made = _begun(gap, f"{remedy['do']} {remedy['what']}", Remedy(task_id=task_id), by, at)
        look(case_id=gap.case_id, by=by, at=at)  # what is taken on stands under its own heading at once
        return made
    return Remedy(place=f"need-{gap.reasons[0]['evidence'][0]['id']}" if "plan" in remedy else "plan")


def _sitting(gap: Gap) -> Sitting:
    """How it is asked: by telephone, in the patient's language where the instrument is worded in it."""
    known = instruments().get(gap.remedy["assess"])
    spoken = gap.patient.language
    sex = gap.patient.gender
    return Sitting(
        mode="telephone",
        language=spoken if known is not None and spoken in known.languages else "en",
        context={"sex": sex} if sex in ("male", "female") else {},
    )


def _task(gap: Gap, by: Actor, at: datetime) -> TaskIn:
    zone = ZoneInfo(gap.patient.time_zone or gap.site.time_zone)
    due = (at + GRACE).astimezone(zone).replace(hour=17, minute=0, second=0, microsecond=0)
    return TaskIn(
        patient_id=gap.patient_id,
        case_id=gap.case_id,
        kind="gap-remedy",
        verb=gap.remedy["do"],
        title=str(gap.remedy["what"])[:300],
        why=gap.says,
        tier=5,
        owner_id=gap.case.owner_id or by.user_id,
        due_at=due,
        subject=f"gap:{gap.key}"[:120],
    )


def _begun(gap: Gap, what: str, made: Remedy, by: Actor, at: datetime) -> Remedy:
    _step(gap, "remedy", what, by, at)
    publish(events.RemedyBegun(**_about(gap), what=what), by=by, at=at)
    return made


@action("review.dismiss", needs=Permission.WORK_CASE, on="gap_id")
def dismiss(*, gap_id: UUID, reason: str, review_on: date, by: Actor, at: datetime) -> None:
    """Set a gap aside until a day, with the reason. Raises UnableToMendGap without one, or for a day beyond a year."""
    gap = _locked(gap_id, "open")
    today = at.astimezone(ZoneInfo(gap.patient.time_zone or gap.site.time_zone)).date()
    if not reason.strip():
        raise UnableToMendGap("Write why this does not apply; whoever looks next needs to know.")
    if not today < review_on <= today + LONGEST:
        raise UnableToMendGap("Choose a day within a year on which it is asked about again.")
    gap.state, gap.dismissed_reason, gap.dismissed_by_name = "dismissed", reason.strip(), by.name
    gap.review_on = review_on
    _step(gap, "dismiss", gap.dismissed_reason, by, at)
    until = f"{review_on:%b} {review_on.day}, {review_on.year}"
    publish(events.GapDismissed(**_about(gap), reason=gap.dismissed_reason, until=until), by=by, at=at)
    look(case_id=gap.case_id, by=by, at=at)  # so that the day it is asked about again is not forgotten


@action("review.reopen", needs=Permission.WORK_CASE, on="gap_id")
def reopen(*, gap_id: UUID, by: Actor, at: datetime) -> None:
    """Ask about a gap that was set aside again, before its day. Raises UnableToMendGap when it was not set aside."""
    gap = _locked(gap_id, "dismissed")
    gap.state, gap.review_on, gap.dismissed_reason = "open", None, ""
    _step(gap, "reopen", "", by, at)
    publish(events.GapReopened(**_about(gap)), by=by, at=at)
