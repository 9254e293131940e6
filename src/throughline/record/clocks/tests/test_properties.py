"""What must hold for every clock, whatever the facts: held by Hypothesis over the shipped content."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from throughline.record.clocks.records import ClockError, Moment, Pause, RunningClock, Step
from throughline.record.clocks.rules import calendars, catalogue, engine, moments, steps

RULES = list(catalogue.rules().values())
ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu")]
SECONDS = st.integers(0, 250_000_000)
INSTANTS = SECONDS.map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
BUSINESS = [one for one in RULES if "business_days" in str(one.body) or "roll_forward" in str(one.body)]
SHORT = settings(max_examples=200, deadline=None)


@st.composite
def clocks(draw: st.DrawFn, *, later: bool = False) -> RunningClock:
    """Any clock of the library, any of its parts that can be counted from a start alone, with flags drawn."""
    rule = draw(st.sampled_from([one for one in RULES if one.parts]))
    zone = draw(st.sampled_from(ZONES))
    at = draw(INSTANTS).astimezone(zone)
    given: dict[str, Any] = {name: one.default for name, one in rule.inputs.items() if isinstance(one.default, bool)}
    given |= {"rating_period": date(at.year, 1, 1), "levels": draw(st.sampled_from([1, 2]))}
    for name, one in rule.inputs.items():
        if one.type == "moment" and name not in ("met", "cancelled") and draw(st.booleans()):
            given[name] = at + draw(st.timedeltas(timedelta(0), timedelta(days=40)))
    if draw(st.booleans()):
        given["met"] = at + draw(st.timedeltas(timedelta(0), timedelta(days=100)))
    return RunningClock(rule, at, zone, given, part=draw(st.sampled_from([part.name for part in rule.parts])))


def countable(clock: RunningClock) -> bool:
    try:
        engine.reckon(clock)
    except ClockError:
        return False
    return True


@SHORT
@given(clocks(), INSTANTS, st.data())
def test_the_state_is_constant_until_the_next_look_and_differs_at_it(
    clock: RunningClock, at: datetime, data: st.DataObject
) -> None:
    assume(countable(clock))
    now = engine.state(clock, at=at)
    following = engine.next_look_at(clock, at=at)
    assert engine.state_and_next(clock, at=at) == (now, following)
    horizon = following.astimezone(UTC) if following else at + timedelta(days=1000)
    assert horizon > at
    between = at + (horizon - at) * data.draw(st.floats(0, 0.999999))
    assert engine.state(clock, at=between) == now
    if following is not None:
        assert engine.state(clock, at=following) != now
        assert engine.state(clock, at=following.astimezone(UTC) - timedelta(microseconds=1)) == now


@SHORT
@given(
    clocks(),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=3),
    st.sampled_from(["days", "elapsed"]),
)
def test_a_pause_never_brings_a_deadline_nearer(
    clock: RunningClock, stretches: list[tuple[int, int]], counts: str
) -> None:
    clock = replace(clock, given={k: v for k, v in clock.given.items() if "information" not in k})
    assume(countable(clock))
    part = engine.chosen_part(clock, engine.facts_of(clock))
    tolling = {**part.tolling, "counts": counts}
    rule = replace(clock.rule, parts=tuple(replace(one, tolling=tolling) for one in clock.rule.parts))
    clock = replace(clock, rule=rule)
    free = engine.due_at(clock)
    begin = moments.first_instant(clock.start, clock.zone)
    pauses = tuple(
        Pause(begin + timedelta(days=since), begin + timedelta(days=since + length)) for since, length in stretches
    )
    held = engine.due_at(replace(clock, pauses=pauses))
    if free is not None:
        assert held is not None
        assert held.astimezone(UTC) >= free.astimezone(UTC)
        open_end = engine.reckon(replace(clock, pauses=(Pause(begin),)))
        came_after = begin > free
        assert tolling.get("at_most_days") or came_after or open_end.status == "paused"


# Rules whose deadline hangs on a date of the rule itself rather than on the start alone.
FIXED_TURNS = {"C-41", "C-45"}


@SHORT
@given(clocks(), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_starting_later_never_falls_due_sooner(clock: RunningClock, later: timedelta) -> None:
    assume(clock.rule.id not in FIXED_TURNS)
    clock = replace(clock, given={k: v for k, v in clock.given.items() if not isinstance(v, date)})
    assume(countable(clock))
    assert isinstance(clock.start, datetime)
    moved = replace(clock, start=(clock.start.astimezone(UTC) + later).astimezone(clock.zone))
    first, second = engine.due_at(clock), engine.due_at(moved)
    if first is not None and second is not None:
        assert second.astimezone(UTC) >= first.astimezone(UTC)


def test_a_shorter_period_from_a_date_on_is_the_one_exception_to_that() -> None:
    """The new 7 days make a request of 1 January 2026 due before one of 31 December 2025 (C-41)."""
    rule = catalogue.rule("C-41")
    given = {"prior_auth": True}
    old, new = (RunningClock(rule, day, ZONES[0], given) for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert engine.due_at(new) < engine.due_at(old)  # type: ignore[operator]


@SHORT
@given(clocks(), st.sets(st.dates(date(2024, 1, 1), date(2032, 12, 31)), min_size=1, max_size=30))
def test_adding_a_holiday_never_brings_a_deadline_nearer(clock: RunningClock, days: set[date]) -> None:
    assume(countable(clock))
    more = {
        key: replace(calendar, closed={**calendar.closed, **{day: "closed" for day in days}})
        for key, calendar in clock.rule.calendars.items()
    }
    before = engine.due_at(clock)
    after = engine.due_at(replace(clock, rule=replace(clock.rule, calendars=more)))
    if before is not None:
        assert after is not None
        assert after.astimezone(UTC) >= before.astimezone(UTC)


@given(
    st.sampled_from(BUSINESS),
    st.data(),
)
@SHORT
def test_a_business_day_deadline_lands_on_an_open_day(rule: Any, data: st.DataObject) -> None:
    start = data.draw(st.dates(date(2024, 1, 1), date(2031, 1, 1)))
    clock = RunningClock(rule, start, ZONES[0], {}, part=rule.parts[0].name)
    due = engine.reckon(clock).due
    assert due is not None
    assert calendars.closed_because(moments.day_of(due, ZONES[0]), rule.calendars["federal"]) is None


@SHORT
@given(clocks())
def test_the_explanation_recomputes_to_the_deadline(clock: RunningClock) -> None:
    assume(countable(clock))
    told = engine.explain(clock)
    assert told.due == engine.due_at(clock)
    at: Moment = clock.start
    for step in told.reckoning.steps:
        assert step.operation in ("from", "fixed", "paused") or step.before == at
        recounted = recount(step, clock.zone)
        assert recounted is None or recounted == step.result, step.words
        at = step.result if step.result is not None else at
    if told.due is not None:
        assert moments.last_instant(at, clock.zone) == told.due
        assert any(moments.say(told.due, clock.zone) in sentence for sentence in told.sentences)


def recount(step: Step, zone: ZoneInfo) -> Moment | None:
    """The result of a plain step counted another way: day by day, or on the clock of Greenwich."""
    before = step.before
    if step.operation == "hours" and isinstance(before, datetime):
        return datetime.fromtimestamp(before.timestamp() + 3600 * step.amount, zone)
    if step.operation == "days" and before is not None:
        day = moments.day_of(before, zone)
        return date.fromordinal(day.toordinal() + int(step.amount))
    if step.operation in ("business_days", "working_days") and before is not None:
        return None  # held by the test above and by the examples
    return None


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-40, 40))
def test_months_clamp_or_go_to_the_first_of_next_and_never_past_it(day: date, months: int) -> None:
    clamped = moments.add_months(day, months, end="clamp")
    rolled = moments.add_months(day, months, end="first-of-next")
    assert (clamped.year * 12 + clamped.month) - (day.year * 12 + day.month) == months
    assert clamped.day <= day.day
    assert (rolled - clamped).days in (0, 1)
    assert rolled.day == day.day or rolled.day == 1


@given(st.dates(date(2022, 1, 1), date(2060, 12, 31)), st.integers(0, 60))
def test_an_observed_only_day_only_ever_moves_the_later_reading(day: date, count: int) -> None:
    federal = catalogue.calendars()["federal"]
    outer, _ = calendars.count_open_days(day, count, federal, observed=True)
    work_to, passed = calendars.count_open_days(day, count, federal)
    assert work_to <= outer
    assert sum(why.isdigit() for _, why in passed) == count


def test_every_operation_is_used_or_named() -> None:
    used = {name for rule in RULES for name in steps.OPERATIONS if f"'{name}'" in str(rule.body)}
    assert set(steps.OPERATIONS) - used <= {"years"}


def test_the_facts_of_a_case_do_not_reach_another(monkeypatch: Any) -> None:
    given: Mapping[str, Any] = {"line": "om"}
    clock = RunningClock(catalogue.rule("C-12"), date(2027, 4, 12), ZONES[0], given)
    engine.explain(clock)
    assert given == {"line": "om"}
