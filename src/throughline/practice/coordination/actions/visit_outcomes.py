"""What becomes of an appointment moves the referral it is the visit of."""

from datetime import datetime

from throughline.foundation.kernel.actor import Actor
from throughline.practice.coordination.actions import referrals
from throughline.practice.coordination.events.appointments import (
    AppointmentCancelled,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentStepUndone,
)
from throughline.practice.coordination.models import ReferralOut
from throughline.practice.coordination.rules import referring

_UNDONE = {"keep": ("attend",), "miss": ("miss",), "cancel": ("call-off",), "move": ("schedule",)}


def follow(
    event: AppointmentKept | AppointmentMissed | AppointmentCancelled | AppointmentMoved, *, by: Actor, at: datetime
) -> None:
    """Move the scheduled referral along: kept is attended, missed and cancelled ask for a new date, moved is moved."""
    row = ReferralOut.objects.filter(appointment_id=event.appointment_id, state=referring.SCHEDULED).first()
    if row is None:
        return
    if isinstance(event, AppointmentKept):
        referrals.move_referral(referral_out_id=row.id, act="attend", note=event.outcome, by=by, at=at)
    elif isinstance(event, AppointmentMissed):
        referrals.move_referral(referral_out_id=row.id, act="miss", note=event.reason, by=by, at=at)
    elif isinstance(event, AppointmentCancelled):
        said = f"Cancelled by {event.by_whom}" + (f": {event.reason}" if event.reason else "")
        referrals.move_referral(referral_out_id=row.id, act="call-off", note=said, by=by, at=at)
    elif event.starts_at not in (row.scheduled_at, None) and event.starts_at > at:
        referrals.move_referral(
            referral_out_id=row.id, act="schedule", note=event.reason, scheduled_at=event.starts_at, place=row.place,
            by=by, at=at,
        )  # fmt: skip


def follow_back(event: AppointmentStepUndone, *, by: Actor, at: datetime) -> None:
    """Take back the referral's step that an appointment's step, just undone, brought with it."""
    row = ReferralOut.objects.filter(appointment_id=event.appointment_id, state__in=referring.OPEN).first()
    last = row.steps.order_by("-at", "-id").first() if row else None
    if row is not None and last is not None and last.act in _UNDONE.get(event.act, ()):
        referrals.undo_step(referral_out_id=row.id, version=row.version, by=by, at=at)
