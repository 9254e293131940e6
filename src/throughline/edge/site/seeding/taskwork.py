"""The course of a task as a story tells it: made, put off, offered, accepted, reported, done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import moments
from throughline.edge.site.seeding.stage import Act, Stage
from throughline.edge.site.seeding.wording import HOLD_REASON, LEGAL_KINDS, TIERS, task_words
from throughline.record.tasks import actions as tasks


def course(stage: Stage, line: Mapping[str, Any], case_owner: str) -> list[Act]:
    """Return every act of one task, each with its time."""
    made: list[UUID] = []  # the task's id, known once the first act has run

    def add() -> None:
        task = _task(stage, line, case_owner)
        by, at = stage.actor(case_owner), stage.at(line["made"])
        made.append(tasks.add_task(patient_id=stage.patient_id, task=task, by=by, at=at))

    acts: list[Act] = [(stage.at(line["made"]), add)]
    if until := line.get("hold"):
        hold: dict[str, Any] = {"until": stage.at(until), "reason": HOLD_REASON, "by": stage.actor(case_owner)}
        at = stage.at("today 08:00")
        acts.append((at, lambda: tasks.hold_task(task_id=made[0], **hold, at=at)))
    if offer := line.get("offered"):
        acts += _delegation(stage, offer, made, case_owner)
    if done := line.get("done"):
        by = stage.actor(done.get("by", line.get("owner", case_owner)))
        ends: dict[str, Any] = {"outcome": done["says"], "by": by, "at": stage.at(done["at"])}
        acts.append((stage.at(done["at"]), lambda: tasks.do_task(task_id=made[0], **ends)))
    return acts


def _delegation(stage: Stage, offer: Mapping[str, Any], made: list[UUID], case_owner: str) -> list[Act]:
    colleague = stage.actor(offer["to"])
    asked: dict[str, Any] = {
        "to_id": stage.staff.user_id(offer["to"]),
        "by": stage.actor(case_owner),
        "at": stage.at(offer["at"]),
    }
    acts: list[Act] = [(stage.at(offer["at"]), lambda: tasks.offer_task(task_id=made[0], **asked))]
    if answer := offer.get("accepted") or offer.get("declined"):
        said: dict[str, Any] = {
            "accept": "accepted" in offer,
            "reason": offer.get("why", ""),
            "by": colleague,
            "at": stage.at(answer),
        }
        acts.append((stage.at(answer), lambda: tasks.answer_offer(task_id=made[0], **said)))
    if report := offer.get("reported"):
        told: dict[str, Any] = {"outcome": report["says"], "by": colleague, "at": stage.at(report["at"])}
        acts.append((stage.at(report["at"]), lambda: tasks.report_back(task_id=made[0], **told)))
    return acts


def _task(stage: Stage, line: Mapping[str, Any], case_owner: str) -> tasks.TaskIn:
    kind, due, owner = line.get("kind", "task"), line.get("due"), line.get("owner")
    owner = case_owner if line.get("offered") else owner
    verb, title = task_words(line["what"], kind)
    is_legal = kind in LEGAL_KINDS
    return tasks.TaskIn(
        patient_id=stage.patient_id,
        verb=verb,
        title=title,
        kind="clock" if is_legal else kind,
        legal_due_at=stage.at(due) if due and is_legal else None,
        why=line.get("why", ""),
        tier=TIERS.get(kind, 5 if owner else 4),
        owner_id=stage.staff.user_id(owner) if owner else None,
        due_at=stage.at(due) if due else None,
        due_has_time=" " in str(due or ""),
        time_zone=str(moments.ZONE),
    )
