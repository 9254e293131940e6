"""Reads of the care team. Each takes the viewer first and shows only teams of patients she may see."""

from collections import Counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.queries import sees
from throughline.foundation.drafts.records import Editable
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.careplan import queries as careplan
from throughline.practice.coordination.models import Appointment, ReferralOut, TeamMember
from throughline.practice.coordination.models.appointments import LIVE as LIVE_VISIT
from throughline.practice.coordination.queries import directory
from throughline.practice.coordination.records.team import Candidate, Member, Team
from throughline.practice.coordination.rules import referring, roles, sharing
from throughline.record.chart import queries as chart
from throughline.record.people.models import NamedProvider, Patient
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

CHANNEL_WORDS = {
    "phone": "phone", "fax": "fax", "secure": "secure message", "mail": "mail", "page": "shared page",
}  # fmt: skip
ADDED_BY_MISTAKE = "Added by mistake."  # such a place is not shown as one that was
ORDER = {role: place for place, role in enumerate(roles.ROLES)}


def members_of(viewer: Viewer, patient_id: UUID, *, now: bool = True) -> list[Member]:
    """Return who is on a patient's care team (or, with `now` False, who was), colleagues first, then by role."""
    found = TeamMember.objects.filter(sees(viewer), patient_id=patient_id, ended_at__isnull=now)
    owned = _owned(viewer, patient_id)
    if not now:
        ended = found.exclude(ended_reason=ADDED_BY_MISTAKE).order_by("-ended_at")
        return [_record(row, owned, viewer) for row in ended]
    made = [_record(row, owned, viewer) for row in found]
    return sorted(made, key=lambda m: (not m.is_inside, ORDER.get(m.role, 99), m.name))


def member(viewer: Viewer, member_id: UUID) -> Member:
    """Return one place on a care team. Raises NotFound when there is none the viewer may see."""
    row = TeamMember.objects.filter(sees(viewer), pk=member_id).first()
    if row is None:
        raise NotFound("This place on the care team does not exist, or you may not see it.")
    return _record(row, _owned(viewer, row.patient_id), viewer)


def editable_member(viewer: Viewer, member_id: UUID) -> Editable:
    """Return a place on the team as its edit form opens it. Raises NotFound."""
    row = TeamMember.objects.filter(sees(viewer), pk=member_id).first()
    if row is None:
        raise NotFound("This place on the care team does not exist, or you may not see it.")
    fields = ("role", "role_other", "why", "words", "phone", "fax", "email", "channel")
    return Editable(row.id, row.patient_id, row.name, {name: getattr(row, name) for name in fields})


def team_of(viewer: Viewer, patient_id: UUID) -> Team:
    """Return a patient's care team, who was on it, and who another record names that is not. Raises NotFound."""
    patient = Patient.objects.filter(sees(viewer, patient="id", site="site_id"), pk=patient_id).first()
    if patient is None:
        raise NotFound("There is no such patient, or she is not on your list.")
    members = members_of(viewer, patient_id)
    former = members_of(viewer, patient_id, now=False)
    # A colleague's name carries her credentials ("Ada Pillai, MD"), a clinician's of the directory does not.
    known = {name for m in (*members, *former) for name in (m.name.casefold(), roles.without_credentials(m.name))}
    return Team(tuple(members), tuple(former), tuple(_offered(viewer, patient, known)))


def _offered(viewer: Viewer, patient: Patient, known: set[str]) -> list[Candidate]:
    """Return whom records received name and our team does not, known clinicians with what the directory says."""
    general = {one.name.casefold(): one for one in _general(patient) if one.name.casefold() not in known}
    known = known | set(general)
    said: dict[str, tuple[str, str]] = {}
    for fact in chart.outside_plans(viewer, patient.id).get("outsideteam", ()):
        for one in fact.more.get("participants") or ():
            name = str(one.get("name") or "").strip()
            if fact.current and name and name != patient.display_name and name.casefold() not in known:
                said.setdefault(name.casefold(), (name, str(one.get("role") or "")))
    listed = dict(directory.named(patient.site_id, [name for name, _ in said.values()]))
    found = list(general.values())
    for key, (name, role) in said.items():
        guessed = roles.role_of_words(role)
        free = Candidate("", name, guessed, roles.words_of(guessed), "", role)
        found.append(listed.get(key, free))
    return [one for one in found if one.name.casefold() not in known or one.name.casefold() in general]


def _general(patient: Patient) -> list[Candidate]:
    """Whom records received name as her general practitioner: a statement of theirs, confirmed by nobody here."""
    rows = NamedProvider.objects.filter(patient=patient, kind=NamedProvider.Kind.GENERAL)
    found = []
    for row in rows.select_related("practitioner", "organization").order_by("recorded_at", "id"):
        kind, who = ("practitioner", row.practitioner) if row.practitioner else ("organization", row.organization)
        ref, name = (f"{kind}:{who.pk}", str(who)) if who else ("", row.name)
        about = f"{roles.words_of('PCP')}, named by the record of {row.source}"
        if name:
            found.append(Candidate(ref, name, "PCP", roles.words_of("PCP"), "", about))
    return found


def _owned(viewer: Viewer, patient_id: UUID) -> Counter[Any]:
    tasks = Task.objects.filter(sees(viewer), patient_id=patient_id, state__in=LIVE, owner__isnull=False)
    return Counter(tasks.values_list("owner_id", flat=True)) + _awaited(viewer, patient_id)


def _awaited(viewer: Viewer, patient_id: UUID) -> Counter[Any]:
    """Count by member, clinician, organization or role what those outside have in hand.

    Visits to come, referrals that are open, and actions of the plan for their role that no colleague carries.
    """
    visits = Appointment.objects.filter(sees(viewer), LIVE_VISIT, patient_id=patient_id, ends_at__gt=viewer.at)
    waiting = ReferralOut.objects.filter(
        sees(viewer), patient_id=patient_id, state__in=(referring.SENT, referring.ACCEPTED, referring.SCHEDULED)
    )
    alone = waiting.exclude(state=referring.SCHEDULED, appointment__in=visits)  # its visit is counted, once
    found: Counter[Any] = Counter()
    for practitioner, organization, name in visits.filter(with_user=None).values_list(
        "practitioner_id", "organization_id", "provider"
    ):
        found[practitioner or organization or name.casefold()] += 1
    for member, practitioner, organization, name in alone.values_list(
        "member_id", "practitioner_id", "organization_id", "to_name"
    ):
        found[member or practitioner or organization or name.casefold()] += 1
    for what, _, row in careplan.plans_of_many(viewer, [patient_id]):
        if what == "action" and not row["done"] and not row["owner"]:
            found[f"role:{row['role']}"] += 1
    return found


def _owns(row: TeamMember, owned: Counter[Any]) -> int:
    if row.user_id is not None:
        return owned[row.user_id]
    keys = {row.id, row.practitioner_id or row.organization_id, row.name.casefold()} - {None}
    of_role = owned[f"role:{row.role}"] if row.ended_at is None else 0
    return sum(owned[key] for key in keys) + of_role


def _record(row: TeamMember, owned: Counter[Any], viewer: Viewer) -> Member:
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    limits = sharing.Limits(row.decision, frozenset(row.categories), row.written, row.consent_until)
    inside = row.user_id is not None
    heard = formats.ago(row.last_contact_at, today).replace(" old", " ago") if row.last_contact_at else "Not recorded"
    return Member(
        id=row.id,
        patient_id=row.patient_id,
        kind=row.kind,
        is_inside=inside,
        name=row.name,
        role=row.role,
        role_words=roles.words_of(row.role, row.role_other),
        organization="" if row.organization_name == row.name else row.organization_name,
        why=row.why,
        words=row.words,
        phone=row.phone,
        phone_shown=formats.phone(row.phone),
        fax=row.fax,
        fax_shown=formats.phone(row.fax),
        email=row.email,
        channel=row.channel,
        channel_words=CHANNEL_WORDS.get(row.channel, row.channel),
        since=row.since,
        until=row.ended_at.astimezone(ZoneInfo(viewer.time_zone)).date() if row.ended_at else None,
        ended_reason=row.ended_reason,
        decision=row.decision,
        categories=tuple(row.categories),
        written=row.written,
        consent_by=row.consent_by,
        consent_at=row.consent_at,
        consent_until=row.consent_until,
        shares="Works here: sees the record" if inside else sharing.limits_in_words(limits, on=today),
        last_contact=heard,
        owns=_owns(row, owned),
        user_id=row.user_id,
        practitioner_id=row.practitioner_id,
        organization_id=row.organization_id,
        version=row.version,
    )
