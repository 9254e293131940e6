"""Writes of intake: receive, screen, ask, enrol, decline, mark as duplicate, reopen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.practice.intake import events, queries, rules
from throughline.practice.intake.models import Referral, ReferralTransition
from throughline.record.cases import actions as cases
from throughline.record.cases import rules as case_rules
from throughline.record.cases.models import Case
from throughline.record.cases.programmes import programme, programmes, screen
from throughline.record.people import actions as people
from throughline.record.people.models import Patient
from throughline.record.people.records import PersonIn


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralIn:
    """A request to take a patient up, as it came."""

    patient_id: UUID
    source: str
    reason: str
    programme: str
    identified_on: date
    received_at: datetime
    source_name: str = ""
    source_phone: str = ""
    external_id: str = ""
    urgent: bool = False


@locator("referral_id")
def _place_of_referral(referral_id: UUID) -> Place:
    # Without the patient: intake works a referral before anybody has a relationship with her.
    found = Referral.objects.filter(pk=referral_id).values_list("site_id", flat=True).first()
    if found is None:
        raise NotFound("This referral does not exist, or you may not see it.")
    return Place(site_id=found)


@action("intake.receive-referral", needs=Permission.REFER_IN, on="site_id")
def receive_referral(*, site_id: UUID, referral: ReferralIn, by: Actor, at: datetime) -> UUID:
    """Take in a referral and return its identifier; the same one sent again returns the first.

    Raises UnableToMoveReferral for a patient of another site, an unknown source or programme, an empty reason, or a
    day of identification in the future.
    """
    patient = Patient.objects.filter(pk=referral.patient_id, site_id=site_id).first()
    if patient is None:
        raise rules.UnableToMoveReferral("This patient is not registered at this site. Register her first.")
    if referral.source not in rules.SOURCES or referral.programme not in programmes():
        raise rules.UnableToMoveReferral("Choose the source and the programme from the lists.")
    if not referral.reason.strip():
        raise rules.UnableToMoveReferral("Say in a sentence why the patient is referred.")
    case_rules.check_identified(identified_on=referral.identified_on, today=at.date())
    if referral.external_id:
        known = Referral.objects.filter(
            site_id=site_id, source=referral.source, external_id=referral.external_id
        ).first()
        if known is not None:
            return known.id
    made = Referral.objects.create(
        site_id=site_id,
        patient=patient,
        source=referral.source,
        source_name=referral.source_name,
        source_phone=referral.source_phone,
        external_id=referral.external_id,
        reason=referral.reason.strip(),
        programme=referral.programme,
        urgent=referral.urgent,
        received_at=referral.received_at,
        identified_on=referral.identified_on,
        entered_by_id=by.user_id,
        entered_by_name=by.name,
    )
    _step(made, "receive", "", "", by=by, at=at)
    source = referral.source_name or rules.SOURCES[referral.source]
    publish(
        events.ReferralReceived(**_about(made), source=source, reason=made.reason, identified_on=made.identified_on),
        by=by,
        at=at,
        occurred_at=referral.received_at,
    )
    return made.id


@action("intake.refer-new-patient", needs=Permission.REFER_IN, on="site_id")
def refer_new_patient(
    *, site_id: UUID, person: PersonIn, particulars: Mapping[str, Any], by: Actor, at: datetime
) -> UUID:
    """Register a patient and take in her referral in one act; return the referral's identifier.

    Raises UnableToRegister for what the person lacks, UnableToMoveReferral for what the referral lacks; either leaves
    nothing behind.
    """
    patient_id = people.register_patient(site_id=site_id, person=person, by=by, at=at)
    sent = ReferralIn(patient_id=patient_id, received_at=at, **particulars)
    return receive_referral(site_id=site_id, referral=sent, by=by, at=at)


def _about(referral: Referral) -> dict[str, Any]:
    return {
        "site_id": referral.site_id,
        "patient_id": referral.patient_id,
        "case_id": referral.case_id,
        "referral_id": referral.id,
    }


def _step(referral: Referral, act: str, before: str, reason: str, *, by: Actor, at: datetime) -> None:
    ReferralTransition.objects.create(
        referral=referral,
        act=act,
        before=before,
        after=referral.state,
        reason=reason,
        at=at,
        by_id=by.user_id,
        by_name=by.name,
    )


def _move(referral: Referral, act: str, reason: str, *, by: Actor, at: datetime) -> None:
    before, referral.state = referral.state, rules.apply(referral.state, act)
    referral.version += 1
    referral.save()
    _step(referral, act, before, reason, by=by, at=at)


def _locked(referral_id: UUID) -> Referral:
    return Referral.objects.select_for_update().get(pk=referral_id)


@action("intake.screen-referral", needs=Permission.SCREEN_REFERRAL, on="referral_id")
def screen_referral(
    *, referral_id: UUID, said: Mapping[str, Any], programme_key: str = "", by: Actor, at: datetime
) -> str:
    """Hold the programme's criteria against what the chart knows and what was `said`; return met, not-met or unknown.

    `said` holds answers the chart cannot give (lives_alone, social_needs); it wins over the chart.
    """
    referral = _locked(referral_id)
    if programme_key:
        referral.programme = programme_key
    chosen = programme(referral.programme)
    known = queries.known_of(referral.patient, at=at) | {"referred": True}
    known |= {key: value for key, value in said.items() if value is not None}
    screening = screen(chosen, known)
    referral.screening = screening.as_json() | {"said": dict(said)}
    referral.screened_at = at
    _move(referral, "screen", "", by=by, at=at)
    publish(events.ReferralScreened(**_about(referral), programme=chosen.title, result=screening.result), by=by, at=at)
    return screening.result


@action("intake.ask-for-information", needs=Permission.SCREEN_REFERRAL, on="referral_id")
def ask_for_information(*, referral_id: UUID, question: str, by: Actor, at: datetime) -> None:
    """Let a referral wait for an answer from its sender."""
    if not question.strip():
        raise rules.UnableToMoveReferral("Write what you need to know.")
    _move(_locked(referral_id), "ask", question.strip(), by=by, at=at)


@action("intake.enrol-referral", needs=Permission.ENROL, on="referral_id")
def enrol_referral(
    *,
    referral_id: UUID,
    consent: cases.ConsentIn | None = None,
    override_reason: str = "",
    take: bool = False,
    by: Actor,
    at: datetime,
) -> UUID:
    """Open a case from a screened referral, or enrol the patient's open case, and return the case's identifier.

    `consent` is recorded at once when it was taken; `take` makes the actor the owner. Raises UnableToMoveReferral when
    the criteria are not met and no override reason is written.
    """
    referral = _locked(referral_id)
    result = referral.screening.get("result", "")
    rules.check_enrolment(result, override_reason)
    screening = dict(referral.screening) | ({"override": override_reason} if override_reason.strip() else {})
    standing = Case.objects.filter(patient=referral.patient).exclude(state="closed").first()
    if standing is None:
        opening = cases.Opening(
            programme=referral.programme,
            source=referral.source_name or rules.SOURCES[referral.source],
            identified_on=referral.identified_on,
            screening=screening,
        )
        case_id = cases.open_case(
            site_id=referral.site_id, patient_id=referral.patient_id, opening=opening, by=by, at=at
        )
        if take:
            cases.take_case(site_id=referral.site_id, case_id=case_id, by=by, at=at)
    else:
        case_id = standing.id
        if not standing.enrolments.filter(programme=referral.programme, until__isnull=True).exists():
            cases.enrol(case_id=case_id, programme=referral.programme, screening=screening, by=by, at=at)
    if consent is not None:
        cases.record_consent_at_intake(site_id=referral.site_id, case_id=case_id, consent=consent, by=by, at=at)
    referral.case_id = case_id
    _decide(referral, "enrol", "", override_reason, "enrolled", by=by, at=at)
    return case_id


def _decide(referral: Referral, act: str, code: str, note: str, words: str, *, by: Actor, at: datetime) -> None:
    referral.decided_at, referral.decided_by_id, referral.decided_by_name = at, by.user_id, by.name
    referral.decision_code, referral.decision_note = code, note
    _move(referral, act, note, by=by, at=at)
    publish(events.ReferralDecided(**_about(referral), decision=words, reason=note), by=by, at=at)


@action("intake.decline-referral", needs=Permission.SCREEN_REFERRAL, on="referral_id")
def decline_referral(*, referral_id: UUID, code: str, note: str, by: Actor, at: datetime) -> None:
    """Decline a referral with a coded reason. Raises UnableToMoveReferral for a reason not on the list."""
    if code not in rules.DECLINE_REASONS:
        raise rules.UnableToMoveReferral("Choose why the referral is declined from the list.")
    words = f"declined: {rules.DECLINE_REASONS[code].lower()}"
    _decide(_locked(referral_id), "decline", code, note, words, by=by, at=at)


@action("intake.mark-duplicate", needs=Permission.SCREEN_REFERRAL, on="referral_id")
def mark_duplicate(*, referral_id: UUID, duplicate_of: UUID, by: Actor, at: datetime) -> None:
    """Answer a referral as a duplicate of another one of the same patient."""
    referral = _locked(referral_id)
    other = Referral.objects.filter(pk=duplicate_of, patient=referral.patient).exclude(pk=referral.pk).first()
    if other is None:
        raise rules.UnableToMoveReferral("Choose the other referral of the same patient.")
    referral.duplicate_of = other
    _decide(referral, "merge", "duplicate", "", "a duplicate of an earlier one", by=by, at=at)


@action("intake.reopen-referral", needs=Permission.SCREEN_REFERRAL, on="referral_id")
def reopen_referral(*, referral_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Take back a declined or duplicate answer."""
    referral = _locked(referral_id)
    referral.decided_at, referral.decision_code, referral.duplicate_of = None, "", None
    _move(referral, "reopen", reason, by=by, at=at)
