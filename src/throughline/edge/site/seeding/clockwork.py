"""Plays a case's clocks: those a story starts by hand, and the assessment clocks met when the nurse assessed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from throughline.edge.site.seeding.stage import Act, Stage
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.kernel.actor import Actor
from throughline.record.clocks import actions, queries
from throughline.record.clocks.actions import ClockIn

# Days after consent at which an assessment was begun and done; the events of opening the case started the clocks.
ASSESSED = {"C-34": 1, "C-35": 12}


def course(stage: Stage, case: Mapping[str, Any]) -> list[Act]:
    """Return every act on the case's clocks, each with its time; what lies ahead of today is left open."""
    acts = [_start(stage, line, case["owner"]) for line in case.get("clocks", [])]
    if case["programme"] == "complex" and isinstance(case["consent"], Mapping):
        agreed, now = stage.at(case["consent"]["at"]), stage.at("today 08:00")
        for rule_id, days in ASSESSED.items():
            at = agreed + timedelta(days=days)
            if at < now:
                acts.append((at, lambda rule_id=rule_id, at=at: _meet(stage, rule_id, stage.actor(case["owner"]), at)))
    return acts


def _start(stage: Stage, line: Mapping[str, Any], owner: str) -> Act:
    at = stage.at(line["made"])
    # A moment with its hour is an instant, a day counts from the day.
    begun = stage.at(line["start"])
    start = begun.isoformat() if ":" in line["start"] else begun.date().isoformat()
    facts = {name: _fact(stage, value) for name, value in line.get("facts", {}).items()}
    clock = ClockIn(key=line["rule"], start=start, facts=facts)
    by = stage.actor(owner)
    return at, lambda: actions.start_clock(patient_id=stage.patient_id, clock=clock, by=by, at=at)


def _fact(stage: Stage, value: Any) -> str:
    """A moment of the story as an instant; any other fact as it stands."""
    text = str(value)
    return stage.at(text).isoformat() if ":" in text else text


def _meet(stage: Stage, rule_id: str, by: Actor, at: datetime) -> None:
    viewer = system_viewer(by, at=at, site_ids=[stage.site_id])
    for chip in queries.chips_of(viewer, stage.patient_id):
        if chip.rule_id == rule_id:
            actions.meet_clock(clock_id=chip.id, met_at=at, reason="Assessed with the patient.", by=by, at=at)
