"""Plays a patient's referrals and cases as the stories tell them: each act by its actor, at its own past time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import (
    appointing,
    assessing,
    clockwork,
    moments,
    planning,
    reviewing,
    taskwork,
    teamwork,
)
from throughline.edge.site.seeding.stage import Act, Stage, later
from throughline.edge.site.seeding.wording import (
    CHANNELS,
    CONSENT_METHODS,
    OUTCOMES,
    SOCIAL_NEEDS,
    SOURCES,
    decided_by,
)
from throughline.practice.intake import actions as intake
from throughline.record.cases import actions as cases
from throughline.record.contacts import actions as contacts


def play(stage: Stage) -> dict[str, int]:
    """Play every referral and case of the story and return how many acts of each kind that took."""
    told = stage.story.get("cases", [])
    waiting = stage.story.get("referrals", [])
    for case in told:
        _case(stage, case)
    for line in waiting:
        _waiting(stage, line)
    return {
        "referrals": len(told) + len(waiting),
        "cases": len(told),
        "contacts": sum(len(case.get("contacts", [])) for case in told),
        "tasks": sum(len(case.get("tasks", [])) for case in told),
        "assessments": sum(len(case.get("assessments", [])) for case in told),
        "plans": len([case for case in told if case.get("plan")]),
        "appointments": sum(len(case.get("booked", [])) for case in told),
    }


def _waiting(stage: Stage, line: Mapping[str, Any]) -> None:
    received = stage.at(line["at"])
    referral_id = _receive(stage, line, line["programme"])
    if line.get("screened") or line.get("declined"):
        _screen(stage, referral_id, received + timedelta(minutes=30))
    if declined := line.get("declined"):
        intake.decline_referral(
            referral_id=referral_id,
            code=declined["reason"],
            note=declined["note"],
            by=stage.actor(declined["by"]),
            at=stage.at(declined["at"]),
        )


def _receive(stage: Stage, line: Mapping[str, Any], programme: str) -> UUID:
    received = stage.at(line["at"])
    referral = intake.ReferralIn(
        patient_id=stage.patient_id,
        source=SOURCES[line["source"]],
        source_name=line["from"],
        reason=line["reason"],
        programme=programme,
        urgent=line.get("urgency") == "urgent",
        identified_on=received.date(),
        received_at=received,
    )
    return intake.receive_referral(site_id=stage.site_id, referral=referral, by=stage.actor(line["by"]), at=received)


def _screen(stage: Stage, referral_id: UUID, at: datetime) -> str:
    words = {line.partition(" @ ")[0].strip() for line in stage.story.get("conditions", [])}
    said = {"lives_alone": "lives-alone" in words or None, "social_needs": len(words & SOCIAL_NEEDS) or None}
    return intake.screen_referral(referral_id=referral_id, said=said, by=stage.supervisor, at=at)


def _case(stage: Stage, case: Mapping[str, Any]) -> None:
    referral = case["referral"]
    received = stage.at(referral["at"])
    referral_id = _receive(stage, referral, case["programme"])
    result = _screen(stage, referral_id, received + timedelta(minutes=5))
    case_id = intake.enrol_referral(
        referral_id=referral_id,
        override_reason="" if result == "met" else f"Clinical judgment: {referral['reason']}",
        by=stage.supervisor,
        at=received + timedelta(minutes=8),
    )
    owner = case["owner"]
    cases.assign_case(
        case_id=case_id,
        owner_id=stage.staff.user_id(owner),
        team_id=stage.staff.team_of.get((owner, stage.story["site"])),
        by=stage.supervisor,
        at=received + timedelta(minutes=10),
    )
    if acuity := case.get("acuity"):
        at = received + timedelta(minutes=10)
        reason = {"reason": referral["reason"], "by": stage.actor(owner), "at": at}
        cases.set_acuity(case_id=case_id, acuity=acuity, **reason)
    acts = [*_consents(stage, case, case_id), *_course(stage, case, case_id)]
    acts += reviewing.course(stage, case_id, received + timedelta(minutes=10))
    for _, act in sorted(acts, key=lambda timed: timed[0]):
        act()


def _consents(stage: Stage, case: Mapping[str, Any], case_id: UUID) -> list[Act]:
    acts = []
    for scope, line in (("case-management", case["consent"]), ("part-2", case.get("part2"))):
        if line is None or line == "pending":
            continue
        method = CONSENT_METHODS[line.get("method", "in person")]
        consent = cases.ConsentIn(
            scope=scope,
            decision=line.get("decision", "given"),
            method="written" if scope == "part-2" else method,
            given_by=decided_by(stage.story, line.get("method", "")),
            limits="; ".join(part for part in (line.get("to"), line.get("limits"), line.get("words")) if part),
            expires_on=moments.day(line["expires"], stage.today) if line.get("expires") else None,
        )
        at, by = stage.at(line["at"]), stage.actor(line["by"])
        acts.append((at, later(cases.record_consent, case_id=case_id, consent=consent, by=by, at=at)))
    return acts


def _course(stage: Stage, case: Mapping[str, Any], case_id: UUID) -> list[Act]:
    acts = [_contact(stage, line) for line in case.get("contacts", [])]
    acts += [act for line in case.get("tasks", []) for act in taskwork.course(stage, line, case["owner"])]
    acts += [_words(stage, line, case_id, case["owner"]) for line in stage.story.get("words", [])]
    acts += clockwork.course(stage, case)
    acts += assessing.course(stage, case)
    acts += appointing.course(stage, case)
    acts += teamwork.course(stage, case)
    acts += planning.course(stage, case)
    if line := case.get("paused"):
        at, until = stage.at(line["at"]), moments.day(line["until"], stage.today)
        pause = {"until": until, "reason": line["reason"], "by": stage.actor(line["by"]), "at": at}
        acts.append((at, later(cases.pause_case, case_id=case_id, **pause)))
    if line := case.get("closed"):
        at = stage.at(line["at"])
        close = {"reason": line["reason"], "summary": line["summary"], "by": stage.actor(case["owner"]), "at": at}
        acts.append((at, later(cases.close_case, case_id=case_id, **close)))
    return acts


def _contact(stage: Stage, line: Mapping[str, Any]) -> Act:
    began, seconds = stage.at(line["at"]), 60 * line.get("minutes", 0)
    outcome = OUTCOMES[line["outcome"]]
    note = line.get("note", "")
    contact = contacts.ContactIn(
        channel=CHANNELS[line["how"]],
        outcome=outcome,
        began_at=began,
        seconds=seconds,
        with_whom=decided_by(stage.story, "representative") if outcome == "spoke-representative" else "",
        note=note,
        identifiers=("name", "birth-date") if outcome.startswith("spoke") else (),
        interpreter=note.rpartition("Interpreter ")[2].rstrip(".") if "Interpreter " in note else "",
    )
    at = began + timedelta(seconds=seconds)
    act = later(contacts.log_contact, patient_id=stage.patient_id, contact=contact, by=stage.actor(line["by"]), at=at)
    return at, act


def _words(stage: Stage, line: Mapping[str, Any], case_id: UUID, owner: str) -> Act:
    at = stage.at(line["at"])
    said = {"words": line["says"], "language": stage.story.get("language", "en")}
    return at, later(cases.record_what_matters, case_id=case_id, **said, by=stage.actor(owner), at=at)
