"""Plays a patient's referrals and cases as the stories tell them: each act by its actor, at its own past time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding import moments
from throughline.edge.site.seeding.founding import Staff
from throughline.edge.site.seeding.stories import Story
from throughline.edge.site.seeding.wording import (
    CHANNELS,
    CONSENT_METHODS,
    HOLD_REASON,
    LEGAL_KINDS,
    OUTCOMES,
    SOCIAL_NEEDS,
    SOURCES,
    SUPERVISORS,
    TIERS,
    decided_by,
    task_words,
)
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.intake import actions as intake
from throughline.practice.intake import queries as referrals
from throughline.record.cases import actions as cases
from throughline.record.contacts import actions as contacts
from throughline.record.tasks import actions as tasks


@dataclass(frozen=True, slots=True)
class Stage:
    """Whose story is played, where, for which day."""

    story: Story
    patient_id: UUID
    site_id: UUID
    staff: Staff
    today: date

    def at(self, written: str) -> datetime:
        """Return the instant of a moment as the stories write it."""
        return moments.instant(written, self.today)

    def actor(self, key: str) -> Actor:
        """Return the user of that key as an actor."""
        return self.staff.actors[key]

    @property
    def supervisor(self) -> Actor:
        """Return who screens and assigns at the story's site."""
        return self.actor(SUPERVISORS[self.story["site"]])


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
    }


def has_referrals(viewer: Viewer, patient_id: UUID) -> bool:
    """Whether intake knows a referral of the patient, so that her story was played before."""
    return bool(referrals.referrals_of(viewer, patient_id))


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
    for _, act in sorted(acts, key=lambda timed: timed[0]):
        act()


def _consents(stage: Stage, case: Mapping[str, Any], case_id: UUID) -> list[tuple[datetime, Any]]:
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
        acts.append((at, _later(cases.record_consent, case_id=case_id, consent=consent, by=by, at=at)))
    return acts


def _course(stage: Stage, case: Mapping[str, Any], case_id: UUID) -> list[tuple[datetime, Any]]:
    acts = [_contact(stage, line) for line in case.get("contacts", [])]
    acts += [_task(stage, line, case["owner"]) for line in case.get("tasks", [])]
    acts += [_words(stage, line, case_id, case["owner"]) for line in stage.story.get("words", [])]
    if line := case.get("paused"):
        at, until = stage.at(line["at"]), moments.day(line["until"], stage.today)
        pause = {"until": until, "reason": line["reason"], "by": stage.actor(line["by"]), "at": at}
        acts.append((at, _later(cases.pause_case, case_id=case_id, **pause)))
    if line := case.get("closed"):
        at = stage.at(line["at"])
        close = {"reason": line["reason"], "summary": line["summary"], "by": stage.actor(case["owner"]), "at": at}
        acts.append((at, _later(cases.close_case, case_id=case_id, **close)))
    return acts


def _contact(stage: Stage, line: Mapping[str, Any]) -> tuple[datetime, Any]:
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
    act = _later(contacts.log_contact, patient_id=stage.patient_id, contact=contact, by=stage.actor(line["by"]), at=at)
    return at, act


def _task(stage: Stage, line: Mapping[str, Any], case_owner: str) -> tuple[datetime, Any]:
    made, by, kind = stage.at(line["made"]), stage.actor(case_owner), line.get("kind", "task")
    verb, title = task_words(line["what"], kind)
    due = line.get("due")
    task = tasks.TaskIn(
        patient_id=stage.patient_id,
        verb=verb,
        title=title,
        kind="clock" if kind in LEGAL_KINDS else kind,
        legal_due_at=stage.at(due) if due and kind in LEGAL_KINDS else None,
        why=line.get("why", ""),
        tier=TIERS.get(kind, 5 if line.get("owner") else 4),
        owner_id=stage.staff.user_id(line["owner"]) if line.get("owner") else None,
        due_at=stage.at(due) if due else None,
        due_has_time=" " in str(due or ""),
        time_zone=str(moments.ZONE),
    )

    def add() -> None:
        task_id = tasks.add_task(patient_id=stage.patient_id, task=task, by=by, at=made)
        if line.get("hold"):
            later = stage.at("today 08:00")
            tasks.hold_task(task_id=task_id, until=stage.at(line["hold"]), reason=HOLD_REASON, by=by, at=later)

    return made, add


def _words(stage: Stage, line: Mapping[str, Any], case_id: UUID, owner: str) -> tuple[datetime, Any]:
    at = stage.at(line["at"])
    said = {"words": line["says"], "language": stage.story.get("language", "en")}
    return at, _later(cases.record_what_matters, case_id=case_id, **said, by=stage.actor(owner), at=at)


def _later(act: Any, **fields: Any) -> Any:
    return lambda: act(**fields)
