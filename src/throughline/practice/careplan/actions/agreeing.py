"""Agreement: the plan as it stands kept as a version, with its review as a task."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor, system
from throughline.practice.careplan import events
from throughline.practice.careplan.actions.planning import UnableToPlan, about_of, base_of, owner_of_case
from throughline.practice.careplan.models import PlanVersion
from throughline.record.people.models import Patient
from throughline.record.tasks.actions import TaskIn, add_task, cancel_tasks_for


@action("careplan.agree", needs=Permission.PLAN_CARE, on="patient_id")
def agree(
    *, patient_id: UUID, sentences: Sequence[str], how: str, who: str, review_on: date, expires_on: date | None = None,
    by: Actor, at: datetime,
) -> int:  # fmt: skip
    """Keep the plan as it stands as an agreed version and return its number.

    `how` is in person, by phone or in writing; `who` agreed. The review becomes a task of the case owner in place of
    the one before. Raises UnableToPlan for an empty plan, without who, a review date that is not to come, or an end
    before the review.
    """
    if not sentences or not who.strip() or not how.strip() or review_on <= at.date():
        raise UnableToPlan("Say how and by whom the plan was agreed, and when it is looked at again.")
    if expires_on is not None and expires_on < review_on:
        raise UnableToPlan("The plan must be looked at again before it ends.")
    base = base_of(patient_id, by, at)
    Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    last = (
        PlanVersion.objects.filter(patient_id=patient_id).order_by("-number").values_list("number", flat=True).first()
    )
    made = PlanVersion.objects.create(
        site_id=base["site_id"], patient_id=patient_id, number=(last or 0) + 1, sentences=list(sentences),
        agreed_how=how, agreed_by=who.strip(), review_on=review_on, expires_on=expires_on, at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    publish(events.PlanAgreed(**about_of(base), number=made.number, how=how, who=made.agreed_by), by=by, at=at)
    _review_task(base, made, by, at)
    return made.number


def _review_task(base: dict[str, Any], made: PlanVersion, by: Actor, at: datetime) -> None:
    subject = f"plan-review:{base['patient_id']}"
    cancel_tasks_for(
        patient_id=base["patient_id"], subject=subject, reason=f"Version {made.number} was agreed.",
        by=system("care plan"), at=at,
    )  # fmt: skip
    task = TaskIn(
        patient_id=base["patient_id"], case_id=base["case_id"], verb="Review", title="the care plan", kind="plan",
        why=f"Version {made.number} agreed with {made.agreed_by}", tier=5, subject=subject,
        owner_id=owner_of_case(base["case_id"], by),
        due_at=at.replace(hour=23, minute=0) + timedelta(days=(made.review_on - at.date()).days),
    )  # fmt: skip
    add_task(patient_id=base["patient_id"], task=task, by=by, at=at)
