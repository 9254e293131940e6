"""Reads of appointments: one, a patient's, free times that suit her, whom she may meet, what speaks against a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from throughline.foundation.access.models import User
from throughline.foundation.access.queries import sees
from throughline.foundation.drafts.records import Editable
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.assessment import queries as assessment
from throughline.practice.caseload import queries as caseload
from throughline.practice.coordination.models import (
    Appointment,
    AppointmentTransition,
    CalendarFeed,
    ReferralOut,
    Slot,
)
from throughline.practice.coordination.records.appointments import AppointmentRecord, Provider, SlotShown, Step
from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules import published
from throughline.practice.coordination.rules.referring import OPEN
from throughline.record.clocks.rules.calendars import closed_because
from throughline.record.clocks.rules.catalogue import calendars
from throughline.record.people.models import Organization, Patient, Practitioner

CALENDAR = "hospital"
WITHDRAWN_SAID = timedelta(days=3)
MOST_PROVIDERS = 300
ACT_WORDS = {
    "book": "Booked",
    "confirm": "Confirmed",
    "arrange": "Arrangements written down",
    "move": "Moved",
    "keep": "Kept",
    "miss": "Missed",
    "cancel": "Cancelled",
    "undo": "Taken back",
}


def visible(viewer: Viewer) -> QuerySet[Appointment]:
    """Return the appointments of patients the viewer may see, with what a line needs."""
    return Appointment.objects.filter(sees(viewer)).select_related("patient", "case", "with_user")


def appointment(viewer: Viewer, appointment_id: UUID) -> AppointmentRecord:
    """Return one appointment with its steps. Raises NotFound when there is none or the viewer may not see it."""
    row = visible(viewer).filter(pk=appointment_id).first()
    if row is None:
        raise NotFound("This appointment does not exist, or you may not see it.")
    need = assessment.need(viewer, row.need_id).text if row.need_id else ""
    steps = AppointmentTransition.objects.filter(appointment=row).order_by("-at", "-id")
    return record(row, viewer, need=need, steps=tuple(_step(step, row.time_zone) for step in steps))


def editable_appointment(viewer: Viewer, appointment_id: UUID) -> Editable:
    """Return what was arranged for an appointment as its edit form opens it. Raises NotFound."""
    row = visible(viewer).filter(pk=appointment_id).first()
    if row is None:
        raise NotFound("This appointment does not exist, or you may not see it.")
    shown = record(row, viewer)
    fields = ("what", "place", "transport", "pick_up", "transport_note", "interpreter", "bring")
    held = {name: getattr(shown, name) for name in (*fields, "transport_at")} | {"phone": row.phone}
    return Editable(row.id, row.patient_id, f"{row.what}, {row.provider}", held)


def _step(step: AppointmentTransition, zone: str) -> Step:
    words = ACT_WORDS.get(step.act, step.act)
    if step.act == "move":
        was = datetime.fromisoformat(step.before["starts_at"])
        words = f"Moved from {formats.moment(was, zone, step.at.astimezone(ZoneInfo(zone)).date())}"
    return Step(step.act, words, step.reason if step.act != "undo" else "", step.at, step.by_name)


def appointments_of(viewer: Viewer, patient_id: UUID, *, since: datetime, most: int = 100) -> list[AppointmentRecord]:
    """Return a patient's appointments that end after `since`, in their order."""
    rows = visible(viewer).filter(patient_id=patient_id, ends_at__gt=since)
    return [record(row, viewer) for row in rows.order_by("starts_at", "id")[:most]]


def to_come(viewer: Viewer, patient_id: UUID) -> list[AppointmentRecord]:
    """Return a patient's appointments that are still to come, in their order."""
    return [record(row, viewer) for row in _live_of(viewer, patient_id).select_related("patient", "case", "with_user")]


def visits_for(viewer: Viewer, patient_id: UUID) -> list[AppointmentRecord]:
    """Return the appointments to come that could be a referral's visit: no open referral has taken them."""
    taken = ReferralOut.objects.filter(patient_id=patient_id, state__in=OPEN, appointment__isnull=False)
    rows = visible(viewer).filter(patient_id=patient_id, state__in=rules.LIVE, starts_at__gt=viewer.at, with_user=None)
    free = rows.exclude(pk__in=taken.values("appointment_id"))
    return [record(row, viewer) for row in free.order_by("starts_at", "id")[:20]]


def without_outcome(viewer: Viewer, *, patient_id: UUID | None = None) -> list[AppointmentRecord]:
    """Return the appointments that are over and of which nobody said how they went, oldest first."""
    rows = visible(viewer).filter(state__in=rules.LIVE, ends_at__lte=viewer.at)
    rows = rows.filter(patient_id=patient_id) if patient_id else rows
    return [record(row, viewer) for row in rows.order_by("ends_at", "id")[:200]]


def of_colleague(viewer: Viewer, *, since: datetime, until: datetime) -> list[AppointmentRecord]:
    """Return the appointments in a span that are with the viewer or of patients whose case she owns, cancelled too."""
    mine = Q(with_user_id=viewer.user_id) | Q(case__owner_id=viewer.user_id)
    rows = visible(viewer).filter(mine, starts_at__lt=until, ends_at__gt=since)
    return [record(row, viewer) for row in rows.order_by("starts_at", "id")[:1000]]


def record(row: Appointment, viewer: Viewer, *, need: str = "", steps: tuple[Step, ...] = ()) -> AppointmentRecord:
    """Return a row as its record, its times told in the patient's zone."""
    zone = row.time_zone
    local = ZoneInfo(zone)
    today = viewer.at.astimezone(local).date()
    day = row.starts_at.astimezone(local).date()
    abroad = _differs(row.starts_at, zone, viewer.time_zone)
    hours = f"{formats.clock(row.starts_at, zone)} to {formats.clock(row.ends_at, zone)}{abroad}"
    return AppointmentRecord(
        id=row.id,
        site_id=row.site_id,
        patient_id=row.patient_id,
        patient_name=row.patient.display_name,
        case_id=row.case_id,
        need_id=row.need_id,
        need=need,
        kind=row.kind,
        kind_words=rules.KINDS.get(row.kind, row.kind),
        what=row.what,
        provider=row.provider,
        with_user_id=row.with_user_id,
        practitioner_id=row.practitioner_id,
        organization_id=row.organization_id,
        place=row.place,
        phone=formats.phone(row.phone),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=zone,
        day=f"{day:%A}, {formats.day(day)}",
        when=formats.moment(row.starts_at, zone, today) + abroad,
        span=hours,
        transport=row.transport,
        transport_words=rules.TRANSPORT.get(row.transport, row.transport),
        transport_at=row.transport_at,
        pick_up=formats.clock(row.transport_at, zone) if row.transport_at else "",
        transport_note=row.transport_note,
        interpreter=row.interpreter,
        interpreter_words=rules.INTERPRETER.get(row.interpreter, row.interpreter),
        bring=row.bring,
        state=row.state,
        state_words=rules.WORDS[row.state],
        cancelled_by=rules.CANCELLED_BY.get(row.cancelled_by, ""),
        reason=rules.MISSED_REASONS.get(row.reason, row.reason),
        outcome=row.outcome,
        sequence=row.sequence,
        updated_at=max([step.at for step in steps], default=row.created_at),
        version=row.version,
        asks_outcome=rules.asks_outcome(row.state, row.ends_at, at=viewer.at),
        live=row.state in rules.LIVE,
        steps=steps,
    )


def _differs(when: datetime, zone: str, own: str) -> str:
    """Return " MST" when the patient's clock and the viewer's say different things, else nothing."""
    there, here = when.astimezone(ZoneInfo(zone)), when.astimezone(ZoneInfo(own))
    return f" {there.tzname()}" if there.utcoffset() != here.utcoffset() else ""


def zone_of(viewer: Viewer, patient_id: UUID) -> str:
    """Return the zone in which the patient's times are told. Raises NotFound when the viewer may not see her."""
    found = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id).select_related("site").first()
    if found is None:
        raise NotFound("There is no such patient, or she is not on your list.")
    return found.time_zone or found.site.time_zone


def busy(
    viewer: Viewer, patient_id: UUID, with_user_id: UUID | None, *, around: datetime, apart_from: UUID | None = None
) -> list[rules.Busy]:
    """Return what the patient and the colleague already have within a day of a time."""
    whose = Q(patient_id=patient_id) | (Q(with_user_id=with_user_id) if with_user_id else Q(pk=None))
    near = Q(starts_at__lt=around + timedelta(days=1), ends_at__gt=around - timedelta(days=1))
    rows = Appointment.objects.filter(whose, near, site_id__in=viewer.site_ids, state__in=rules.LIVE)
    found = []
    for row in (rows.exclude(pk=apart_from) if apart_from else rows).select_related("with_user").order_by("starts_at"):
        hers = row.patient_id == patient_id
        what = row.what if hers else "another appointment"
        found.append(rules.Busy("patient" if hers else str(row.with_user), what, row.starts_at, row.ends_at))
    return found


def doubts(
    viewer: Viewer,
    patient_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    kind: str,
    with_user_id: UUID | None = None,
    apart_from: UUID | None = None,
) -> tuple[rules.Doubt, ...]:
    """Return what speaks against a time for this patient: past, clash, closed day, each in a sentence."""
    zone = zone_of(viewer, patient_id)
    day = starts_at.astimezone(ZoneInfo(zone)).date()
    return rules.doubts(
        starts_at=starts_at,
        ends_at=ends_at,
        zone=zone,
        kind=kind,
        busy=busy(viewer, patient_id, with_user_id, around=starts_at, apart_from=apart_from),
        closed=closed_because(day, calendars()[CALENDAR]),
        at=viewer.at,
    )


def slots_for(viewer: Viewer, patient_id: UUID, *, most: int = 6) -> list[SlotShown]:
    """Return the next published times that do not clash with what she has; her language first, then the soonest."""
    patient = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id).select_related("site").first()
    if patient is None:
        raise NotFound("There is no such patient, or she is not on your list.")
    zone = patient.time_zone or patient.site.time_zone
    language = (patient.language or "en").split("-")[0]
    rows = Slot.objects.filter(site_id=patient.site_id, taken_by=None, withdrawn_at=None, starts_at__gt=viewer.at)
    rows = rows.select_related("practitioner", "organization", "schedule").order_by("starts_at", "id")[:200]
    taken = [rules.Busy("patient", row.what, row.starts_at, row.ends_at) for row in _live_of(viewer, patient_id)]
    theirs = _taken_here(rows)
    fitting = [
        row
        for row in rows
        if (row.schedule is None or _published_by(row))
        and rules.free_for(taken, row.starts_at, row.ends_at)
        and rules.free_for(theirs.get(row.practitioner_id, ()), row.starts_at, row.ends_at)
    ]
    today = viewer.at.astimezone(ZoneInfo(zone)).date()
    shown = [
        SlotShown(
            id=row.id,
            provider=_published_by(row),
            service=row.service,
            place=row.place,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            when=formats.moment(row.starts_at, zone, today),
            speaks=language in {spoken.split("-")[0] for spoken in row.languages},
        )
        for row in fitting
    ]
    return sorted(shown, key=lambda one: (not one.speaks, one.starts_at))[:most]


def _published_by(row: Slot) -> str:
    """Return whose time it is in words, "" while that is not known: such a time is offered to nobody."""
    return str(row.practitioner or row.organization or (row.schedule.name if row.schedule else ""))


def _taken_here(rows: Iterable[Slot]) -> dict[UUID | None, list[rules.Busy]]:
    """Return what was booked here with the practitioners of these times: a time that overlaps it is free no longer."""
    with_whom = {row.practitioner_id for row in rows if row.practitioner_id}
    found: dict[UUID | None, list[rules.Busy]] = {}
    booked = Appointment.objects.filter(practitioner_id__in=with_whom, state__in=rules.LIVE)
    for row in booked.only("practitioner_id", "starts_at", "ends_at") if with_whom else ():
        found.setdefault(row.practitioner_id, []).append(rules.Busy("provider", "", row.starts_at, row.ends_at))
    return found


def withdrawn_of(viewer: Viewer, site_id: UUID, zone: str, *, most: int = 4) -> list[str]:
    """Return times to come that were offered and are no longer, in words, withdrawn within the last three days."""
    rows = Slot.objects.filter(
        site_id=site_id, site_id__in=viewer.site_ids, taken_by=None, starts_at__gt=viewer.at,
        withdrawn_at__gt=viewer.at - WITHDRAWN_SAID,
    )  # fmt: skip
    today = viewer.at.astimezone(ZoneInfo(zone)).date()
    rows = rows.select_related("practitioner", "organization", "schedule").order_by("starts_at", "id")[:most]
    return [f"{formats.moment(row.starts_at, zone, today)}, {_published_by(row)}" for row in rows]


def doubt_of_slot(appointment_id: UUID) -> str:
    """Return what the provider's system says against the published time an appointment took, "" for nothing."""
    row = Slot.objects.filter(taken_by_id=appointment_id, withdrawn_at__isnull=False).first()
    return published.SENTENCES[row.withdrawn_why] if row is not None else ""


def _live_of(viewer: Viewer, patient_id: UUID) -> QuerySet[Appointment]:
    return Appointment.objects.filter(
        sees(viewer), patient_id=patient_id, state__in=rules.LIVE, ends_at__gt=viewer.at
    ).order_by("starts_at")[:200]


def providers(viewer: Viewer, site_id: UUID) -> dict[str, list[Provider]]:
    """Return whom an appointment can be with: colleagues, practitioners, organizations of the site, by name."""
    if site_id not in viewer.site_ids:
        return {}
    people = Practitioner.objects.filter(site_id=site_id, active=True).prefetch_related("roles__organization")
    houses = Organization.objects.filter(site_id=site_id, active=True)
    return {
        "Team": [Provider(f"user:{key}", name, "", "", "") for key, name in caseload.colleagues(viewer, site_id)],
        "Practitioners": [_practitioner(row) for row in people.order_by("sort_name", "id")[:MOST_PROVIDERS]],
        "Organizations": [
            Provider(f"organization:{row.id}", row.name, row.kind, row.phone, "")
            for row in houses.order_by("name", "id")[:MOST_PROVIDERS]
        ],
    }


def _practitioner(row: Any) -> Provider:
    role = next(iter(row.roles.all()), None)
    words = (
        ", ".join(part for part in (role.specialty or role.role, str(role.organization or "")) if part) if role else ""
    )
    return Provider(f"practitioner:{row.id}", row.display_name, words, row.phone, "")


def feed_since(viewer: Viewer) -> datetime | None:
    """Return since when the viewer's own calendar feed is open, or None."""
    if viewer.user_id is None:
        return None
    found = CalendarFeed.objects.filter(user_id=viewer.user_id, revoked_at=None)
    return found.values_list("made_at", flat=True).first()


def feed_owner(secret_hash: str) -> User | None:
    """Return the colleague whose feed has this hashed secret and is open, or None."""
    feed = CalendarFeed.objects.filter(secret_hash=secret_hash, revoked_at=None).select_related("user").first()
    return feed.user if feed is not None and feed.user.is_active else None
