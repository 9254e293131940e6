"""Plays a case's care plan: adopted from pathways, with barriers, wishes, ratings, progress, agreed, signed off."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import moments
from throughline.edge.site.seeding.stage import Act, Stage, later
from throughline.foundation.access.queries import system_viewer
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import Chosen
from throughline.practice.careplan.records import GoalRecord, Plan
from throughline.practice.careplan.rules.threads import sentences

CAUGHT_UP = "-5d 16:30"


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
    parts: dict[str, Callable[..., None]] = {"met": _end_goal, "declined": _decline, "overcome": _overcome, "own": _own}
    for part, act in parts.items():
        lines = plan.get(part, [])
        acts += [(stage.at(line["at"]), later(act, stage=stage, plan=plan, line=line)) for line in lines]
    if agreed := plan.get("agreed"):
        acts.append((stage.at(agreed["at"]), lambda: _agree(stage, plan, agreed)))
    if not plan.get("late"):
        acts.append((stage.at(CAUGHT_UP), lambda: _catch_up(stage, plan)))
    return acts


def _catch_up(stage: Stage, plan: Mapping[str, Any]) -> None:
    """What was due until now has been done: a nurse's list holds days of lateness, not months."""
    at, by = stage.at(CAUGHT_UP), stage.actor(plan["by"])
    for thread in _plan(stage, at).threads:
        for one in thread.actions:
            if one.status == "active" and one.due_on < at.date():
                actions.mark_done(plan_action_id=one.id, words="Done as planned.", by=by, at=at)


def _plan(stage: Stage, at: Any) -> Plan:
    return queries.plan_of(system_viewer(stage.supervisor, at=at, site_ids=[stage.site_id]), stage.patient_id)


def _adopt(stage: Stage, plan: Mapping[str, Any]) -> None:
    at, by = stage.at(plan["at"]), stage.actor(plan["by"])
    viewer = system_viewer(by, at=at, site_ids=[stage.site_id])
    proposal = queries.proposal_for(viewer, stage.patient_id, chosen=plan.get("pathways", ()))
    chosen = Chosen(
        goals=_keys(plan["goals"], [goal.key for goal in proposal.goals]),
        actions=_keys(plan["actions"], [one.key for one in proposal.actions]),
        lessons=_keys(plan.get("lessons", ()), [lesson.topic for lesson in proposal.education]),
    )
    actions.adopt(patient_id=stage.patient_id, proposal=proposal, chosen=chosen, by=by, at=at)
    for kind, text in plan.get("says", {}).items():
        actions.state(patient_id=stage.patient_id, kind=kind, text=text, by=by, at=at)
    for line in plan.get("barriers", []):
        need = _need(stage, line.get("need"), at)
        actions.add_barrier(need_id=need, domain=line["domain"], text=line["says"], by=by, at=at)


def _keys(told: Any, offered: Sequence[str]) -> Sequence[str]:
    """Return the keys a story names, or as many of the first offered as it says."""
    return offered[:told] if isinstance(told, int) else told


def _goals(stage: Stage, at: Any) -> list[GoalRecord]:
    return [goal for thread in _plan(stage, at).threads for goal in thread.goals]


def _end_goal(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    """A goal ended, by its place in the plan: met, or as the story says with its reason."""
    at = stage.at(line["at"])
    goal = [goal for goal in _goals(stage, at) if goal.status == "active"][line.get("goal", 0)]
    status, reason = line.get("as", "met"), line.get("says", "")
    actions.move_goal(goal_id=goal.id, status=status, reason=reason, by=stage.actor(plan["by"]), at=at)


def _decline(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    fields = {"key": line.get("key", ""), "text": line["what"], "reason": line["says"]}
    actions.decline(patient_id=stage.patient_id, **fields, by=stage.actor(plan["by"]), at=stage.at(line["at"]))


def _overcome(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    at = stage.at(line["at"])
    barrier = next(b for t in _plan(stage, at).threads for b in t.barriers if b.domain == line["domain"])
    by = stage.actor(plan["by"])
    actions.end_barrier(barrier_id=barrier.id, status="overcome", outcome=line["says"], by=by, at=at)


def _own(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    """A number that is the patient's own: her dry weight, 181 lb, within 3."""
    at, (middle, within, unit) = stage.at(line["at"]), line["number"].split()
    goal = next(goal for goal in _goals(stage, at) if goal.own_number)
    by = stage.actor(plan["by"])
    actions.set_target(goal_id=goal.id, middle=Decimal(middle), within=Decimal(within), unit=unit, by=by, at=at)


def _need(stage: Stage, omaha: int | None, at: Any) -> UUID:
    """Return the need of an Omaha problem, or the first with goals where the story names none."""
    threads = [t for t in _plan(stage, at).threads if t.omaha == omaha or (not omaha and t.omaha and t.goals)]
    return threads[0].need_id


def _rate(stage: Stage, plan: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    at, parts = stage.at(line["at"]), ("knowledge", "behavior", "status")
    need = _need(stage, line.get("need"), at)
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
        expires_on=moments.day(agreed["ends"], stage.today) if agreed.get("ends") else None,
        by=by,
        at=at,
    )
    if agreed.get("unsigned"):
        return
    version = _plan(stage, at).versions[0].id
    actions.sign_version(version_id=version, by=by, at=at + timedelta(minutes=5))
