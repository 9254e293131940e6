"""Readings by hand: taken in, held when doubtful, settled, drawn; and what is refused, in words."""

from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.foundation.content import library
from throughline.foundation.kernel.actions import NotPermitted
from throughline.record.chart.actions import ReadingIn, UnableToRecordObservation, enter_reading, settle_held
from throughline.record.chart.models import HeldReading, Observation
from throughline.record.chart.queries import held_of, trends
from throughline.record.chart.rules.measures import by_code, doubt, measures
from throughline.record.chart.rules.units import kept_value
from throughline.record.chart.tests.factories import AT, actor, patient, user, viewer, weight

PRESSURE = {"code": "85354-9", "unit": "", "value": None}


def test_every_measure_of_the_content_is_whole_and_its_examples_hold():
    for key, one in measures().items():
        for unit in one.units:
            middle = (one.measurement.least + one.measurement.most) / 2
            assert kept_value(one.measurement, middle, one.measurement.unit) == pytest.approx(middle), key
            assert one.scale.step > 0
            assert unit == "" or one.shown in one.units, key
        if one.usual:
            assert one.measurement.least <= one.usual[0] < one.usual[1] <= one.measurement.most, key
    weight_item = library.item("measures", "weight")
    for example in weight_item.examples:
        kept = kept_value(by_code()["29463-7"].measurement, example["given"]["value"], example["given"]["unit"])
        if "kept" in example["expect"]:
            assert kept == pytest.approx(example["expect"]["kept"])
        if example["expect"].get("held"):
            assert doubt(by_code()["29463-7"], kept, AT, (example["given"]["last"], AT - timedelta(days=1)))


@pytest.mark.django_db
class TestReadings:
    def enter(self, nurse, of, **given):
        given = {"code": "29463-7", "value": 168.2, "unit": "lb", "taken_at": AT, **given}
        return enter_reading(patient_id=of.id, reading=ReadingIn(**given), by=actor(nurse), at=AT)

    def test_an_ordinary_reading_is_on_record_and_drawn_in_pounds(self):
        nurse = user()
        of = patient(seen_by=nurse)
        assert self.enter(nurse, of, source="patient").observation_id == Observation.objects.get().id
        (point,) = trends(viewer(nurse), of.id, ["29463-7"])["29463-7"].points
        assert (point.value, point.words, point.source) == (168.2, "168.2 lb (76.3 kg)", "patient")

    def test_a_jump_is_held_until_somebody_has_looked(self):
        nurse = user()
        of = patient(seen_by=nurse)
        weight(of, 28, 76.3)
        entered = self.enter(nurse, of, value=382)
        assert entered.observation_id is None
        assert "213.8 lb more than 168.2 lb on Feb 28" in entered.doubt
        assert Observation.objects.count() == 1
        settle_held(held_id=entered.held_id, right=False, reason="typed 382 for 168", by=actor(nurse), at=AT)
        assert not held_of(viewer(nurse), of.id)
        assert Observation.objects.count() == 1
        with pytest.raises(UnableToRecordObservation, match="rejected by"):
            settle_held(held_id=entered.held_id, right=True, by=actor(nurse), at=AT)

    def test_a_held_reading_that_is_right_becomes_a_fact_with_its_own_time(self):
        nurse = user()
        of = patient(seen_by=nurse)
        when = AT - timedelta(hours=5)
        entered = self.enter(nurse, of, code="85354-9", value=None, unit="", taken_at=when,
                             parts={"8480-6": 238.0, "8462-4": 118.0})  # fmt: skip
        assert "outside what is usual (70 mmHg to 230 mmHg)" in entered.doubt
        settle_held(held_id=entered.held_id, right=True, by=actor(nurse), at=AT)
        assert Observation.objects.get().effective_at == when
        (point,) = trends(viewer(nurse), of.id, ["85354-9"])["85354-9"].points
        assert (point.value, point.second) == (238, 118)

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"value": 8240}, "not plausible"),
            ({"unit": "mmol/L"}, "is not measured in"),
            ({"value": None}, "needs a value"),
            ({"code": "1-8"}, "from the list"),
            ({"taken_at": AT + timedelta(days=1)}, "still to come"),
            ({**PRESSURE, "parts": {"8480-6": 120.0}}, "needs the diastolic"),
            ({**PRESSURE, "parts": {"8480-6": 80.0, "8462-4": 120.0}}, "below the upper"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_in_words(self, given, says):
        nurse = user()
        of = patient(seen_by=nurse)
        with pytest.raises(UnableToRecordObservation, match=says):
            self.enter(nurse, of, **given)
        assert not HeldReading.objects.exists()

    def test_readings_of_another_system_are_drawn_in_the_same_unit(self):
        nurse = user()
        of = patient(seen_by=nurse)
        weight(of, 27, 167.0, unit="[lb_av]")
        weight(of, 28, 76.3)
        points = trends(viewer(nurse), of.id, ["29463-7"])["29463-7"].points
        assert [round(point.value, 1) for point in points] == [167.0, 168.2]

    def test_nobody_else_settles_or_sees(self):
        nurse, stranger = user(), user(key="south")
        of = patient(seen_by=nurse)
        entered = self.enter(nurse, of, value=700)
        with pytest.raises(NotPermitted):
            settle_held(held_id=entered.held_id, right=True, by=actor(stranger), at=AT)
        assert held_of(viewer(stranger), of.id) == ()

    def test_by_plain_forms(self, client):
        nurse = user()
        of = patient(seen_by=nurse)
        client.force_login(nurse)
        address = reverse("chart:readings", args=[of.id])
        assert "No readings yet" in client.get(address).content.decode()
        form = {"code": "29463-7", "unit": "lb", "taken_at": "2026-03-01T07:04", "source": "device"}
        wrong = client.post(address, {**form, "value": "16820"})
        assert wrong.status_code == 422
        assert "not plausible" in wrong.content.decode()
        assert 'value="16820"' in wrong.content.decode(), "what was typed stays"
        assert client.post(address, {**form, "value": "168.2"}).status_code == 302
        shown = client.get(address).content.decode()
        assert "168.2 lb (76.3 kg)" in shown
        assert '<svg class="chart chart-l"' in shown
        assert "style=" not in shown
        assert 'scope="col">Source' in shown
        client.post(address, {**form, "value": "400"})
        held = HeldReading.objects.get()
        assert "Held for check" in client.get(address).content.decode()
        client.post(reverse("chart:settle", args=[held.id]), {"right": "1"})
        last = Observation.objects.order_by("-effective_at", "-recorded_at").first()
        client.post(reverse("chart:withdraw", args=[last.id]), {"reason": "not hers"})
        assert Observation.objects.filter(status="entered-in-error").count() == 1
