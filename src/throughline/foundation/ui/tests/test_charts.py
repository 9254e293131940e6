"""Where the marks of a trend stand: true to time, never joined over a gap, no value lost, the target told."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.ui.charts import Band, Point, Scale, axis, draw, figure, outside, segments, sentence

DAY = timedelta(days=1)
AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
PRESSURE = Scale("Blood pressure", "mmHg", 60, 180, 20, DAY)
WEIGHT = Scale("Body weight", "lb", 0, 20, 5, DAY, floating=True, decimals=1)


def at(days_ago: float, value: float, second: float | None = None, source: str = "device") -> Point:
    return Point(AT - DAY * days_ago, value, second, source, f"{value:g} lb")


def picture(scale, points, band=None, days=30):
    found = sorted(points, key=lambda point: point.at)
    return draw(scale, found, band, until=AT, zone="America/New_York", width=720, height=280, days=days)


readings = st.lists(
    st.tuples(st.floats(min_value=0, max_value=400), st.floats(min_value=1, max_value=900)), min_size=1, max_size=40
)


@given(readings)
def test_no_mark_leaves_the_picture_and_time_only_runs_forward(found):
    points = sorted((at(days, value) for days, value in found), key=lambda point: point.at)
    for scale in (PRESSURE, WEIGHT):
        drawn = picture(scale, points)
        places = [float(mark.x) for mark in drawn.marks]
        assert places == sorted(places)
        assert all(drawn.left <= place <= drawn.right for place in places)
        assert all(drawn.top - 0.1 <= float(mark.y) <= drawn.bottom + 0.1 for mark in drawn.marks)


@given(st.floats(min_value=1, max_value=29), st.floats(min_value=0.1, max_value=0.9))
def test_the_time_axis_is_true_to_scale(far, part):
    drawn = picture(PRESSURE, [at(30, 100), at(far, 100), at(far * part, 100), at(0, 100)])
    xs = [float(mark.x) for mark in drawn.marks]
    per_day = (drawn.right - drawn.left) / 30
    assert xs[2] - xs[1] == pytest.approx(per_day * (far - far * part), abs=0.2)


@given(readings)
def test_readings_further_apart_than_three_intervals_are_never_joined(found):
    points = sorted((at(days, value) for days, value in found), key=lambda point: point.at)
    runs = segments(points, DAY)
    assert [point for run in runs for point in run] == points
    assert all(b.at - a.at <= 3 * DAY for run in runs for a, b in pairwise(run))
    assert all(after[0].at - before[-1].at > 3 * DAY for before, after in pairwise(runs))


@given(readings)
def test_the_axis_holds_every_value_and_steps_are_whole(found):
    points = [at(days, value) for days, value in found]
    low, high, step = axis(PRESSURE, points, None)
    assert low <= min(60, *(p.value for p in points))
    assert high >= max(180, *(p.value for p in points))
    assert ((high - low) / step) == pytest.approx(round((high - low) / step))
    assert (high - low) / step <= 8


def test_an_ordinary_pressure_keeps_the_fixed_axis():
    assert axis(PRESSURE, [at(0, 128, 76)], None) == (60, 180, 20)


def test_a_weight_is_drawn_about_its_target():
    low, high, step = axis(WEIGHT, [at(0, 168)], Band(165, 169, "165 to 169 lb"))
    assert (low, high, step) == (155, 180, 5)


def test_outside_is_told_for_either_value_of_a_pair():
    band = Band(None, 130, "< 130/80", 80)
    assert outside(at(0, 120, 84), band) == "high"
    assert outside(at(0, 120, 76), band) == ""
    assert outside(at(0, 150), Band(165, 169, "165 to 169 lb")) == "low"
    assert outside(at(0, 150), None) == ""


def test_marks_say_source_and_side_by_their_shape():
    band = Band(165, 169, "165 to 169 lb")
    drawn = picture(WEIGHT, [at(3, 167), at(2, 160), at(1, 174), at(0, 166, source="patient")], band)
    assert [mark.shape for mark in drawn.marks] == ["circle", "down", "up", "square"]
    assert drawn.band is not None
    assert len(drawn.edges) == 2


def test_a_pressure_is_a_bar_without_a_trace():
    drawn = picture(PRESSURE, [at(1, 128, 76), at(0, 134, 82)])
    assert not drawn.traces
    assert all(mark.y2 and float(mark.y2) > float(mark.y) for mark in drawn.marks)


def test_words_give_latest_change_and_count_outside():
    found = figure("w", WEIGHT, [at(7, 169.4), at(3, 171), at(0, 174.6)], band=Band(165, 169, "165 to 169 lb"),
                   until=AT, zone="America/New_York")  # fmt: skip
    assert found.sentence == "Up 5.2 lb in 7 days. 3 of 3 readings outside the target, 165 to 169 lb."
    assert found.wide is not None
    assert "Latest 174.6 lb, Mar 9, 2026." in found.wide.about
    assert "not from zero" in found.wide.about
    assert [row.words for row in found.rows] == ["174.6 lb", "171 lb", "169.4 lb"]


def test_nothing_read_is_no_picture():
    found = figure("w", WEIGHT, [], until=AT, zone="America/New_York")
    assert (found.wide, found.narrow, found.sentence) == (None, None, "")


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: abs(value) >= 1e9))
def test_a_number_beyond_any_axis_stands_among_the_rows_alone(value):
    alone = figure("w", WEIGHT, [at(1, value)], until=AT, zone="America/New_York")
    assert (alone.wide, len(alone.rows)) == (None, 1)
    beside = figure("w", WEIGHT, [at(1, value), at(0, 168)], until=AT, zone="America/New_York")
    assert beside.wide is not None
    assert len(beside.wide.marks) == 1


def test_an_unchanged_value_says_so():
    assert sentence(WEIGHT, [at(1, 168), at(0, 168)], None) == "Unchanged in a day."
