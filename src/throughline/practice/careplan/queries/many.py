"""Plans of many patients at once, as plain rows: for looking over whole caseloads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan.models import DeclinedOption, Goal, Lesson, PlanAction, PlanVersion


def goals_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the active goals of many patients in one statement, as plain rows: for looking over whole caseloads."""
    found = Goal.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, status="active")
    return list(found.values("id", "patient_id", "need_id", "text", "target", "loinc", "added_at", "key"))


def actions_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the active actions of many patients with their task's state and holder, in one statement."""
    found = PlanAction.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, status="active")
    return list(
        found.values(
            "id", "patient_id", "need_id", "text", "role", "due_on", "added_at", "key", "task__state", "task__done_at",
            "task__owner__full_name", "task__team__name",
        )
    )  # fmt: skip


def taught_to_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, str, Any]]:
    """Return (id, patient, topic, when) of what was taught to many patients, in one statement."""
    found = Lesson.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, moved_at__isnull=False)
    taught = found.filter(status__in=["taught", "understood"])
    return list(taught.values_list("id", "patient_id", "topic", "moved_at"))


def declined_by_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[UUID, str, str, Any]]:
    """Return (patient, key, reason, when) of what many patients declined, oldest first, in one statement."""
    found = DeclinedOption.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids).exclude(key="")
    return list(found.order_by("at").values_list("patient_id", "key", "reason", "at"))


def review_days_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Return by patient the day on which her latest agreed plan is to be looked at again, in one statement."""
    found = PlanVersion.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids)
    return dict(found.order_by("patient_id", "-number").distinct("patient_id").values_list("patient_id", "review_on"))
