"""Reads of referrals out. Each takes the viewer first and shows only those of patients she may see."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from throughline.foundation.access.queries import sees
from throughline.foundation.drafts.records import Editable
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.assessment import queries as assessment
from throughline.practice.assessment.records import NeedRecord
from throughline.practice.coordination.models import ReferralOut
from throughline.practice.coordination.queries import directory, team
from throughline.practice.coordination.queries.sharing import shareables
from throughline.practice.coordination.records.referrals import Referral, ReferralBoard, Step, Target
from throughline.practice.coordination.records.sharing import Selection
from throughline.practice.coordination.rules import referring, roles, sharing
from throughline.practice.coordination.rules.moments import A_MOMENT
from throughline.record.people.models import Patient

PAGE = 100


def _visible(viewer: Viewer) -> QuerySet[ReferralOut]:
    return ReferralOut.objects.filter(sees(viewer)).select_related("patient", "need", "owner")


def referral(viewer: Viewer, referral_out_id: UUID) -> Referral:
    """Return one referral with its steps, latest first. Raises NotFound when there is none the viewer may see."""
    row = _visible(viewer).prefetch_related("steps").filter(pk=referral_out_id).first()
    if row is None:
        raise NotFound("This referral does not exist, or you may not see it.")
    words = referring.ACT_WORDS
    latest_first = sorted(row.steps.all(), key=lambda step: (step.at, step.id), reverse=True)
    steps = [Step(s.act, words.get(s.act, s.act), s.note, s.at, s.by_name) for s in latest_first]
    return _record(row, viewer, steps=steps)


def editable_referral(viewer: Viewer, referral_out_id: UUID) -> Editable:
    """Return a draft as its edit form opens it. Raises NotFound."""
    row = _visible(viewer).filter(pk=referral_out_id).first()
    if row is None:
        raise NotFound("This referral does not exist, or you may not see it.")
    fields = ("service", "reason", "question", "urgent", "phone", "fax", "channel")
    held = {name: getattr(row, name) for name in fields} | {"urgent": "yes" if row.urgent else "no"}
    return Editable(row.id, row.patient_id, row.service, held)


def referrals_of(viewer: Viewer, patient_id: UUID) -> list[Referral]:
    """Return a patient's referrals: those still open first, then the latest."""
    found = _visible(viewer).filter(patient_id=patient_id).order_by("-created_at")[:PAGE]
    rows = [_record(row, viewer) for row in found]
    return sorted(rows, key=lambda row: row.state not in referring.OPEN)


def made_a_moment_ago(viewer: Viewer, patient_id: UUID, **said: str) -> UUID | None:
    """Return the referral of the same `kind`, `service`, `reason` and `state` the viewer made just now, by pressing
    twice; None where there is none."""
    rows = _visible(viewer).filter(patient_id=patient_id, owner_id=viewer.user_id, **said)
    rows = rows.filter(created_at__gt=viewer.at - A_MOMENT, created_at__lte=viewer.at)
    return rows.values_list("pk", flat=True).first()


def board(viewer: Viewer, *, state: str = "", mine: bool = True, silent: bool = False) -> ReferralBoard:
    """Return the open referrals (or those of one state), the longest waited for first, with the count of each state.

    `mine`: those the viewer answers for. `silent`: only those whose day has come. Three statements, however many rows.
    """
    found = ReferralOut.objects.filter(sees(viewer))
    found = found.filter(owner_id=viewer.user_id) if mine else found
    today = _today(viewer)
    late = Q(look_on__lte=today)
    counts = dict(found.values_list("state").annotate(n=Count("id")))
    rows = found.filter(state=state) if state else found.filter(state__in=referring.OPEN)
    rows = rows.filter(late) if silent else rows
    ordered = rows.select_related("patient", "need", "owner").order_by("look_on", "since", "id")[:PAGE]
    return ReferralBoard(
        rows=tuple(_record(row, viewer) for row in ordered),
        counts=tuple((key, referring.WORDS[key], counts[key]) for key in referring.WORDS if counts.get(key)),
        silent=found.filter(late, state__in=referring.OPEN).count(),
    )


def referral_of_visit(viewer: Viewer, appointment_id: UUID) -> Referral | None:
    """Return the referral an appointment is the visit of; None for one of no referral."""
    row = _visible(viewer).filter(appointment_id=appointment_id).order_by("-created_at").first()
    return _record(row, viewer) if row else None


def _today(viewer: Viewer) -> Any:
    return viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()


def packet(viewer: Viewer, found: Referral) -> Selection:
    """Return what of the record goes with a referral: the categories agreed to, and nothing else."""
    given = bool(found.consent)
    limits = sharing.Limits("given" if given else "", frozenset(found.categories), found.written)
    return sharing.select(limits, shareables(viewer, found.patient_id) if given else (), on=_today(viewer))


def targets(viewer: Viewer, patient_id: UUID, kind: str, *, need: str = "") -> list[Target]:
    """Return whom a referral of a kind can go to: those on the care team first, then the directory; at most eight."""
    wanted = referring.BY_KEY[kind].roles
    found = [
        Target(f"member:{m.id}", m.name, m.organization or m.role_words, m.phone, m.fax, m.channel, True)
        for m in team.members_of(viewer, patient_id)
        if not m.is_inside and m.role in wanted
    ]
    # A name on the team may carry credentials ("Ada Pillai, MD") that the directory's does not, or the other way round.
    plain = roles.without_credentials
    known = {plain(target.name) for target in found}
    return [*found, *(target for target in _listed(viewer, patient_id, wanted) if plain(target.name) not in known)][:8]


def target_of(viewer: Viewer, patient_id: UUID, ref: str) -> Target | None:
    """Return somebody of the directory by reference ("practitioner:<id>") as a receiver, None when there is none."""
    patient = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id).first()
    found = directory.entry(patient.site_id, patient_id, ref) if patient is not None else None
    if found is None or found["kind"] not in ("practitioner", "organization"):
        return None
    about = ", ".join(part for part in (found.get("why", ""), found.get("organization_name", "")) if part)
    reach = (found.get("phone", ""), found.get("fax", ""), found.get("channel", "phone"))
    return Target(ref, found["name"], about, *reach, False)


def _listed(viewer: Viewer, patient_id: UUID, wanted: Iterable[str]) -> list[Target]:
    return [
        Target(c["ref"], c["name"], c["about"], c.get("phone", ""), c.get("fax", ""), c.get("channel", "phone"), False)
        for c in directory.of_roles(viewer, patient_id, frozenset(wanted))
    ]


def prefilled(viewer: Viewer, need: NeedRecord) -> dict[str, str]:
    """Return what a referral opened from a need says already: its kind, what is asked, and the reason with evidence."""
    kind = referring.kind_of_need(need.text, need.omaha)
    evidence = "; ".join(sentence for sentence, _ in need.evidence[:3])
    words = f" She says: “{need.words}”" if need.words else ""
    return {
        "kind": kind,
        "service": f"{referring.BY_KEY[kind].words}: {need.text}"[:300],
        "reason": f"{need.text}. {evidence}{words}".strip(),
    }


def need_for(viewer: Viewer, need_id: UUID) -> NeedRecord:
    """Return the need a referral is opened from. Raises NotFound when there is none the viewer may see."""
    return assessment.need(viewer, need_id)


def _record(row: ReferralOut, viewer: Viewer, *, steps: Iterable[Step] = ()) -> Referral:
    today, kind = _today(viewer), referring.BY_KEY[row.kind]
    zone = ZoneInfo(row.patient.time_zone or viewer.time_zone)
    is_silent = row.look_on is not None and row.look_on <= today
    return Referral(
        id=row.id,
        site_id=row.site_id,
        patient_id=row.patient_id,
        patient_name=row.patient.display_name,
        need_id=row.need_id,
        need_text=row.need.text if row.need else "",
        kind=row.kind,
        kind_words=kind.words,
        attended_words=kind.attended,
        to_name=row.to_name,
        to_organization="" if row.to_organization == row.to_name else row.to_organization,
        phone=row.phone,
        phone_shown=formats.phone(row.phone),
        fax_shown=formats.phone(row.fax),
        service=row.service,
        reason=row.reason,
        question=row.question,
        urgent=row.urgent,
        state=row.state,
        state_words=referring.WORDS[row.state],
        since=row.since,
        age=formats.ago(row.since.astimezone(zone), today).replace(" old", ""),
        channel_words=team.CHANNEL_WORDS.get(row.channel, row.channel),
        categories=tuple(row.categories),
        written=row.agreed_how == "in writing",
        consent=_consent(row),
        created_at=row.created_at,
        sent_at=row.sent_at,
        left_at=row.left_at,
        scheduled_at=row.scheduled_at,
        place=row.place,
        look_on=row.look_on,
        look_words=_look_words(row, is_silent),
        is_silent=is_silent,
        report=row.report,
        outcome=row.outcome,
        acted={True: "yes", False: "no", None: ""}[row.acted],
        acted_words=row.acted_words,
        owner_name=str(row.owner) if row.owner else "No owner",
        version=row.version,
        appointment_id=row.appointment_id,
        steps=tuple(steps),
        practitioner_id=row.practitioner_id,
        organization_id=row.organization_id,
    )


def _consent(row: ReferralOut) -> str:
    if not row.agreed_by:
        return ""
    names = [c.words for c in sharing.CATEGORIES if c.key in row.categories]
    when = f" on {formats.day(row.agreed_at.date())}" if row.agreed_at else ""
    how = f" {row.agreed_how}" if row.agreed_how else ""
    return f"Agreed{how} by {row.agreed_by}{when}: {', '.join(names) or 'the question alone'}"


def _look_words(row: ReferralOut, is_silent: bool) -> str:
    if row.look_on is None:
        return ""
    wait = referring.waits()[row.state]
    return f"{wait.verb}: {wait.says}" if is_silent else f"{wait.verb} on {formats.day(row.look_on)}"
