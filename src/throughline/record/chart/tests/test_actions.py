"""Recording and withdrawing observations by hand."""

from datetime import timedelta

import pytest

from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotPermitted
from throughline.record.chart.actions import (
    UnableToRecordObservation,
    UnableToWithdrawObservation,
    record_observation,
    withdraw_observation,
)
from throughline.record.chart.models import Observation
from throughline.record.chart.queries import latest_observations, series
from throughline.record.chart.tests.factories import AT, actor, patient, user, viewer, weight

pytestmark = pytest.mark.django_db


def test_a_weight_in_pounds_is_kept_in_kilograms_and_told():
    nurse = user()
    of = patient(seen_by=nurse)
    record_observation(
        patient_id=of.id, code="29463-7", value=180, unit="lb", taken_at=AT, by=actor(nurse), at=AT, note="home scale"
    )
    row = Observation.objects.get()
    assert (row.value_number, row.unit, row.author) == (81.646627, "kg", "Ines Calder")
    assert row.recorded_by_id == nurse.id
    assert JournalEntry.objects.get(patient_id=of.id).sentence == "Recorded body weight: 81.6 kg."


def test_a_blood_pressure_is_one_observation_and_two_series():
    nurse = user()
    of = patient(seen_by=nurse)
    parts = {"8480-6": 148.0, "8462-4": 86.0}
    record_observation(
        patient_id=of.id, code="85354-9", value=None, unit="", parts=parts, taken_at=AT, by=actor(nurse), at=AT
    )
    assert latest_observations(viewer(nurse), of.id)[0].latest.words == "148/86 mmHg"
    assert [reading.number for reading in series(viewer(nurse), of.id, "8462-4")] == [86.0]
    with pytest.raises(UnableToRecordObservation, match="needs the diastolic"):
        record_observation(
            patient_id=of.id,
            code="85354-9",
            value=None,
            unit="",
            parts={"8480-6": 1.0},
            taken_at=AT,
            by=actor(nurse),
            at=AT,
        )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": 8240}, "not plausible"),
        ({"unit": "mmol/L"}, "is not measured in"),
        ({"value": None}, "needs a value"),
        ({"code": "999"}, "cannot be entered by hand"),
        ({"taken_at": AT + timedelta(hours=1)}, "still to come"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(change, says):
    nurse = user()
    of = patient(seen_by=nurse)
    act = {
        "patient_id": of.id,
        "code": "29463-7",
        "value": 80,
        "unit": "kg",
        "taken_at": AT,
        "by": actor(nurse),
        "at": AT,
    }
    with pytest.raises(UnableToRecordObservation, match=says):
        record_observation(**{**act, **change})
    assert Observation.objects.count() == 0


def test_only_who_may_write_in_this_chart_records():
    nurse, auditor = user(), user("auditor")
    of = patient(seen_by=nurse)
    stranger = user()
    for other in (auditor, stranger):
        with pytest.raises(NotPermitted):
            record_observation(
                patient_id=of.id, code="29463-7", value=80, unit="kg", taken_at=AT, by=actor(other), at=AT
            )


def test_a_withdrawn_value_leaves_the_lists_and_stays_in_the_history():
    nurse = user()
    of = patient(seen_by=nurse)
    made = record_observation(
        patient_id=of.id, code="29463-7", value=80, unit="kg", taken_at=AT, by=actor(nurse), at=AT
    )
    with pytest.raises(UnableToWithdrawObservation, match="Say why"):
        withdraw_observation(observation_id=made, reason=" ", by=actor(nurse), at=AT)
    withdraw_observation(observation_id=made, reason="wrong patient", by=actor(nurse), at=AT)
    assert latest_observations(viewer(nurse), of.id) == ()
    assert Observation.pgh_event_model.objects.get(pgh_obj_id=made).status == "final"


def test_what_another_system_sent_is_not_withdrawn_here():
    nurse = user()
    row = weight(patient(seen_by=nurse), 3, 82)
    with pytest.raises(UnableToWithdrawObservation, match="came from home-scale"):
        withdraw_observation(observation_id=row.id, reason="odd", by=actor(nurse), at=AT)
