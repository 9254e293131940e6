"""The visit a referral leads to is one appointment: made, linked, moved and ended with the referral, typed once."""

from datetime import datetime, timedelta
from uuid import UUID

from throughline.foundation.kernel.actor import Actor
from throughline.practice.coordination.actions import appointments
from throughline.practice.coordination.models import Appointment, ReferralOut
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules import referring

SPAN = timedelta(minutes=45)  # until the provider says how long
KINDS = {
    "clinical": "visit", "behavioural": "visit", "home_health": "home", "rehabilitation": "therapy",
    "equipment": "service", "community": "service",
}  # fmt: skip
ELSEWHEN = "It took place at another time"


def linked(row: ReferralOut, appointment_id: UUID) -> Appointment:
    """Return an appointment that is booked already as the referral's visit.

    Raises UnableToMoveReferral for one of somebody else, one that is over, or another referral's.
    """
    found = Appointment.objects.filter(pk=appointment_id, patient_id=row.patient_id, state__in=rules.LIVE).first()
    taken = ReferralOut.objects.filter(appointment_id=appointment_id, state__in=referring.OPEN).exclude(pk=row.id)
    if found is None or taken.exists():
        raise referring.UnableToMoveReferral("Choose an appointment of this patient that stands and is nobody else's.")
    return found


def schedule(row: ReferralOut, *, by: Actor, at: datetime) -> None:
    """Book the visit of a referral that was scheduled, or move the one it has."""
    assert row.scheduled_at is not None
    standing = row.appointment
    if standing is not None and standing.state in rules.LIVE:
        if standing.starts_at != row.scheduled_at:
            ends_at = row.scheduled_at + (standing.ends_at - standing.starts_at)
            said = f"The visit of the referral to {row.to_name}"
            appointments.move(
                appointment_id=standing.id, starts_at=row.scheduled_at, ends_at=ends_at, reason=said, by=by, at=at
            )
        return
    wanted = AppointmentIn(
        what=row.service[:200],
        starts_at=row.scheduled_at,
        ends_at=row.scheduled_at + SPAN,
        kind=KINDS[row.kind],
        practitioner_id=row.practitioner_id,
        organization_id=row.organization_id,
        provider=row.to_name,
        place=row.place,
        phone=row.phone,
        need_id=row.need_id,
    )
    row.appointment_id = appointments.book(patient_id=row.patient_id, appointment=wanted, by=by, at=at)
    row.save(update_fields=["appointment"])


def end(row: ReferralOut, act: str, note: str, *, by: Actor, at: datetime) -> None:
    """End the appointment with a referral's step that says how the visit went, or that there will be none."""
    standing = row.appointment
    if standing is None or standing.state not in rules.LIVE:
        return
    begun, which = standing.starts_at <= at, {"appointment_id": standing.id}
    if act in ("attend", "report") and begun:
        appointments.keep(**which, outcome=note, by=by, at=at)
    elif act == "miss" and begun:
        appointments.miss(**which, reason="unknown", note=note, by=by, at=at)
    else:
        whom = {"decline": "provider", "miss": "patient"}.get(act, "us")
        appointments.cancel(**which, by_whom=whom, reason=note or ELSEWHEN, by=by, at=at)


_STATES = {"attend": rules.KEPT, "report": rules.KEPT, "miss": rules.MISSED}


def take_back(row: ReferralOut, act: str, *, by: Actor, at: datetime) -> None:
    """Take back of the appointment what a step of the referral, just undone, did to it."""
    standing = Appointment.objects.filter(pk=row.appointment_id).first() if row.appointment_id else None
    if standing is None:
        return
    if act == "schedule" and standing.state in rules.LIVE:
        if row.state != referring.SCHEDULED:
            reason = "The referral is not scheduled after all"
            appointments.cancel(appointment_id=standing.id, by_whom="us", reason=reason, by=by, at=at)
        elif row.scheduled_at is not None:
            schedule(row, by=by, at=at)
    elif standing.state in (_STATES.get(act, rules.CANCELLED), rules.CANCELLED) and row.state == referring.SCHEDULED:
        appointments.undo(appointment_id=standing.id, version=standing.version, by=by, at=at)
