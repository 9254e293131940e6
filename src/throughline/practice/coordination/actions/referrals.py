"""Writes of referrals out: draft, send, every step until it is closed, and what silence asks for next.

Each state puts one task in the owner's hands: it rests until the day on which silence asks for the next step, and then
stands on Today. A step ends it and makes the next, so that no referral is ever in nobody's list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal import leaving
from throughline.foundation.journal.leaving import Parcel
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.practice.assessment.queries import need_of_action
from throughline.practice.coordination.actions import visits, waiting
from throughline.practice.coordination.actions.listing import keep_in_directory
from throughline.practice.coordination.actions.team import CHANNELS, open_case_of
from throughline.practice.coordination.events.referrals import PatientActed, ReferralDrafted, ReferralMoved
from throughline.practice.coordination.models import ReferralOut, ReferralStep, TeamMember
from throughline.practice.coordination.queries import directory
from throughline.practice.coordination.rules import referring, sharing
from throughline.record.people.models import Patient

LEAVES = "coordination.referral"
_WRITTEN = ("service", "reason", "question", "urgent", "phone", "fax", "channel")
_FACE = ("state", "since", "scheduled_at", "place", "report", "outcome", "sent_at", "acted", "acted_words", *_WRITTEN)


class UnableToRefer(Refusal):
    """The referral lacks what its receiver, or the patient's consent, asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralIn:
    """A referral as the nurse writes it. `to` names a member, clinician or organization ("member:<id>").

    Free entry has `to_name`, phone and fax; `keep` puts it into the directory as practitioner or organization.
    `categories` is what of the record goes with it, `agreed_by` who agreed.
    """

    kind: str
    service: str
    to: str = ""
    to_name: str = ""
    phone: str = ""
    fax: str = ""
    need_id: UUID | None = None
    reason: str = ""
    question: str = ""
    urgent: bool = False
    channel: str = ""
    categories: tuple[str, ...] = ()
    agreed_by: str = ""
    agreed_how: str = ""
    keep: str = ""


@locator("referral_out_id")
def _place_of_referral(referral_out_id: UUID) -> Place:
    found = ReferralOut.objects.filter(pk=referral_out_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This referral does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


def _locked(referral_out_id: UUID) -> ReferralOut:
    return ReferralOut.objects.select_for_update(of=("self",)).select_related("patient").get(pk=referral_out_id)


def _about(row: ReferralOut) -> dict[str, Any]:
    return {
        "site_id": row.site_id, "patient_id": row.patient_id, "case_id": row.case_id, "referral_out_id": row.id,
        "service": row.service, "to_name": row.to_name, "need_id": row.need_id,
    }  # fmt: skip


def _face(row: ReferralOut) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _FACE}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _step(row: ReferralOut, act: str, face: dict[str, Any], note: str, *, by: Actor, at: datetime) -> None:
    ReferralStep.objects.create(
        referral=row, act=act, before=face.get("state", ""), after=row.state, face=face, note=note.strip(), at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip


@action("coordination.draft-referral", needs=Permission.COORDINATE, on="patient_id")
def draft_referral(*, patient_id: UUID, referral: ReferralIn, by: Actor, at: datetime) -> UUID:
    """Prepare a referral and return its id; a draft nobody sends stands in its author's list the next business day.

    Raises UnableToRefer without what is asked, without a receiver, or for a need that is not the patient's.
    """
    patient = Patient.objects.get(pk=patient_id)
    if not referral.service.strip() or referral.kind not in referring.BY_KEY:
        raise UnableToRefer("Choose the kind of referral and say what is asked for.")
    if referral.need_id is not None and need_of_action(referral.need_id).patient_id != patient_id:
        raise UnableToRefer("This need belongs to somebody else.")
    if referral.keep and not referral.to and referral.to_name.strip():
        reach = {"name": referral.to_name, "phone": referral.phone, "fax": referral.fax}
        to = keep_in_directory(patient_id=patient_id, kind=referral.keep, **reach, by=by, at=at)
        referral = replace(referral, to=to)
    case = open_case_of(patient_id)
    row = ReferralOut.objects.create(
        **_receiver(patient, referral),
        site_id=patient.site_id,
        patient=patient,
        case=case,
        need_id=referral.need_id,
        kind=referral.kind,
        service=referral.service.strip()[:300],
        reason=referral.reason.strip(),
        question=referral.question.strip(),
        urgent=referral.urgent,
        categories=[c.key for c in sharing.CATEGORIES if c.key in referral.categories],
        agreed_by=referral.agreed_by.strip(),
        agreed_how=referral.agreed_how.strip(),
        agreed_at=at if referral.agreed_by.strip() else None,
        since=at,
        owner_id=by.user_id or (case.owner_id if case else None),
        created_at=at,
        created_by_name=by.name,
    )
    _step(row, "draft", {}, "", by=by, at=at)
    publish(ReferralDrafted(**_about(row)), by=by, at=at)
    waiting.look_again(row, at=at)
    return row.id


def _receiver(patient: Patient, referral: ReferralIn) -> dict[str, Any]:
    """Return the columns that say to whom it goes and how she is reached. Raises UnableToRefer for nobody."""
    kind, _, key = referral.to.partition(":")
    found: dict[str, Any] = {"to_name": referral.to_name.strip()[:250]}
    if kind == "member":
        found = _of_member(patient, key)
    elif referral.to:
        entry = directory.entry(patient.site_id, patient.id, referral.to)
        if entry is None or kind not in ("practitioner", "organization"):
            raise UnableToRefer("Choose from the list whom it goes to, or enter a name.")
        kept = ("phone", "fax", "channel", "practitioner_id", "organization_id")
        found = {name: entry[name] for name in kept if name in entry}
        found |= {"to_name": entry["name"], "to_organization": entry.get("organization_name", "")}
    if not found["to_name"]:
        raise UnableToRefer("Choose from the list whom it goes to, or enter a name.")
    typed = {"phone": referral.phone.strip(), "fax": referral.fax.strip(), "channel": referral.channel}
    found |= {name: value for name, value in typed.items() if value}
    if found.setdefault("channel", "fax" if found.get("fax") else "phone") not in CHANNELS:
        raise UnableToRefer("Choose from the list how it is sent.")
    return found


def _of_member(patient: Patient, key: str) -> dict[str, Any]:
    try:
        member = TeamMember.objects.filter(patient=patient, pk=UUID(key), ended_at__isnull=True).first()
    except ValueError:
        member = None
    if member is None or member.user_id is not None:
        raise UnableToRefer("Choose somebody outside who is on the team now.")
    return {
        "member_id": member.id, "practitioner_id": member.practitioner_id, "organization_id": member.organization_id,
        "to_name": member.name, "to_organization": member.organization_name, "phone": member.phone, "fax": member.fax,
        "channel": member.channel,
    }  # fmt: skip


def check_sendable(referral: ReferralIn | ReferralOut) -> None:
    """Raise UnableToRefer when something would be shared that nobody agreed to in the way the law asks for."""
    if referral.categories and not referral.agreed_by.strip():
        raise UnableToRefer("Record who agreed to what is shared, or share nothing but the question.")
    if sharing.WRITTEN_ONLY & set(referral.categories) and referral.agreed_how != "in writing":
        raise UnableToRefer("Substance use treatment is shared only with a consent in writing (42 CFR 2.31).")


@action("coordination.send-referral", needs=Permission.COORDINATE, on="referral_out_id")
def send_referral(*, referral_out_id: UUID, by: Actor, at: datetime) -> None:
    """Send a drafted referral: it waits in the outbox and can be taken back until it has left.

    Raises UnableToRefer when something is shared that nobody agreed to, or substance use without a written consent.
    """
    row = _locked(referral_out_id)
    check_sendable(row)
    face = _face(row)
    _move(row, "send", at)
    row.sent_at, row.left_at = at, None
    to = f"{row.to_name}, {CHANNELS[row.channel].lower()}"[:200]
    row.outbox_id = leaving.leave(
        LEAVES,
        {"referral_out_id": row.id},
        Parcel(what=f"Referral: {row.service}"[:200], to=to, back=f"/referral-out/{row.id}/"),
        by=by,
        at=at,
        site_id=row.site_id,
        patient_id=row.patient_id,
    )
    _finish(row, "send", face, "", by=by, at=at)


@action("coordination.change-referral", needs=Permission.COORDINATE, on="referral_out_id")
def change_referral(
    *, referral_out_id: UUID, changes: Mapping[str, Any], was: Mapping[str, Any], by: Actor, at: datetime
) -> None:
    """Change a draft: what is asked for, reason, question, urgency, how its receiver is reached.

    `was` is what each held when it was read. Raises UnableToRefer once it was sent or without what is asked for,
    ChangedMeanwhile when a colleague changed a field between.
    """
    row = _locked(referral_out_id)
    wanted = differing(row, {name: changes[name] for name in _WRITTEN if name in changes}, was)
    if row.state != "drafted":
        raise UnableToRefer("It was sent. Take it back in the outbox first, or cancel it and write another.")
    if not wanted.get("service", row.service).strip() or wanted.get("channel", row.channel) not in CHANNELS:
        raise UnableToRefer("Say what is asked for, and choose how it is sent.")
    if not wanted:
        return
    face = _face(row)
    for name, value in wanted.items():
        setattr(row, name, value)
    _finish(row, "change", face, ", ".join(wanted), by=by, at=at)


def _move(row: ReferralOut, act: str, at: datetime) -> None:
    row.state, row.since = referring.apply(row.state, act), at


def _finish(row: ReferralOut, act: str, face: dict[str, Any], note: str, *, by: Actor, at: datetime) -> None:
    """Save a step with its line of story, and put the next look in the owner's hands."""
    row.version += 1
    row.save()
    _step(row, act, face, note, by=by, at=at)
    words = referring.ACT_WORDS[act]
    publish(ReferralMoved(**_about(row), act=act, state=row.state, words=words, note=note.strip()), by=by, at=at)
    waiting.look_again(row, at=at, at_once=act == "call-off")


@leaving.carries(LEAVES)
def _left(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    # What carries it is paper, fax or the phone; from here on it cannot be taken back.
    ReferralOut.objects.filter(pk=payload["referral_out_id"], state="sent").update(left_at=at)


@leaving.takes_back(LEAVES)
def _taken_back(payload: dict[str, Any], by: Actor, at: datetime) -> None:
    row = _locked(UUID(str(payload["referral_out_id"])))
    face = _face(row)
    _move(row, "recall", at)
    row.sent_at, row.outbox_id = None, None
    _finish(row, "recall", face, "", by=by, at=at)


@action("coordination.move-referral", needs=Permission.COORDINATE, on="referral_out_id")
def move_referral(
    *, referral_out_id: UUID, act: str, note: str = "", scheduled_at: datetime | None = None, place: str = "",
    appointment_id: UUID | None = None, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Take a step: accept, decline, schedule, miss, attend, report, close, cancel.

    Scheduling books the visit as an appointment, or takes one that is booked (`appointment_id`); how it went is written
    into both. Raises UnableToMoveReferral when the state does not allow it, or its note or date is missing.
    """
    row = _locked(referral_out_id)
    if act not in (*referring.acts_from(row.state), "call-off") or act == "send":
        raise referring.UnableToMoveReferral(f"This referral is {referring.WORDS[row.state]}; choose another step.")
    if act == "schedule" and appointment_id is not None:
        row.appointment = visits.linked(row, appointment_id)
        scheduled_at, place = row.appointment.starts_at, row.appointment.place
    referring.check_step(act, note=note, scheduled_at=scheduled_at, at=at)
    face = _face(row)
    _move(row, act, at)
    _fill(row, act, note, scheduled_at, place)
    _touch(row, act, at)
    _finish(row, act, face, note, by=by, at=at)
    if act == "schedule":
        visits.schedule(row, by=by, at=at)
    elif act in ("decline", "miss", "attend", "report", "cancel"):
        visits.end(row, act, note.strip(), by=by, at=at)


def _fill(row: ReferralOut, act: str, note: str, scheduled_at: datetime | None, place: str) -> None:
    """Write what a step says into the referral."""
    if act == "schedule":
        row.scheduled_at, row.place = scheduled_at, place.strip()[:250]
    elif act in ("miss", "call-off"):
        row.scheduled_at = None
    elif act == "report":
        row.report = note.strip()
    elif act == "close":
        row.outcome = note.strip()
    elif act == "attend":
        row.acted = True


def _touch(row: ReferralOut, act: str, at: datetime) -> None:
    """Keep on the care team that its member answered us."""
    if row.member_id is not None and act in ("accept", "decline", "schedule", "report"):
        TeamMember.objects.filter(pk=row.member_id).update(last_contact_at=at)


@action("coordination.chase-referral", needs=Permission.COORDINATE, on="referral_out_id")
def chase_referral(*, referral_out_id: UUID, note: str = "", by: Actor, at: datetime) -> None:
    """Keep that somebody asked again; silence asks for the next step after as many business days once more.

    Raises UnableToMoveReferral where nobody outside owes an answer: a draft, one declined or reported on, one ended.
    """
    row = _locked(referral_out_id)
    if row.state not in referring.ASKED:
        raise referring.UnableToMoveReferral(f"This referral is {referring.WORDS[row.state]}; nothing is waited for.")
    _wait_again(row, "chase", note, by=by, at=at)


@action("coordination.look-at-referral", needs=Permission.COORDINATE, on="referral_out_id")
def look_at_referral(*, referral_out_id: UUID, note: str = "", by: Actor, at: datetime) -> None:
    """Keep that its row was done by hand, so that it comes back: asked again where an answer is owed, else looked at.

    Raises UnableToMoveReferral when the referral has ended.
    """
    row = _locked(referral_out_id)
    if row.state not in referring.OPEN:
        raise referring.UnableToMoveReferral(f"This referral is {referring.WORDS[row.state]}; nothing is waited for.")
    _wait_again(row, "chase" if row.state in referring.ASKED else "look", note, by=by, at=at)


def _wait_again(row: ReferralOut, act: str, note: str, *, by: Actor, at: datetime) -> None:
    """Keep a step that leaves the state as it is, and let silence count anew from it."""
    row.version += 1
    row.save(update_fields=["version"])
    _step(row, act, _face(row), note, by=by, at=at)
    words = referring.ACT_WORDS[act]
    publish(ReferralMoved(**_about(row), act=act, state=row.state, words=words, note=note.strip()), by=by, at=at)
    waiting.look_again(row, at=at, asked_at=at)


@action("coordination.patient-acted", needs=Permission.COORDINATE, on="referral_out_id")
def record_patient_side(*, referral_out_id: UUID, acted: bool, words: str = "", by: Actor, at: datetime) -> None:
    """Keep whether the patient acted on the referral, in her words; it counts apart from what the provider says.

    Raises UnableToMoveReferral when she did not and nothing says why.
    """
    if not acted and not words.strip():
        raise referring.UnableToMoveReferral("Write why she did not, in her words where you can.")
    row = _locked(referral_out_id)
    face = _face(row)
    row.acted, row.acted_words, row.acted_at = acted, words.strip(), at
    row.version += 1
    row.save()
    _step(row, "patient", face, words, by=by, at=at)
    publish(PatientActed(**_about(row), acted=acted, words=row.acted_words), by=by, at=at)


@action("coordination.undo-referral", needs=Permission.COORDINATE, on="referral_out_id")
def undo_step(*, referral_out_id: UUID, version: int, by: Actor, at: datetime) -> None:
    """Take back the last step. One that was sent is taken back in the outbox, as long as it has not left.

    `version` is the referral's version after that step; raises UnableToMoveReferral when something happened since.
    """
    row = _locked(referral_out_id)
    last = row.steps.order_by("-at", "-id").first()
    if row.version != version or last is None or last.act in ("draft", "undo", "chase", "look", "recall"):
        raise referring.UnableToMoveReferral("This referral was changed since; look at it before changing it again.")
    if last.act == "send":
        if row.outbox_id is None:
            raise referring.UnableToMoveReferral("It has left already. Cancel it, and tell its receiver.")
        leaving.recall_message(outbox_id=row.outbox_id, by=by, at=at)
        return
    face = _face(row)
    for name, value in last.face.items():
        is_time = name == "since" or name.endswith("_at")
        setattr(row, name, datetime.fromisoformat(value) if value and is_time else value)
    _finish(row, "undo", face, f"Undid: {referring.ACT_WORDS[last.act].lower()}.", by=by, at=at)
    visits.take_back(row, last.act, by=by, at=at)
