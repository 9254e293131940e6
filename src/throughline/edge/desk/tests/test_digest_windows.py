"""From digest to digest nothing is shown twice and nothing is missed, whatever is written down late."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.edge.desk import digests
from throughline.edge.desk.digests import Digest

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def opened(last, due, at, lines, most=200):
    """Open the digest over `lines` (id, time it carries, time it can be seen) and return it with what it shows."""
    wanted = digests.following(last, due, at)
    found = sorted(
        (when, key)
        for key, when, seen in lines
        if wanted.reach < when <= wanted.until and seen <= at and key not in wanted.shown_before
    )[: most + 1]
    made, count = digests.cut(wanted, [(key, when) for when, key in found], most)
    return made, [key for _, key in found[:count]]


def test_the_first_digest_is_a_day_and_stays_the_same_until_the_next_time():
    due, lines = NOON, [("a", NOON - 30 * MINUTE, NOON), ("old", NOON - timedelta(days=3), NOON)]
    first, shown = opened(None, due, NOON + MINUTE, lines)
    assert (first.since, first.until) == (NOON + MINUTE - timedelta(days=1), NOON + MINUTE)
    assert shown == ["a"]
    later = [*lines, ("b", NOON + 60 * MINUTE, NOON + 60 * MINUTE)]
    assert opened(first, due, NOON + 90 * MINUTE, later) == (first, ["a"])
    second, shown = opened(first, NOON + 240 * MINUTE, NOON + 241 * MINUTE, later)
    assert shown == ["b"]
    assert second.since == first.until


def test_after_days_away_the_digest_reaches_back_to_the_one_before():
    first, _ = opened(None, NOON, NOON, [])
    monday = NOON + timedelta(days=4)
    assert opened(first, monday, monday, [("x", NOON + timedelta(days=2), NOON + timedelta(days=2))])[1] == ["x"]


def test_a_day_without_news_shows_nothing_and_loses_nothing():
    first, _ = opened(None, NOON, NOON, [])
    empty, shown = opened(first, NOON + 60 * MINUTE, NOON + 60 * MINUTE, [])
    assert shown == []
    late = [("late", NOON + 59 * MINUTE, NOON + 62 * MINUTE)]
    assert opened(empty, NOON + 120 * MINUTE, NOON + 120 * MINUTE, late)[1] == ["late"]


def test_without_times_a_digest_is_made_at_most_every_hour():
    first, _ = opened(None, None, NOON, [])
    assert not digests.is_new(first, None, NOON + 59 * MINUTE)
    assert digests.is_new(first, None, NOON + 60 * MINUTE)


def test_what_is_kept_is_read_back_and_anything_else_is_none():
    kept = Digest(NOON, NOON + MINUTE, frozenset({"a"}), frozenset({"b", "c"}))
    assert digests.read(kept.kept()) == kept
    for wrong in (None, "2026", {}, {"since": "x", "until": "y", "shown": [], "shown_before": []}):
        assert digests.read(wrong) is None


@settings(max_examples=200, deadline=None)
@given(
    written=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 9)), max_size=40),
    openings=st.lists(st.integers(1, 90), min_size=1, max_size=12),
    most=st.integers(1, 10),
)
def test_every_line_is_shown_exactly_once(written, openings, most):
    """Lines carry the minute their act began and are seen up to nine minutes later; openings lie 1 to 90 min apart."""
    lines = [
        (
            f"{number}",
            NOON + minute * MINUTE + number * timedelta(microseconds=1),
            NOON + (minute + late) * MINUTE + MINUTE,
        )
        for number, (minute, late) in enumerate(written)
    ]
    last, at, shown = None, NOON, []
    times = [*openings, 2000, *[20] * (len(lines) + 2)]
    for gap in times:
        at += gap * MINUTE
        last, now = opened(last, at, at, lines, most)
        shown += now
    assert len(shown) == len(set(shown))
    # The first digest reaches a day back: nothing here is older.
    assert set(shown) == {key for key, *_ in lines}
