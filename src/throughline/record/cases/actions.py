"""Writes of cases: open, consent, enrol, assign, pause, resume, close, reopen, what matters most."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.models import PatientAccess, Team, User
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import working_at
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.record.cases import events, programmes, rules
from throughline.record.cases.models import Case, CaseTransition, Consent, Enrolment
from throughline.record.cases.note_actions import withdraw_note as withdraw_note
from throughline.record.cases.note_actions import write_note as write_note
from throughline.record.people.models import Patient


class UnableToOpenCase(Refusal):
    """The patient cannot be taken up now."""


class UnableToAssign(Refusal):
    """The case cannot go to this person or team."""


class ChangedMeanwhile(Refusal):
    """Somebody else changed the record since it was shown."""


@dataclass(frozen=True, slots=True)
class ConsentIn:
    """A decision as it was taken: by whom it was given, how, and within which limits."""

    scope: str
    decision: str
    method: str
    given_by: str
    limits: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case begins: programme, source and day of identification, and the screening that admitted it."""

    programme: str
    source: str
    identified_on: date
    screening: Mapping[str, Any] = field(default_factory=dict)
    acuity: int = 2


@locator("case_id", table="cases_case")
def _place_of_case(case_id: UUID) -> Place:
    found = Case.objects.filter(pk=case_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This case does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


def _locked(case_id: UUID) -> Case:
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


def _step(case: Case, act: str, *, by: Actor, at: datetime, before: str, after: str, reason: str = "") -> None:
    CaseTransition.objects.create(
        case=case, act=act, before=before, after=after, reason=reason, at=at, by_id=by.user_id, by_name=by.name
    )


def _save(case: Case, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def _about(case: Case) -> dict[str, UUID]:
    return {"site_id": case.site_id, "patient_id": case.patient_id, "case_id": case.id}


@action("cases.open-case", needs=Permission.ENROL, on="site_id")
def open_case(*, site_id: UUID, patient_id: UUID, opening: Opening, by: Actor, at: datetime) -> UUID:
    """Open a case that waits for consent and return its identifier.

    Raises UnableToOpenCase when the patient has died, belongs to another site, was merged away, or has a case open.
    """
    patient = Patient.objects.filter(pk=patient_id, site_id=site_id).first()
    if patient is None or patient.merged_into_id is not None:
        raise UnableToOpenCase("This patient is not registered at this site. Register or find the patient first.")
    if patient.deceased:
        raise UnableToOpenCase("This patient is recorded as deceased. Correct the record first if that is wrong.")
    if Case.objects.filter(patient=patient).exclude(state=rules.CLOSED).exists():
        raise UnableToOpenCase("This patient already has an open case. Enrol her in the programme there.")
    rules.check_identified(identified_on=opening.identified_on, today=at.date())
    programme = programmes.programme(opening.programme)
    case = Case.objects.create(
        site_id=site_id,
        patient=patient,
        source=opening.source,
        identified_on=opening.identified_on,
        opened_at=at,
        acuity=opening.acuity,
    )
    _step(case, "open", by=by, at=at, before="", after=rules.PENDING)
    opened = events.CaseOpened(
        **_about(case), programme=programme.title, programme_key=programme.key, source=opening.source,
        identified_on=opening.identified_on,
    )  # fmt: skip
    publish(opened, by=by, at=at)
    _enrol(case, opening.programme, opening.screening, by=by, at=at)
    return case.id


def _enrol(case: Case, key: str, screening: Mapping[str, Any], *, by: Actor, at: datetime) -> UUID:
    programme = programmes.programme(key)
    if case.enrolments.filter(programme=key, until__isnull=True).exists():
        raise UnableToOpenCase(f"The case is already enrolled in {programme.title}.")
    enrolment = Enrolment.objects.create(
        site_id=case.site_id,
        case=case,
        programme=key,
        programme_version=programme.version,
        mode=programme.mode,
        since=at,
        screening=dict(screening),
    )
    publish(events.Enrolled(**_about(case), programme=programme.title), by=by, at=at)
    return enrolment.id


@action("cases.enrol", needs=Permission.ENROL, on="case_id")
def enrol(*, case_id: UUID, programme: str, screening: Mapping[str, Any], by: Actor, at: datetime) -> UUID:
    """Enrol an open case in one more programme and return the enrolment's identifier.

    Raises UnableToOpenCase when the case is closed or already in the programme.
    """
    case = _locked(case_id)
    if case.state == rules.CLOSED:
        raise UnableToOpenCase("This case is closed. Reopen it, or open a new one.")
    return _enrol(case, programme, screening, by=by, at=at)


@action("cases.record-consent", needs=Permission.ENROL, on="case_id")
def record_consent(*, case_id: UUID, consent: ConsentIn, by: Actor, at: datetime) -> UUID:
    """Record the patient's decision and return its identifier.

    Consent to case management makes a waiting case active; declining it closes the case. Other scopes (42 CFR Part 2,
    sharing with somebody) change no state.
    """
    return _record_consent(_locked(case_id), consent, by=by, at=at)


@action("cases.record-consent-at-intake", needs=Permission.ENROL, on="site_id")
def record_consent_at_intake(*, site_id: UUID, case_id: UUID, consent: ConsentIn, by: Actor, at: datetime) -> UUID:
    """Record the decision taken while a referral is enrolled, before anybody owns the case; return its identifier.

    Raises NotPermitted once the case has an owner: from then on consent is hers to record.
    """
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id, site_id=site_id).first()
    if case is None:
        raise NotFound("This case does not exist, or you may not see it.")
    if case.owner_id not in (None, by.user_id):
        raise NotPermitted("This case has an owner. Ask her to record the consent.")
    return _record_consent(case, consent, by=by, at=at)


def _record_consent(case: Case, consent: ConsentIn, *, by: Actor, at: datetime) -> UUID:
    recorded = Consent.objects.create(
        site_id=case.site_id, patient_id=case.patient_id, case=case, scope=consent.scope, decision=consent.decision,
        method=consent.method, given_by=_decider(consent.given_by), limits=consent.limits,
        expires_on=consent.expires_on, taken_by_id=by.user_id, taken_by_name=by.name, at=at,
    )  # fmt: skip
    told = events.ConsentRecorded(
        **_about(case), scope=consent.scope, decision=consent.decision, method=consent.method,
        given_by=recorded.given_by,
    )  # fmt: skip
    publish(told, by=by, at=at)
    if consent.scope == "case-management":
        if consent.decision == "given" and case.state == rules.PENDING:
            _move(case, "consent", by=by, at=at)
        elif consent.decision == "declined":
            _close(case, "decline", rules.CLOSE_REASONS["declined"], consent.limits, by=by, at=at)
    return recorded.id


def _decider(text: str) -> str:
    """Return who decided. Raises Refusal for nobody, or for more than a name and as what she decides."""
    if not text.strip() or len(text.strip()) > 200:
        raise Refusal("Enter who decided, in at most 200 letters: the patient, or who decides for her and as what.")
    return text.strip()


@action("cases.withdraw-consent", needs=Permission.ENROL, on="case_id")
def withdraw_consent(*, case_id: UUID, consent_id: UUID, withdrawn_by: str, by: Actor, at: datetime) -> None:
    """Record that a consent no longer holds. The case stays as it is: closing it is the nurse's decision."""
    case = _locked(case_id)
    consent = case.consents.filter(pk=consent_id, decision="given", withdrawn_at__isnull=True).first()
    if consent is None:
        raise Refusal("This consent was already withdrawn, or was never given.")
    consent.withdrawn_at, consent.withdrawn_by = at, (who := _decider(withdrawn_by))
    consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
    publish(events.ConsentWithdrawn(**_about(case), scope=consent.scope, withdrawn_by=who), by=by, at=at)


def _move(case: Case, act: str, *, by: Actor, at: datetime, reason: str = "") -> None:
    before, case.state = case.state, rules.apply(case.state, act)
    _save(case, "state")
    _step(case, act, by=by, at=at, before=before, after=case.state, reason=reason)


@action("cases.pause", needs=Permission.ENROL, on="case_id")
def pause_case(*, case_id: UUID, until: date, reason: str, by: Actor, at: datetime) -> None:
    """Pause the case until a day. Which clocks pause with it is written in each clock's content."""
    case = _locked(case_id)
    rules.check_pause(until=until, today=at.astimezone(ZoneInfo(case.site.time_zone)).date())
    case.paused_until, case.pause_reason = until, reason
    case.save(update_fields=["paused_until", "pause_reason"])
    _move(case, "pause", by=by, at=at, reason=reason)
    publish(events.CasePaused(**_about(case), until=until, reason=reason), by=by, at=at)


@action("cases.resume", needs=Permission.ENROL, on="case_id")
def resume_case(*, case_id: UUID, by: Actor, at: datetime) -> None:
    """Go on with a paused case."""
    case = _locked(case_id)
    case.paused_until, case.pause_reason = None, ""
    case.save(update_fields=["paused_until", "pause_reason"])
    _move(case, "resume", by=by, at=at)
    publish(events.CaseResumed(**_about(case)), by=by, at=at)


def _close(case: Case, act: str, reason: str, summary: str, *, by: Actor, at: datetime) -> None:
    case.closed_at, case.close_reason, case.close_summary = at, reason, summary
    case.save(update_fields=["closed_at", "close_reason", "close_summary"])
    case.enrolments.filter(until__isnull=True).update(until=at, end_reason=reason)
    _move(case, act, by=by, at=at, reason=reason)
    publish(events.CaseClosed(**_about(case), reason=reason, summary=summary), by=by, at=at)


@action("cases.close", needs=Permission.ENROL, on="case_id")
def close_case(*, case_id: UUID, reason: str, summary: str, by: Actor, at: datetime) -> None:
    """Close the case with a coded reason and a summary (CMSA standard: termination of services).

    Raises UnableToMoveCase for an unknown reason, an empty summary, or a case already closed.
    """
    if reason not in rules.CLOSE_REASONS:
        raise rules.UnableToMoveCase("Choose why the case closes from the list.")
    if not summary.strip():
        raise rules.UnableToMoveCase("Write in a sentence what was reached and who goes on.")
    case = _locked(case_id)
    _close(case, "close", rules.CLOSE_REASONS[reason], summary, by=by, at=at)


@action("cases.reopen", needs=Permission.ENROL, on="case_id")
def reopen_case(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Take back a closing. Enrolments that ended with it go on; without consent the case waits for it again.

    An owner who left meanwhile owns it no more: it waits for a new one. Refused while another case is open.
    """
    if not reason.strip():
        raise rules.UnableToMoveCase("Say why the case is reopened.")
    case = _locked(case_id)
    if Case.objects.filter(patient_id=case.patient_id).exclude(state=rules.CLOSED).exists():
        raise rules.UnableToMoveCase("This patient has another open case. Work there.")
    closed_at = case.closed_at
    case.closed_at, case.close_reason, case.close_summary = None, "", ""
    case.save(update_fields=["closed_at", "close_reason", "close_summary"])
    decided = case.consents.filter(scope="case-management").order_by("-at").first()
    agreed = decided is not None and decided.decision == "given" and decided.withdrawn_at is None
    _move(case, "reopen" if agreed else "reopen-unasked", by=by, at=at, reason=reason)
    if case.owner_id and not working_at(case.site_id).filter(pk=case.owner_id).exists():
        former, case.owner = str(case.owner), None
        _save(case, "owner")
        _step(case, "assign", by=by, at=at, before=former, after="", reason="Works here no more.")
    case.enrolments.filter(until=closed_at).update(until=None, end_reason="")
    publish(events.CaseReopened(**_about(case), reason=reason), by=by, at=at)


@action("cases.assign", needs=Permission.ASSIGN, on="case_id")
def assign_case(
    *, case_id: UUID, owner_id: UUID | None, team_id: UUID | None, reason: str = "", by: Actor, at: datetime
) -> None:
    """Give the case to a nurse, a team, or both; the record opens to them and closes to the former owner.

    Raises UnableToAssign when neither is named, the person holds no role at the site, or the case is closed.
    """
    _assign(_locked(case_id), owner_id, team_id, reason, by=by, at=at)


@action("cases.give", needs=Permission.ASSIGN, on="case_id")
def give_case(*, case_id: UUID, owner_id: UUID, by: Actor, at: datetime) -> None:
    """Give a case nobody owns to a colleague; its team stays. Raises UnableToAssign when somebody owns it already."""
    case = _locked(case_id)
    if case.owner is not None:
        raise UnableToAssign(f"{case.owner} has taken this case meanwhile. It was not given away again.")
    _assign(case, owner_id, case.team_id, "", by=by, at=at)


@action("cases.take", needs=Permission.TAKE_CASE, on="site_id")
def take_case(*, site_id: UUID, case_id: UUID, by: Actor, at: datetime) -> None:
    """Take an unowned case of the site oneself. Raises UnableToAssign when somebody owns it already."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id, site_id=site_id).first()
    if case is None:
        raise NotFound("This case does not exist, or you may not see it.")
    if case.owner_id is not None:
        raise UnableToAssign("Somebody has taken this case meanwhile.")
    _assign(case, by.user_id, case.team_id, "Taken from the board.", by=by, at=at)


def _assign(case: Case, owner_id: UUID | None, team_id: UUID | None, reason: str, *, by: Actor, at: datetime) -> None:
    if case.state == rules.CLOSED:
        raise UnableToAssign("This case is closed; there is nothing to assign.")
    owner = working_at(case.site_id).filter(pk=owner_id).first() if owner_id else None
    team = Team.objects.filter(pk=team_id, site=case.site_id, active=True).first() if team_id else None
    if (owner_id and owner is None) or (team_id and team is None) or not (owner or team):
        raise UnableToAssign("Choose a colleague or a team that works at this site.")
    previous, before = case.owner_id, _holder(case.owner, case.team)
    case.owner, case.team = owner, team
    _save(case, "owner", "team")
    source = f"case:{case.id}"
    PatientAccess.objects.filter(source=source, until__isnull=True).update(until=at)
    for holder in ({"user": owner, "kind": "assignment"}, {"team": team, "kind": "team"}):
        if holder.get("user") or holder.get("team"):
            PatientAccess.objects.create(
                site_id=case.site_id, patient_id=case.patient_id, source=source, since=at, **holder
            )
    after = _holder(owner, team)
    _step(case, "assign", by=by, at=at, before=before, after=after, reason=reason)
    publish(
        events.CaseAssigned(
            **_about(case), owner_id=owner_id, owner_name=after, previous_owner_id=previous, reason=reason
        ),
        by=by,
        at=at,
    )


def _holder(owner: User | None, team: Team | None) -> str:
    return ", ".join(str(holder)[:38] for holder in (owner, team) if holder)


@action("cases.record-what-matters", needs=Permission.WORK_CASE, on="case_id")
def record_what_matters(
    *, case_id: UUID, words: str, language: str, version: int | None = None, by: Actor, at: datetime
) -> None:
    """Record what matters to the patient, in her own words and language.

    Raises ChangedMeanwhile when `version` is no longer the case's version, so that no words are overwritten unseen.
    """
    case = _locked(case_id)
    if version is not None and version != case.version:
        raise ChangedMeanwhile("A colleague changed this meanwhile. Both wordings are shown; choose or join them.")
    case.matters_most, case.matters_most_language, case.matters_most_at = words.strip(), language, at
    _save(case, "matters_most", "matters_most_language", "matters_most_at")
    publish(events.WhatMattersRecorded(**_about(case), words=words.strip(), language=language), by=by, at=at)


@action("cases.set-acuity", needs=Permission.WORK_CASE, on="case_id")
def set_acuity(*, case_id: UUID, acuity: int, reason: str, was: int | None = None, by: Actor, at: datetime) -> None:
    """Set how intense the case is, 1 low to 4 very high, with the reason.

    `was` is what it was when it was read; raises ChangedMeanwhile when a colleague set it between.
    """
    if acuity not in (1, 2, 3, 4):
        raise Refusal("Choose an acuity from 1 (low) to 4 (very high).")
    case = _locked(case_id)
    differing(case, {"acuity": acuity}, {} if was is None else {"acuity": was})
    before, case.acuity = case.acuity, acuity
    _save(case, "acuity")
    _step(case, "acuity", by=by, at=at, before=str(before), after=str(acuity), reason=reason)
