"""Writes of the care team: add, change, decide what is shared, end, undo. Whoever must know is told by a task."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access import actions as access
from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.practice.coordination.actions import outside, telling
from throughline.practice.coordination.actions.listing import keep_in_directory
from throughline.practice.coordination.events.team import MemberChanged, MemberJoined, MemberLeft, SharingDecided
from throughline.practice.coordination.models import TeamMember, TeamStep
from throughline.practice.coordination.queries import directory
from throughline.practice.coordination.queries.team import ADDED_BY_MISTAKE
from throughline.practice.coordination.rules import roles, sharing
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient

CHANNELS = {
    "phone": "Phone", "fax": "Fax", "secure": "Secure message", "mail": "Mail", "page": "Shared page",
}  # fmt: skip
_PLAIN = ("role", "role_other", "why", "words", "phone", "fax", "email", "channel", "organization_name")
_FACE = (
    *_PLAIN, "ended_at", "ended_reason", "decision", "categories", "written", "consent_by", "consent_at",
    "consent_until", "last_contact_at",
)  # fmt: skip


class UnableToChangeTeam(Refusal):
    """The care team cannot be changed this way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberIn:
    """Somebody to add. `ref` names her in the directory ("practitioner:<id>"); free entry has a name and no ref.

    What is left blank is taken from the directory: role, phone, fax, organization. `keep` puts a free entry into the
    directory first, as practitioner or organization.
    """

    ref: str = ""
    name: str = ""
    role: str = ""
    role_other: str = ""
    why: str = ""
    words: str = ""
    phone: str = ""
    channel: str = ""
    keep: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingIn:
    """The patient's decision on what a member may be shown, who decided, and until when."""

    decision: str
    categories: tuple[str, ...] = ()
    written: bool = False
    given_by: str = ""
    until: date | None = None


@locator("member_id")
def _place_of_member(member_id: UUID) -> Place:
    found = TeamMember.objects.filter(pk=member_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This place on the care team does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


def _locked(member_id: UUID) -> TeamMember:
    return TeamMember.objects.select_for_update().get(pk=member_id)


def _about(member: TeamMember) -> dict[str, Any]:
    return {
        "site_id": member.site_id, "patient_id": member.patient_id, "case_id": member.case_id,
        "member_id": member.id, "name": member.name,
    }  # fmt: skip


def _face(member: TeamMember) -> dict[str, Any]:
    """Return what undo puts back, as it is kept."""
    values = {name: getattr(member, name) for name in _FACE}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _step(member: TeamMember, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    TeamStep.objects.create(
        member=member, act=act, before=before, reason=reason, at=at, by_id=by.user_id, by_name=by.name
    )


def _save(member: TeamMember) -> None:
    member.version += 1
    member.save()


def open_case_of(patient_id: UUID) -> Case | None:
    """Return the patient's open case, or None; for the actions of coordination."""
    return Case.objects.filter(patient_id=patient_id).exclude(state="closed").first()


@action("coordination.add-member", needs=Permission.COORDINATE, on="patient_id")
def add_member(*, patient_id: UUID, member: MemberIn, by: Actor, at: datetime) -> UUID:
    """Put somebody on the care team and return the place's id; who is on it already keeps her place.

    A colleague's record opens with it. Nothing is shared with anybody before the patient decides. Raises
    UnableToChangeTeam without a name, or for somebody the site's directory does not know.
    """
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    if member.keep and not member.ref and member.name.strip():
        about = {"name": member.name, "phone": member.phone, "specialty": member.why}
        ref = keep_in_directory(patient_id=patient_id, kind=member.keep, **about, by=by, at=at)
        member = dataclasses.replace(member, ref=ref)
    found = _entry(patient, member)
    standing = _standing(patient_id, found)
    if standing is not None:
        return standing.id
    case = open_case_of(patient_id)
    made = TeamMember.objects.create(
        **found,
        site_id=patient.site_id,
        patient=patient,
        case=case,
        since=at.astimezone(ZoneInfo(patient.time_zone or "America/New_York")).date(),
    )
    _step(made, "add", {}, member.why, by=by, at=at)
    _open_record(made, by=by, at=at)
    event = MemberJoined(**_about(made), role=roles.words_of(made.role, made.role_other), why=made.why)
    publish(event, by=by, at=at)
    telling.joined(made, case, by=by, at=at)
    return made.id


def _entry(patient: Patient, member: MemberIn) -> dict[str, Any]:
    """Return the columns of a new place: from the directory, overlaid by what was typed."""
    guessed = roles.role_of_words(member.why)
    found: dict[str, Any] = {"kind": "other", "name": member.name.strip()[:250], "role": guessed}
    if member.ref:
        known = directory.entry(patient.site_id, patient.id, member.ref)
        if known is None:
            raise UnableToChangeTeam("Choose somebody from the list, or enter a name of your own.")
        # What she is said to be on the team for tells more than a bare credential.
        found = known | ({"role": guessed} if known["role"] == "SPEC" and guessed != roles.OTHER else {})
    if not found["name"]:
        raise UnableToChangeTeam("Enter a name.")
    if member.role and member.role not in roles.ROLES:
        raise UnableToChangeTeam("Choose a role from the list.")
    if member.channel and member.channel not in CHANNELS:
        raise UnableToChangeTeam("Choose how she is reached from the list.")
    typed = {name: getattr(member, name).strip() for name in ("role", "role_other", "why", "words", "phone", "channel")}
    return found | {name: value for name, value in typed.items() if value}


def _standing(patient_id: UUID, found: dict[str, Any]) -> TeamMember | None:
    now = TeamMember.objects.filter(patient_id=patient_id, ended_at__isnull=True)
    for key in ("user_id", "practitioner_id", "contact_person_id"):
        if found.get(key):
            return now.filter(**{key: found[key]}).first()
    if found.get("organization_id"):
        return now.filter(organization_id=found["organization_id"], kind="organization").first()
    return now.filter(name__iexact=found["name"], kind="other").first()


def _source(member: TeamMember) -> str:
    return f"care-team:{member.id}"


def _open_record(member: TeamMember, *, by: Actor, at: datetime) -> None:
    if member.user_id is None:
        return
    access.open_patient_access(
        site_id=member.site_id, patient_id=member.patient_id, kind="care_team", source=_source(member),
        user_id=member.user_id, by=by, at=at,
    )  # fmt: skip


def _close_record(member: TeamMember, *, by: Actor, at: datetime) -> None:
    if member.user_id is not None:
        place = {"site_id": member.site_id, "patient_id": member.patient_id}
        access.close_patient_access(**place, source=_source(member), by=by, at=at)


@action("coordination.change-member", needs=Permission.COORDINATE, on="member_id")
def change_member(
    *, member_id: UUID, changes: Mapping[str, str], was: Mapping[str, Any] | None = None, by: Actor, at: datetime
) -> None:
    """Change role, why, the patient's words, phone, fax, e-mail or channel. Raises UnableToChangeTeam for others.

    `was` is what each held when it was read; raises ChangedMeanwhile when a colleague changed one of them between.
    """
    member = _locked(member_id)
    if unknown := set(changes) - set(_PLAIN):
        raise UnableToChangeTeam(f"{', '.join(sorted(unknown))} cannot be changed here.")
    if changes.get("role", member.role) not in roles.ROLES or changes.get("channel", member.channel) not in CHANNELS:
        raise UnableToChangeTeam("Choose role and channel from the lists.")
    different = differing(member, {name: value.strip() for name, value in changes.items()}, was or {})
    if not different:
        return
    before = _face(member)
    for name, value in different.items():
        setattr(member, name, value)
    _save(member)
    _step(member, "change", before, "", by=by, at=at)
    what = ", ".join(name.replace("_", " ") for name in different) + " changed"
    publish(MemberChanged(**_about(member), what=what), by=by, at=at)


@action("coordination.decide-sharing", needs=Permission.COORDINATE, on="member_id")
def decide_sharing(*, member_id: UUID, sharing_in: SharingIn, by: Actor, at: datetime) -> None:
    """Record what the patient lets a member see, or that she declined.

    Raises UnableToChangeTeam without who decided, for a date that has passed, or for substance use treatment without
    a consent in writing (42 CFR 2.31).
    """
    member = _locked(member_id)
    _check_sharing(sharing_in, at.date())
    before = _face(member)
    given = sharing_in.decision == "given"
    member.decision, member.written = sharing_in.decision, sharing_in.written and given
    member.categories = [c.key for c in sharing.CATEGORIES if given and c.key in sharing_in.categories]
    member.consent_by, member.consent_at = sharing_in.given_by.strip(), at
    member.consent_until = sharing_in.until if given else None
    _save(member)
    _step(member, "sharing", before, "", by=by, at=at)
    shares = sharing.limits_in_words(limits_of(member), on=at.date())
    outside.end_links(member.id, "The consent changed.", by=by, at=at)
    publish(SharingDecided(**_about(member), decision=member.decision, shares=shares), by=by, at=at)


def _check_sharing(sharing_in: SharingIn, today: date) -> None:
    if sharing_in.decision not in ("given", "declined"):
        raise UnableToChangeTeam("Say whether the patient agreed or declined.")
    if not sharing_in.given_by.strip():
        raise UnableToChangeTeam("Enter who decided: the patient, or who decides for her and as what.")
    if sharing_in.decision == "given":
        if sharing_in.until is not None and sharing_in.until < today:
            raise UnableToChangeTeam("Enter an end of the consent that is still to come, or leave it empty.")
        if sharing.WRITTEN_ONLY & set(sharing_in.categories) and not sharing_in.written:
            raise UnableToChangeTeam(
                "Substance use treatment is shared only with a consent in writing (42 CFR 2.31). "
                "Tick “in writing” once it is signed, or leave the category out."
            )


def limits_of(member: TeamMember) -> sharing.Limits:
    """Return the consent of a stored place as the rules read it."""
    return sharing.Limits(member.decision, frozenset(member.categories), member.written, member.consent_until)


@action("coordination.end-member", needs=Permission.COORDINATE, on="member_id")
def end_member(*, member_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """End a place on the care team; a colleague's record closes with it, and her open tasks ask for another owner.

    Raises UnableToChangeTeam without a reason or when it has ended already.
    """
    member = _locked(member_id)
    if member.ended_at is not None:
        raise UnableToChangeTeam(f"{member.name} left the care team already.")
    if not reason.strip():
        raise UnableToChangeTeam("Write in a few words why she leaves the team.")
    before = _face(member)
    member.ended_at, member.ended_reason = at, reason.strip()[:300]
    _save(member)
    _step(member, "end", before, reason, by=by, at=at)
    _close_record(member, by=by, at=at)
    outside.end_links(member.id, "Left the care team.", by=by, at=at)
    publish(MemberLeft(**_about(member), reason=member.ended_reason), by=by, at=at)
    telling.left(member, open_case_of(member.patient_id), by=by, at=at)


@action("coordination.undo-member", needs=Permission.COORDINATE, on="member_id")
def undo_member(*, member_id: UUID, version: int, by: Actor, at: datetime) -> None:
    """Take back the last change of a place, its making included.

    `version` is the place's version after that change; raises UnableToChangeTeam when something happened since.
    """
    member = _locked(member_id)
    last = member.steps.order_by("-at", "-id").first()
    if member.version != version or last is None or last.act == "undo":
        raise UnableToChangeTeam("This place was changed since; look at it before changing it again.")
    before, was_ended = _face(member), member.ended_at is not None
    if last.act == "add":
        member.ended_at, member.ended_reason = at, ADDED_BY_MISTAKE
        telling.never_mind(member, by=by, at=at)
    else:
        _put_back(member, last.before)
    outside.end_links(member.id, "The last change of the team was taken back.", by=by, at=at)
    _save(member)
    _step(member, "undo", before, f"Undid {last.act}.", by=by, at=at)
    if member.ended_at is not None and not was_ended:
        _close_record(member, by=by, at=at)
    elif member.ended_at is None and was_ended:
        _open_record(member, by=by, at=at)
        telling.never_mind(member, by=by, at=at)
    publish(MemberChanged(**_about(member), what="the last change was taken back"), by=by, at=at)


def _put_back(member: TeamMember, face: dict[str, Any]) -> None:
    for name, value in face.items():
        if value and name.endswith("_at"):
            value = datetime.fromisoformat(value)
        elif value and name == "consent_until":
            value = date.fromisoformat(value)
        setattr(member, name, value)


@action("coordination.note-member-contact", needs=Permission.COORDINATE, on="member_id")
def note_contact(*, member_id: UUID, by: Actor, at: datetime) -> None:
    """Keep that somebody of us was in touch with the member now."""
    member = _locked(member_id)
    before = _face(member)
    member.last_contact_at = at
    _save(member)
    _step(member, "contact", before, "", by=by, at=at)


@action("coordination.adopt-outside-team", needs=Permission.COORDINATE, on="patient_id")
def adopt_outside(*, patient_id: UUID, members: list[MemberIn], by: Actor, at: datetime) -> int:
    """Put those another record names on our team too, and return how many; nothing is shared by that.

    Raises UnableToChangeTeam when nobody was chosen.
    """
    if not members:
        raise UnableToChangeTeam("Tick who belongs on the team.")
    for member in members:
        why = member.why or "Named on a care team elsewhere"
        add_member(patient_id=patient_id, member=dataclasses.replace(member, why=why), by=by, at=at)
    return len(members)
