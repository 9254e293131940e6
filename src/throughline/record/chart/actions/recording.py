"""Recording an observation by hand, and withdrawing one that was an error."""

from datetime import datetime, timedelta
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.codes import LOINC
from throughline.foundation.kernel.identity import new_id
from throughline.foundation.kernel.time import require_aware
from throughline.record.chart.events import ObservationRecorded, ObservationWithdrawn
from throughline.record.chart.models import Observation
from throughline.record.chart.rules.measures import by_code, measures
from throughline.record.chart.rules.units import Implausible, Measurement, UnknownUnit, kept_value
from throughline.record.chart.rules.values import component_words, value_words
from throughline.record.people.models import Patient

# A clock that runs a little fast must not refuse a reading taken just now.
_CLOCK_SLACK = timedelta(minutes=5)


class UnableToRecordObservation(Refusal):
    """The value cannot be kept; the sentence says what to check."""


class UnableToWithdrawObservation(Refusal):
    """The observation cannot be withdrawn here; the sentence says why."""


@locator("observation_id")
def _place_of_observation(observation_id: UUID) -> Place:
    found = Observation.objects.filter(pk=observation_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("There is no such observation.")
    return Place(*found)


@action("chart.record-observation", needs=Permission.WRITE_CHART, on="patient_id")
def record_observation(
    *,
    patient_id: UUID,
    code: str,
    value: float | None,
    unit: str,
    taken_at: datetime,
    by: Actor,
    at: datetime,
    parts: dict[str, float] | None = None,
    note: str = "",
    source: str = "",
) -> UUID:
    """Put a measurement of a patient on record and return its identifier.

    `code` is the LOINC code of a measurement of the content, `unit` as people or UCUM write it (blank:
    the unit it is kept in), `taken_at` when it was measured. A blood pressure has no `value` but two `parts` by LOINC
    code. `source` names a device or system that measured, blank for a colleague. Raises UnableToRecordObservation for
    an unknown measurement or unit, an implausible value, or a time to come.
    """
    measure = by_code().get(code)
    if measure is None:
        raise UnableToRecordObservation("This measurement cannot be entered by hand. Choose one from the list.")
    measurement = measure.measurement
    checked_time(taken_at, at)
    number, components = _values(measurement, value, parts or {}, unit)
    row = _row(measurement, number, components, by, at)
    row.site_id = Patient.objects.values_list("site_id", flat=True).get(pk=patient_id)
    row.patient_id, row.effective_at, row.note, row.source = patient_id, taken_at, note, source
    row.save(force_insert=True)
    _tell(row, by, at)
    return row.id


def checked_time(taken_at: datetime, at: datetime) -> None:
    """Raise UnableToRecordObservation for a time of reading that is still to come."""
    require_aware(taken_at, "taken_at")
    if taken_at > at + _CLOCK_SLACK:
        raise UnableToRecordObservation("The time of the reading is still to come. Check the date.")


def _row(
    measurement: Measurement, number: float | None, components: list[dict[str, object]], by: Actor, at: datetime
) -> Observation:
    return Observation(
        id=new_id(),
        received_at=at,
        recorded_at=at,
        author=by.name,
        recorded_by_id=by.user_id,
        status="final",
        code_system=LOINC,
        code=measurement.code,
        display=measurement.name,
        category=measurement.category,
        effective_precision="second",
        value_number=number,
        unit=measurement.unit if number is not None else "",
        components=components or None,
    )


def _tell(row: Observation, by: Actor, at: datetime) -> None:
    words = component_words(row.components or []) or value_words(row.value_number, "", row.unit, "")
    recorded = ObservationRecorded(
        site_id=row.site_id,
        patient_id=row.patient_id,
        observation_id=str(row.id),
        code=row.code,
        name=row.display,
        value=words,
        taken_at=row.effective_at,
    )
    publish(recorded, by=by, at=at, occurred_at=row.effective_at)


def _values(
    measurement: Measurement, value: float | None, parts: dict[str, float], unit: str
) -> tuple[float | None, list[dict[str, object]]]:
    """Return the number to keep, or the components. Raises UnableToRecordObservation."""
    try:
        if not measurement.parts:
            if value is None:
                raise UnableToRecordObservation(f"{measurement.name} needs a value.")
            return kept_value(measurement, value, unit), []
        wanted = [measures()[key].measurement for key in measurement.parts]
        missing = [one.name.lower() for one in wanted if one.code not in parts]
        if missing:
            raise UnableToRecordObservation(f"{measurement.name} needs the {' and the '.join(missing)}.")
        return None, [_part(one, parts[one.code], unit) for one in wanted]
    except (UnknownUnit, Implausible) as wrong:
        raise UnableToRecordObservation(str(wrong)) from None


def _part(measurement: Measurement, value: float, unit: str) -> dict[str, object]:
    return {
        "system": LOINC,
        "code": measurement.code,
        "display": measurement.name,
        "number": kept_value(measurement, value, unit),
        "unit": measurement.unit,
    }


@action("chart.withdraw-observation", needs=Permission.WRITE_CHART, on="observation_id")
def withdraw_observation(*, observation_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Mark an observation recorded here as entered in error; it stays in the history and leaves every list.

    Raises UnableToWithdrawObservation for one that came from another system, which alone can correct it.
    """
    row = Observation.objects.select_for_update().get(pk=observation_id)
    if row.recorded_by_id is None and row.source:
        raise UnableToWithdrawObservation(f"This value came from {row.source}; ask them to correct it.")
    if not reason.strip():
        raise UnableToWithdrawObservation("Say why it is an error; the reason is kept with it.")
    if row.status == "entered-in-error":
        return
    row.status = "entered-in-error"
    row.note = "\n".join(part for part in (row.note, reason) if part)
    row.save(update_fields=["status", "note"])
    publish(
        ObservationWithdrawn(
            site_id=row.site_id,
            patient_id=row.patient_id,
            observation_id=str(row.id),
            name=row.display,
            reason=reason,
        ),
        by=by,
        at=at,
    )
