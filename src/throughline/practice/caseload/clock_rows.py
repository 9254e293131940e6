"""Clocks as rows of Today: the open deadlines of her cases that fall due soon."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import ranking
from throughline.practice.caseload.list_statements import moment
from throughline.practice.caseload.records import Due, Waiting

AHEAD = timedelta(days=3)  # a deadline further off is on the patient's page and in "what breaks first"


def waiting(clock: dict[str, Any], viewer: Viewer) -> Waiting:
    """Return a clock as it waits on a list: to be done by its safe date while that is ahead, else by its last."""
    safe, due = moment(clock["safe"]), moment(clock["due"])
    when = safe if safe is not None and safe >= viewer.at else due
    item = ranking.Item(
        id=clock["id"],
        patient_id=clock["patient_id"],
        due_at=when,
        has_time=not clock["due_is_day"],
        legal=True,
        time_zone=clock["zone"],
    )
    tier = ranking.tier(item, at=viewer.at)
    return Waiting(tier, when or ranking.FAR, item.id, "clock", True, 0, partial(_due, clock, when, tier, viewer))


def _due(clock: dict[str, Any], when: datetime | None, tier: int, viewer: Viewer) -> Due:
    """Return a clock as one thing due."""
    return Due(
        id=clock["id"],
        kind="clock",
        task_id=None,
        clock_id=UUID(clock["id"]),
        version=0,
        verb="Give notice" if clock["notice"] else _verb(clock["owed_by"]),
        title=clock["title"],
        why=f"{clock['rule_id']}, owed by {clock['owed_by']}",
        tier=tier,
        state=clock["state"],
        owner_id=clock["case_owner_id"],
        due_at=when,
        has_time=not clock["due_is_day"],
        legal=True,
        zone=clock["zone"],
        seen_at=viewer.at,
        exact=True,
    )


def _verb(owed_by: str) -> str:
    if owed_by == "us":
        return "Deadline"
    return "Her right" if owed_by == "patient" else f"Waiting for {owed_by}"
