"""The care team of a case, its referrals out and its messages, as a story tells them: each act at its own past time."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding.stage import Act, Stage
from throughline.foundation.access import queries as access
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment import queries as assessment
from throughline.practice.coordination.actions import messages, referrals, team
from throughline.practice.coordination.queries.directory import find
from throughline.practice.coordination.queries.team import members_of


def course(stage: Stage, case: Mapping[str, Any]) -> list[Act]:
    """Return every act of the team, the referrals and the messages of one case, each with its time."""
    acts: list[Act] = []
    for line in case.get("circle", []):
        acts.append(_timed(stage, line, case["owner"], _join))
    for line in case.get("sent", []):
        acts += _referral(stage, line, case["owner"])
    for line in case.get("talks", []):
        acts += _talk(stage, line, case["owner"])
    return acts


Told = Callable[[Stage, Mapping[str, Any], Actor, datetime], object]


def _timed(stage: Stage, line: Mapping[str, Any], owner: str, act: Told) -> Act:
    by, at = stage.actor(line.get("by", owner)), stage.at(line["at"])
    return at, lambda: act(stage, line, by, at)


def _viewer(stage: Stage, by: Actor, at: datetime) -> Any:
    return access.system_viewer(by, at=at, site_ids=[stage.site_id])


def _ref(stage: Stage, name: str, by: Actor, at: datetime) -> str:
    """Return how the directory names somebody; "" for a name nobody there answers to, which is entered as it is."""
    found = find(_viewer(stage, by, at), stage.patient_id, name)
    return found[0].ref if found else ""


def _join(stage: Stage, line: Mapping[str, Any], by: Actor, at: datetime) -> None:
    ref = "" if line.get("free") else _ref(stage, line["who"], by, at)
    member = team.MemberIn(
        ref=ref, name=line["who"], role=line.get("as", ""), why=line.get("why", ""), words=line.get("says", ""),
        phone=line.get("phone", ""),
    )  # fmt: skip
    made = team.add_member(patient_id=stage.patient_id, member=member, by=by, at=at)
    if shares := line.get("shares"):
        written = bool(line.get("written"))
        decided = team.SharingIn(
            decision="given", categories=tuple(shares), written=written, given_by=line.get("agreed", "the patient")
        )
        team.decide_sharing(member_id=made, sharing_in=decided, by=by, at=at)


def _member(stage: Stage, name: str, by: Actor, at: datetime) -> UUID:
    for member in members_of(_viewer(stage, by, at), stage.patient_id):
        if name.casefold() in member.name.casefold():
            return member.id
    raise LookupError(f"{stage.story['key']}: {name} is not on the care team")


def _referral(stage: Stage, line: Mapping[str, Any], owner: str) -> list[Act]:
    made: list[UUID] = []

    def send(stage: Stage, line: Mapping[str, Any], by: Actor, at: datetime) -> None:
        needs = assessment.needs_of(_viewer(stage, by, at), stage.patient_id, only_open=True)
        wanted = str(line.get("need", "")).casefold()
        referral = referrals.ReferralIn(
            kind=line["kind"],
            service=line["what"],
            to=_ref(stage, line["to"], by, at),
            to_name=line["to"],
            phone=line.get("phone", ""),
            need_id=next((n.id for n in needs if wanted and wanted in n.text.casefold()), None),
            reason=line.get("why", ""),
            urgent=line.get("urgent", False),
            categories=tuple(line.get("shares", ())),
            agreed_by="the patient",
            agreed_how=line.get("agreed", "by phone"),
        )
        made.append(referrals.draft_referral(patient_id=stage.patient_id, referral=referral, by=by, at=at))
        if not line.get("draft"):
            referrals.send_referral(referral_out_id=made[0], by=by, at=at)

    acts = [_timed(stage, line, owner, send)]
    for step in line.get("then", []):
        acts.append(_timed(stage, step, owner, _mover(made)))
    return acts


def _mover(made: list[UUID]) -> Told:
    def move(stage: Stage, step: Mapping[str, Any], by: Actor, at: datetime) -> None:
        if step["act"] in ("yes", "no"):
            referrals.record_patient_side(
                referral_out_id=made[0], acted=step["act"] == "yes", words=step.get("says", ""), by=by, at=at
            )
            return
        when = stage.at(step["visit"]) if "visit" in step else None
        referrals.move_referral(
            referral_out_id=made[0], act=step["act"], note=step.get("says", ""), scheduled_at=when,
            place=step.get("place", ""), by=by, at=at,
        )  # fmt: skip

    return move


def _talk(stage: Stage, line: Mapping[str, Any], owner: str) -> list[Act]:
    made: list[UUID] = []

    def begin(stage: Stage, line: Mapping[str, Any], by: Actor, at: datetime) -> None:
        to = [f"user:{stage.staff.user_id(key)}" for key in line.get("to", [])]
        to += [f"member:{_member(stage, name, by, at)}" for name in line.get("outside", [])]
        about = messages.ConversationIn(subject=line["about"], to=tuple(to))
        first = messages.MessageIn(
            text=line["says"],
            task_title=line.get("task", ""),
            task_owner_id=stage.staff.user_id(line["task_for"]) if line.get("task_for") else None,
            task_due=stage.at(line["task_due"]) if line.get("task_due") else None,
        )
        made.append(
            messages.start_conversation(patient_id=stage.patient_id, conversation=about, message=first, by=by, at=at)
        )

    def answer(stage: Stage, line: Mapping[str, Any], by: Actor, at: datetime) -> None:
        if outside := line.get("from"):
            member = _member(stage, outside, by, at)
            messages.record_reply(conversation_id=made[0], member_id=member, text=line["says"], by=by, at=at)
        else:
            message = messages.MessageIn(text=line["says"])
            messages.write_message(conversation_id=made[0], message=message, by=by, at=at)

    return [_timed(stage, line, owner, begin), *(_timed(stage, reply, owner, answer) for reply in line.get("then", []))]
