"""Plays a case's care plan: adopted from pathways, with barriers, wishes, ratings, progress, agreed, signed off."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import moments
from throughline.edge.site.seeding.stage import Act, Stage, later
from throughline.foundation.access.queries import system_viewer
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import Chosen
from throughline.practice.careplan.records import Plan
from throughline.practice.careplan.rules.threads import sentences


def course(stage: Stage, case: Mapping[str, Any]) -> list[Act]:
    """Return every act on the plan of a case, each with its time."""
    plan = case.get("plan")
    if plan is None:
        return []
    acts: list[Act] = [(stage.at(plan["at"]), lambda: _adopt(stage, plan))]
    rated = plan.get("ratings", [])
    acts += [(stage.at(line["at"]), later(_rate, stage=stage, plan=plan, line=line)) for line in rated]
    told = plan.get("progress", [])
    acts += [(stage.at(line["at"]), later(_progress, stage=stage, plan=plan, line=line)) for line in told]
    if agreed := plan.get("agreed"):
        acts.append((stage.at(agreed["at"]), lambda: _agree(stage, plan, agreed)))
    return acts


def _plan(stage: Stage, at: Any) -> Plan:
    return queries.plan_of(system_viewer(stage.supervisor, at=at, site_ids=[stage.site_id]), stage.patient_id)


def _adopt(stage: Stage, plan: Mapping[str, Any]) -> None:
    at, by = stage.at(plan["at"]), stage.actor(plan["by"])
    viewer = system_viewer(by, at=at, site_ids=[stage.site_id])
    proposal = queries.proposal_for(viewer, stage.patient_id, chosen=plan.get("pathways", ()))
    chosen = Chosen(goals=plan["goals"], actions=plan["actions"], lessons=plan.get("lessons", ()))
    actions.adopt(patient_id=stage.patient_id, proposal=proposal, chosen=chosen, by=by, at=at)
    for kind, text in plan.get("says", {}).items():
        actions.state(patient_id=stage.patient_id, kind=kind, text=text, by=by, at=at)
    for line in plan.get("barriers", []):
        need = _need(stage, line["need"], at)
        actions.add_barrier(need_id=need, domain=line["domain"], text=line["says"], by=by, at=at)


def _need(stage: Stage, omaha: int, at: Any) -> UUID:
    return next(thread.need_id for thread in _plan(stage, at).threads if thread.omaha == omaha)


def _rate(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    at, parts = stage.at(line["at"]), ("knowledge", "behavior", "status")
    need = _need(stage, line["need"], at)
    given = dict(zip(parts, line["kbs"], strict=True))
    by = stage.actor(plan["by"])
    actions.rate_need(need_id=need, ratings=given, occasion=line["occasion"], by=by, at=at)


def _progress(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    at = stage.at(line["at"])
    goal = next(g for t in _plan(stage, at).threads for g in t.goals if g.key == line["goal"])
    actions.note_progress(goal_id=goal.id, level=line["level"], note=line["says"], by=stage.actor(plan["by"]), at=at)


def _agree(stage: Stage, plan: Mapping[str, Any], agreed: Mapping[str, Any]) -> None:
    at, by = stage.at(agreed["at"]), stage.actor(plan["by"])
    now = _plan(stage, at)
    actions.agree(
        patient_id=stage.patient_id,
        sentences=sentences(now.threads, [lesson.topic for lesson in now.lessons]),
        how=agreed["how"],
        who=agreed["who"],
        review_on=moments.day(agreed["review"], stage.today),
        by=by,
        at=at,
    )
    version = _plan(stage, at).versions[0].id
    actions.sign_version(version_id=version, by=by, at=at + timedelta(minutes=5))
