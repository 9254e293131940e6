"""Clocks as rows of Today: the open deadlines of her cases that fall due soon."""

from datetime import timedelta
from typing import Any

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import ranking
from throughline.practice.caseload.list_statements import moment
from throughline.practice.caseload.records import Due

AHEAD = timedelta(days=3)  # a deadline further off is on the patient's page and in "what breaks first"


def due_of(clock: dict[str, Any], viewer: Viewer) -> Due:
    """A clock as one thing due: worked to its safe date while that lies ahead, to its last instant after."""
    safe, due = moment(clock["safe"]), moment(clock["due"])
    when = safe if safe is not None and safe >= viewer.at else due
    item = ranking.Item(
        id=str(clock["id"]),
        patient_id=clock["patient_id"],
        due_at=when,
        has_time=not clock["due_is_day"],
        legal=True,
        time_zone=clock["zone"],
    )
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
