"""Reads over many patients at once, as plain rows: for looking over whole caseloads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.models import Appointment, ReferralOut, TeamMember


def team_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[UUID, str, str]]:
    """Return (patient, name, role) of everybody on many patients' care teams now, in one statement."""
    found = TeamMember.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, ended_at__isnull=True)
    return list(found.values_list("patient_id", "name", "role"))


def appointments_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the appointments of many patients that are to come, kept, or without an outcome, in one statement."""
    found = Appointment.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids)
    wanted = found.exclude(state__in=["missed", "cancelled"])
    return list(wanted.values("id", "patient_id", "what", "provider", "starts_at", "ends_at", "state", "interpreter"))


def referrals_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the referrals out of many patients that were neither declined nor called off, in one statement."""
    found = ReferralOut.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids)
    wanted = found.exclude(state__in=["declined", "cancelled"])
    return list(wanted.values("id", "patient_id", "service", "to_name", "state", "since", "owner__full_name"))
