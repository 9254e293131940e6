"""Clocks as rows of Today: the open deadlines of her cases that fall due soon, in one statement."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import ranking
from throughline.practice.caseload.records import Due
from throughline.record.clocks.models import Clock

AHEAD = timedelta(days=3)  # a deadline further off is on the patient's page and in "what breaks first"
FIELDS = ("id", "rule_id", "title", "state", "owed_by", "notice", "due_at", "due_is_day", "safe_at", "zone")


def near_clocks(viewer: Viewer, wanted: set[UUID | None], only: UUID | None, *fields: str) -> list[dict[str, Any]]:
    """The open clocks of these colleagues' cases that are late or fall due within three days, with these fields.

    Whose period merely ends (owed by nobody) is no work and stays out.
    """
    soon = viewer.at + AHEAD
    near = Q(due_at__lte=soon) | Q(safe_at__lte=soon)
    found = Clock.objects.filter(sees(viewer), near, ended_at__isnull=True, case__owner_id__in=wanted)
    found = found.exclude(owed_by="nobody").exclude(state__in=["not-required", "no-deadline"])
    found = found.filter(patient_id=only) if only else found
    return list(found.order_by("due_at", "id").values(*FIELDS, *fields)[:2000])


def due_of(clock: dict[str, Any], viewer: Viewer) -> Due:
    """A clock as one thing due: worked to its safe date while that lies ahead, to its last instant after."""
    safe = clock["safe_at"]
    when = safe if safe is not None and safe >= viewer.at else clock["due_at"]
    item = ranking.Item(
        id=str(clock["id"]),
        patient_id=clock["patient_id"],
        due_at=when,
        has_time=not clock["due_is_day"],
        legal=True,
        time_zone=clock["zone"],
    )
    late = when < viewer.at
    span = formats.span(when - viewer.at)
    today = viewer.at.astimezone(ZoneInfo(clock["zone"])).date()
    return Due(
        id=str(clock["id"]),
        kind="clock",
        task_id=None,
        clock_id=clock["id"],
        version=0,
        verb="Give notice" if clock["notice"] else _verb(clock["owed_by"]),
        title=clock["title"],
        why=f"{clock['rule_id']}, owed by {clock['owed_by']}",
        tier=ranking.tier(item, at=viewer.at),
        state=clock["state"],
        owner_id=clock["case__owner_id"],
        due_at=when,
        has_time=not clock["due_is_day"],
        legal=True,
        left=f"{span} late" if late else span,
        instant=formats.moment(when, clock["zone"], today),
    )


def _verb(owed_by: str) -> str:
    if owed_by == "us":
        return "Deadline"
    return "Her right" if owed_by == "patient" else f"Waiting for {owed_by}"
