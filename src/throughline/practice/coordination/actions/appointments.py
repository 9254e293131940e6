"""Writes of appointments: book, confirm, arrange, move, keep, miss, cancel, take back. Each leaves a step."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import working_at
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import ChangedMeanwhile, differing
from throughline.foundation.ui import formats
from throughline.practice.assessment.queries import need_of_action
from throughline.practice.coordination.actions import appointment_tasks as follow
from throughline.practice.coordination.actions.listing import keep_in_directory
from throughline.practice.coordination.events import appointments as events
from throughline.practice.coordination.models import Appointment, AppointmentTransition, Slot
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.rules import appointments as rules
from throughline.record.cases.models import Case
from throughline.record.people.models import Organization, Patient, Practitioner

ARRANGED = ("what", "place", "phone", "transport", "transport_at", "transport_note", "interpreter", "bring")
FACE = ("state", "cancelled_by", "reason", "outcome", "starts_at", "ends_at", *ARRANGED)
MOMENTS = ("starts_at", "ends_at", "transport_at")


@locator("appointment_id")
def _place_of_appointment(appointment_id: UUID) -> Place:
    found = Appointment.objects.filter(pk=appointment_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This appointment does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("coordination.book", needs=Permission.COORDINATE, on="patient_id")
def book(*, patient_id: UUID, appointment: AppointmentIn, by: Actor, at: datetime) -> UUID:
    """Book or propose an appointment and return its identifier; reminder, ride and interpreter become tasks.

    Raises UnableToBook without words, with nobody to meet, for a need of somebody else, or for a time just taken.
    """
    patient = Patient.objects.select_related("site").get(pk=patient_id)
    slot = _slot(appointment.slot_id, patient.site_id, at) if appointment.slot_id else None
    if appointment.keep and appointment.provider.strip() and slot is None:
        appointment = _kept(patient_id, appointment, by=by, at=at)
    given = _given(appointment, patient, slot)
    made = Appointment.objects.create(
        **given,
        site_id=patient.site_id,
        patient=patient,
        case_id=_open_case(patient_id),
        state=rules.PROPOSED if appointment.proposed else rules.BOOKED,
        created_at=at,
        created_by_id=by.user_id,
        created_by_name=by.name,
    )
    if slot is not None:
        slot.taken_by, slot.updated_at = made, at
        slot.save(update_fields=["taken_by", "updated_at"])
    _step(made, "book", {}, "", by=by, at=at)
    publish(events.AppointmentBooked(**_about(made), proposed=appointment.proposed), by=by, at=at)
    follow.prepare(made, by=by, at=at)
    return made.id


def _kept(patient_id: UUID, given: AppointmentIn, *, by: Actor, at: datetime) -> AppointmentIn:
    """Return the appointment with whom it names standing in the directory."""
    ref = keep_in_directory(
        patient_id=patient_id, kind=given.keep, name=given.provider, phone=given.phone, by=by, at=at
    )
    kind, _, key = ref.partition(":")
    if kind == "practitioner":
        return replace(given, provider="", practitioner_id=UUID(key))
    return replace(given, provider="", organization_id=UUID(key))


def _open_case(patient_id: UUID) -> UUID | None:
    return Case.objects.filter(patient_id=patient_id).exclude(state="closed").values_list("pk", flat=True).first()


def _slot(slot_id: UUID, site_id: UUID, at: datetime) -> Slot:
    rows = Slot.objects.select_for_update(of=("self",)).select_related("schedule")
    slot = rows.filter(pk=slot_id, site_id=site_id).first()
    if slot is None or slot.taken_by_id:
        raise rules.UnableToBook("That time was just taken. Choose another.")
    if slot.withdrawn_at is not None:
        raise rules.UnableToBook("The provider no longer offers that time. Choose another.")
    if slot.starts_at <= at:
        raise rules.UnableToBook("That time has passed. Choose another.")
    return slot


def _given(given: AppointmentIn, patient: Patient, slot: Slot | None) -> dict[str, Any]:
    starts_at, ends_at = (slot.starts_at, slot.ends_at) if slot else (given.starts_at, given.ends_at)
    if not given.what.strip():
        raise rules.UnableToBook("Say in a few words what the appointment is.")
    if given.kind not in rules.KINDS or ends_at <= starts_at:
        raise rules.UnableToBook("Choose a kind, and an end after the start.")
    if given.need_id and need_of_action(given.need_id).patient_id != patient.id:
        raise rules.UnableToBook("Choose one of this patient's own needs.")
    interpreter = given.interpreter
    if interpreter is None:
        interpreter = "needed" if patient.interpreter_needed else ""
    return _who(given, patient.site_id, slot) | {
        "need_id": given.need_id,
        "kind": slot.kind if slot else given.kind,
        "what": given.what.strip()[:200],
        "starts_at": starts_at,
        "ends_at": ends_at,
        "time_zone": given.time_zone or patient.time_zone or patient.site.time_zone,
        "transport": given.transport,
        "transport_at": given.transport_at,
        "transport_note": given.transport_note.strip(),
        "interpreter": interpreter,
        "bring": given.bring.strip(),
    }


def _chosen(model: Any, key: UUID | None, **where: Any) -> Any:
    return model.objects.filter(pk=key, **where).first() if key else None


def _who(given: AppointmentIn, site_id: UUID, slot: Slot | None) -> dict[str, Any]:
    """Whom it is with, where and by which phone: what was typed wins over the directory."""
    practitioner_id = slot.practitioner_id if slot else given.practitioner_id
    organization_id = slot.organization_id if slot else given.organization_id
    user = working_at(site_id).filter(pk=given.with_user_id).first() if given.with_user_id else None
    practitioner = _chosen(Practitioner, practitioner_id, site_id=site_id)
    organization = _chosen(Organization, organization_id, site_id=site_id)
    if practitioner and organization is None:
        role = practitioner.roles.exclude(organization=None).select_related("organization").order_by("id").first()
        organization = role.organization if role else None
    name = given.provider.strip() or next((str(who) for who in (user, practitioner, organization) if who), "")
    name = name or (slot.schedule.name if slot and slot.schedule else "")
    if not name:
        raise rules.UnableToBook("Choose whom the appointment is with, or write the name.")
    place = given.place.strip() or (slot.place if slot else "") or _address(organization)
    phone = given.phone.strip() or (practitioner.phone if practitioner else "")
    return {
        "with_user": user,
        "practitioner": practitioner,
        "organization": organization,
        "provider": name[:250],
        "place": place[:300],
        "phone": phone or (organization.phone if organization else ""),
    }


def _address(organization: Organization | None) -> str:
    if organization is None:
        return ""
    town = " ".join(part for part in (organization.state, organization.postal_code) if part)
    parts = [organization.name, *organization.address_lines, organization.city, town]
    return ", ".join(part for part in parts if part)


def _locked(appointment_id: UUID) -> Appointment:
    return Appointment.objects.select_for_update(of=("self",)).select_related("patient").get(pk=appointment_id)


def _face(row: Appointment) -> dict[str, Any]:
    face = {name: getattr(row, name) for name in FACE}
    return {name: value.isoformat() if isinstance(value, datetime) else value or "" for name, value in face.items()}


def _step(row: Appointment, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    AppointmentTransition.objects.create(
        site_id=row.site_id, appointment=row, act=act, before=before, after=_face(row), reason=reason, at=at,
        by_id=by.user_id, by_name=by.name,
    )  # fmt: skip


def _changed(row: Appointment, act: str, before: dict[str, Any], reason: str, *, by: Actor, at: datetime) -> None:
    row.version += 1
    row.save()
    _step(row, act, before, reason, by=by, at=at)


def words_of(starts_at: datetime, zone: str) -> str:
    """Return "Mar 14, 2026, 10:30 AM" in the zone, as the story tells it."""
    local: date = starts_at.astimezone(ZoneInfo(zone)).date()
    return f"{formats.day(local)}, {formats.clock(starts_at, zone)}"


def _about(row: Appointment) -> dict[str, Any]:
    return {
        "site_id": row.site_id,
        "patient_id": row.patient_id,
        "case_id": row.case_id,
        "appointment_id": row.id,
        "need_id": row.need_id,
        "what": row.what,
        "provider": row.provider,
        "starts_at": row.starts_at,
        "when": words_of(row.starts_at, row.time_zone),
    }


@action("coordination.confirm-appointment", needs=Permission.COORDINATE, on="appointment_id")
def confirm(*, appointment_id: UUID, by: Actor, at: datetime) -> None:
    """Turn a proposal into a booking."""
    row = _locked(appointment_id)
    before = _face(row)
    row.state = rules.apply(row.state, "confirm")
    row.sequence += 1
    _changed(row, "confirm", before, "", by=by, at=at)
    publish(events.AppointmentBooked(**_about(row)), by=by, at=at)
    follow.prepare(row, by=by, at=at)


@action("coordination.arrange-appointment", needs=Permission.COORDINATE, on="appointment_id")
def arrange(
    *, appointment_id: UUID, changes: Mapping[str, Any], was: Mapping[str, Any] | None = None, by: Actor, at: datetime
) -> None:
    """Write down what it is, place and phone, the ride, the interpreter and what to bring (`ARRANGED`).

    What is arranged ends its task, what is not makes one. `was` is what each held when it was read. Raises
    UnableToMoveAppointment once it is over or for a ride that comes too late, ChangedMeanwhile for a change between.
    """
    row = _locked(appointment_id)
    wanted = differing(row, {name: changes[name] for name in ARRANGED if name in changes}, was or {})
    if row.state not in rules.LIVE:
        raise rules.UnableToMoveAppointment(f"This appointment is {rules.WORDS[row.state]}.")
    _check_arranged(row, wanted)
    if not wanted:
        return
    before = _face(row)
    for name, value in wanted.items():
        setattr(row, name, value)
    if {"what", "place", "phone"} & set(wanted):
        row.sequence += 1
    _changed(row, "arrange", before, "", by=by, at=at)
    said = tuple(name.replace("_", " ") for name in wanted)
    publish(events.AppointmentArranged(**_about(row), fields=said), by=by, at=at)
    follow.prepare(row, by=by, at=at)


def _check_arranged(row: Appointment, wanted: Mapping[str, Any]) -> None:
    if not wanted.get("what", row.what).strip():
        raise rules.UnableToMoveAppointment("Say in a few words what the appointment is.")
    if (
        wanted.get("transport", row.transport) not in rules.TRANSPORT
        or wanted.get("interpreter", row.interpreter) not in rules.INTERPRETER
    ):
        raise rules.UnableToMoveAppointment("Choose from the lists how she comes and whether an interpreter is there.")
    pick_up = wanted.get("transport_at", row.transport_at)
    if pick_up is not None and pick_up > row.starts_at:
        raise rules.UnableToMoveAppointment("The ride must come before the appointment begins.")


@action("coordination.move-appointment", needs=Permission.COORDINATE, on="appointment_id")
def move(
    *, appointment_id: UUID, starts_at: datetime, ends_at: datetime, reason: str = "", was: datetime | None = None,
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Give the appointment another time; its published slot becomes free again, the ride must be set anew.

    `was` is the time it was moved from as it was shown; raises ChangedMeanwhile when it is another by now.
    """
    row = _locked(appointment_id)
    if was is not None and row.starts_at != was:
        raise ChangedMeanwhile("A colleague moved it this very moment. Look at its time, then move it again.")
    if ends_at <= starts_at:
        raise rules.UnableToMoveAppointment("Choose an end after the start.")
    before, earlier = _face(row), words_of(row.starts_at, row.time_zone)
    row.state = rules.apply(row.state, "propose-again" if row.state == rules.PROPOSED else "move")
    row.starts_at, row.ends_at = starts_at, ends_at
    if row.transport_at is not None:
        row.transport_at, row.transport = None, "needed" if row.transport == "arranged" else row.transport
    row.sequence += 1
    Slot.objects.filter(taken_by=row).update(taken_by=None, updated_at=at)
    _changed(row, "move", before, reason, by=by, at=at)
    publish(events.AppointmentMoved(**_about(row), was=earlier, reason=reason), by=by, at=at)
    follow.end(row, "The appointment was moved.", by=by, at=at)
    follow.prepare(row, by=by, at=at)


@action("coordination.keep-appointment", needs=Permission.COORDINATE, on="appointment_id")
def keep(*, appointment_id: UUID, outcome: str = "", by: Actor, at: datetime) -> None:
    """Record that the patient was there, with what came of it: evidence for the need it serves."""
    row = _begun(appointment_id, at)
    before = _face(row)
    row.state, row.outcome = rules.apply(row.state, "keep"), outcome.strip()
    _changed(row, "keep", before, outcome, by=by, at=at)
    follow.end(row, "The appointment was kept.", by=by, at=at)
    publish(events.AppointmentKept(**_about(row), outcome=row.outcome), by=by, at=at, occurred_at=row.starts_at)


def _begun(appointment_id: UUID, at: datetime) -> Appointment:
    row = _locked(appointment_id)
    if row.starts_at > at:
        raise rules.UnableToMoveAppointment("It has not begun yet. Move or cancel it if it will not take place.")
    return row


@action("coordination.miss-appointment", needs=Permission.COORDINATE, on="appointment_id")
def miss(*, appointment_id: UUID, reason: str, note: str = "", by: Actor, at: datetime) -> UUID:
    """Record that the patient did not come and why; return the task that follows from it."""
    row = _begun(appointment_id, at)
    title = rules.follow_up(reason, row.what)
    before = _face(row)
    why = rules.MISSED_REASONS[reason]
    row.state, row.reason, row.outcome = rules.apply(row.state, "miss"), reason, note.strip()
    said = f"{why}: {row.outcome}" if row.outcome else why
    _changed(row, "miss", before, said, by=by, at=at)
    follow.end(row, "The appointment was missed.", by=by, at=at)
    publish(events.AppointmentMissed(**_about(row), reason=said), by=by, at=at, occurred_at=row.starts_at)
    return follow.after_missed(row, title, said, by=by, at=at)


@action("coordination.cancel-appointment", needs=Permission.COORDINATE, on="appointment_id")
def cancel(*, appointment_id: UUID, by_whom: str, reason: str = "", by: Actor, at: datetime) -> None:
    """End an appointment that will not take place, saying who called it off; its slot becomes free again."""
    if by_whom not in rules.CANCELLED_BY:
        raise rules.UnableToMoveAppointment("Say who cancelled: the patient, the provider or us.")
    row = _locked(appointment_id)
    before = _face(row)
    row.state, row.cancelled_by, row.reason = rules.apply(row.state, "cancel"), by_whom, reason.strip()
    row.sequence += 1
    Slot.objects.filter(taken_by=row).update(taken_by=None, updated_at=at)
    _changed(row, "cancel", before, reason, by=by, at=at)
    follow.end(row, "The appointment was cancelled.", by=by, at=at)
    who = rules.CANCELLED_BY[by_whom]
    publish(events.AppointmentCancelled(**_about(row), by_whom=who, reason=row.reason), by=by, at=at)


@action("coordination.undo-appointment", needs=Permission.COORDINATE, on="appointment_id")
def undo(*, appointment_id: UUID, version: int, by: Actor, at: datetime) -> None:
    """Take back the last step; a booking taken back is cancelled by us.

    `version` is the appointment's version after that step; raises UnableToMoveAppointment when something happened
    since. What other calendars were told only counts up.
    """
    row = _locked(appointment_id)
    last = row.transitions.order_by("-at", "-id").first()
    if row.version != version or last is None or last.act == "undo":
        raise rules.UnableToMoveAppointment("This appointment was changed since; look at it before changing it again.")
    if last.act == "book":
        cancel(appointment_id=appointment_id, by_whom="us", reason="Booked by mistake", by=by, at=at)
        return
    before = _face(row)
    for name, value in last.before.items():
        setattr(row, name, (datetime.fromisoformat(value) if value else None) if name in MOMENTS else value)
    row.sequence += 1
    _changed(row, "undo", before, last.act, by=by, at=at)
    state = rules.WORDS[row.state]
    publish(events.AppointmentStepUndone(**_about(row), act=last.act, state=state), by=by, at=at)
    follow.end(row, "The step was taken back.", by=by, at=at)
    follow.prepare(row, by=by, at=at)


def default_end(starts_at: datetime, minutes: int) -> datetime:
    """Return when an appointment of so many minutes ends."""
    return starts_at + timedelta(minutes=minutes)
