"""Entering a reading by hand: what is possible is kept, what is doubtful is held until somebody has looked."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.chart.actions.recording import UnableToRecordObservation, checked_time, record_observation
from throughline.record.chart.events import ReadingHeld, ReadingSettled
from throughline.record.chart.models import HeldReading, Observation
from throughline.record.chart.rules.measures import Measure, by_code, doubt, measures
from throughline.record.chart.rules.units import Implausible, UnknownUnit, kept_value
from throughline.record.people.models import Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingIn:
    """A reading as it was measured. `source` is "" (by staff), patient, device, or the name of a device."""

    code: str
    taken_at: datetime
    value: float | None = None
    unit: str = ""
    parts: dict[str, float] = field(default_factory=dict)
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of it: the observation, or the held reading with the sentence that says why."""

    observation_id: UUID | None
    held_id: UUID | None
    doubt: str = ""


@locator("held_id")
def _place_of_held(held_id: UUID) -> Place:
    found = HeldReading.objects.filter(pk=held_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("There is no such reading.")
    return Place(*found)


@action("chart.enter-reading", needs=Permission.WRITE_CHART, on="patient_id")
def enter_reading(*, patient_id: UUID, reading: ReadingIn, by: Actor, at: datetime) -> Entered:
    """Put a reading on record, or hold it for a second look when it is possible but not likely.

    Raises UnableToRecordObservation for an unknown measure or unit, a value no body has, a missing part, a lower
    pressure that is not below the upper one, or a time to come.
    """
    measure = by_code().get(reading.code)
    if measure is None:
        raise UnableToRecordObservation("Choose what was measured from the list.")
    checked_time(reading.taken_at, at)
    doubts = _doubts(measure, patient_id, reading)
    if not doubts:
        return Entered(_record(patient_id, reading, by, at), None)
    words = _words(measure, reading)
    held = HeldReading.objects.create(
        site_id=Patient.objects.values_list("site_id", flat=True).get(pk=patient_id),
        patient_id=patient_id, code=reading.code, name=measure.measurement.name, words=words, doubt=doubts,
        given={"value": reading.value, "unit": reading.unit, "parts": reading.parts, "source": reading.source,
               "note": reading.note},
        taken_at=reading.taken_at, entered_at=at, entered_by_id=by.user_id, entered_by_name=by.name,
    )  # fmt: skip
    told = ReadingHeld(
        site_id=held.site_id, patient_id=patient_id, held_id=held.id, name=held.name, value=words, doubt=doubts
    )
    publish(told, by=by, at=at, occurred_at=reading.taken_at)
    return Entered(None, held.id, doubts)


def _record(patient_id: UUID, reading: ReadingIn, by: Actor, at: datetime) -> UUID:
    return record_observation(
        patient_id=patient_id, code=reading.code, value=reading.value, unit=reading.unit, parts=reading.parts,
        taken_at=reading.taken_at, source=reading.source, note=reading.note, by=by, at=at,
    )  # fmt: skip


def _parts(measure: Measure, reading: ReadingIn) -> list[tuple[Measure, float]]:
    """Return each value of the reading with its own measure. Raises UnableToRecordObservation for a missing one."""
    if not measure.measurement.parts:
        if reading.value is None:
            raise UnableToRecordObservation(f"{measure.measurement.name} needs a value.")
        return [(measure, reading.value)]
    known = [measures()[key] for key in measure.measurement.parts]
    missing = [one.measurement.name.lower() for one in known if one.measurement.code not in reading.parts]
    if missing:
        raise UnableToRecordObservation(f"{measure.measurement.name} needs the {' and the '.join(missing)}.")
    upper, lower = (reading.parts[one.measurement.code] for one in known)
    if lower >= upper:
        raise UnableToRecordObservation("The lower pressure must be below the upper one. Check both numbers.")
    return [(one, reading.parts[one.measurement.code]) for one in known]


def _kept(one: Measure, value: float, unit: str) -> float:
    try:
        return kept_value(one.measurement, value, unit)
    except (UnknownUnit, Implausible) as wrong:
        raise UnableToRecordObservation(str(wrong)) from None


def _doubts(measure: Measure, patient_id: UUID, reading: ReadingIn) -> str:
    found = []
    for one, value in _parts(measure, reading):
        kept = _kept(one, value, reading.unit)
        found.append(doubt(one, kept, reading.taken_at, _last(one, patient_id) if one is measure else None))
    return " ".join(part for part in found if part)


def _last(measure: Measure, patient_id: UUID) -> tuple[float, datetime] | None:
    found = (
        Observation.objects.filter(patient_id=patient_id, code__in=measure.codes, value_number__isnull=False)
        .exclude(status__in=["entered-in-error", "cancelled"]).exclude(effective_at=None)
        .order_by("-effective_at").values_list("value_number", "unit", "effective_at").first()
    )  # fmt: skip
    if found is None or found[0] is None or found[2] is None:
        return None
    try:
        return kept_value(measure.measurement, found[0], found[1]), found[2]
    except (UnknownUnit, Implausible):
        return None


def _words(measure: Measure, reading: ReadingIn) -> str:
    values = [f"{value:g}" for _one, value in _parts(measure, reading)]
    return f"{'/'.join(values)} {reading.unit or measure.measurement.unit}".strip()


@action("chart.settle-held", needs=Permission.WRITE_CHART, on="held_id")
def settle_held(*, held_id: UUID, right: bool, reason: str = "", by: Actor, at: datetime) -> UUID | None:
    """Keep a held reading, which becomes an observation whose id is returned, or reject it with a reason.

    Raises UnableToRecordObservation when it was settled before or a rejection has no reason.
    """
    held = HeldReading.objects.select_for_update().get(pk=held_id)
    if held.outcome:
        raise UnableToRecordObservation(f"This reading was {held.outcome} by {held.settled_by_name} already.")
    if not right and not reason.strip():
        raise UnableToRecordObservation("Say what was wrong with the reading.")
    if right:
        reading = ReadingIn(code=held.code, taken_at=held.taken_at, **held.given)
        held.observation_id = _record(held.patient_id, reading, by, at)
    held.outcome, held.reason = "confirmed" if right else "rejected", reason.strip()
    held.settled_at, held.settled_by_name = at, by.name
    held.save()
    told = ReadingSettled(
        site_id=held.site_id, patient_id=held.patient_id, held_id=held.id, name=held.name, value=held.words,
        outcome=held.outcome, reason=held.reason,
    )  # fmt: skip
    publish(told, by=by, at=at)
    return held.observation_id
