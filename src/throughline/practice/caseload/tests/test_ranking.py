"""The order of Today: total, stable, and safety above everything."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.practice.caseload import ranking
from throughline.practice.caseload.ranking import Item, Rank, Standing

NOW = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)  # 11:20 AM in New York
PATIENT = UUID(int=1)

items = st.builds(
    Item,
    id=st.uuids().map(str),
    patient_id=st.integers(1, 50).map(lambda n: UUID(int=n)),
    due_at=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    has_time=st.booleans(),
    legal=st.booleans(),
    safety=st.booleans(),
    gap=st.booleans(),
    time_zone=st.sampled_from(["America/New_York", "America/Los_Angeles", "Pacific/Honolulu"]),
)
standings = st.builds(Standing, acuity=st.integers(1, 4), days_since_contact=st.integers(0, 400))
ranks = st.builds(
    lambda item, standing: ranking.rank([item], standing, at=NOW),
    items,
    standings,
)


def item(**fields):
    return Item(id="x", patient_id=PATIENT, **fields)


@pytest.mark.parametrize(
    ("given_item", "expected"),
    [
        (item(safety=True), ranking.SAFETY),
        (item(legal=True, due_at=NOW + timedelta(hours=3, minutes=59), has_time=True), ranking.LEGAL),
        (item(legal=True, due_at=NOW + timedelta(hours=4), has_time=True), ranking.TODAY),
        (item(legal=True, due_at=NOW - timedelta(days=2), has_time=True), ranking.LEGAL),
        (item(due_at=NOW + timedelta(hours=1), has_time=True), ranking.TODAY),
        (item(due_at=NOW - timedelta(hours=1), has_time=True), ranking.OVERDUE),
        (item(due_at=NOW - timedelta(hours=1), has_time=False), ranking.TODAY),
        (item(due_at=NOW - timedelta(days=1)), ranking.OVERDUE),
        (item(due_at=NOW + timedelta(days=1)), ranking.SOON),
        (item(), ranking.SOON),
        (item(gap=True), ranking.GAP),
        (item(gap=True, due_at=NOW - timedelta(days=1)), ranking.OVERDUE),
        # 11:30 PM in Honolulu is still the day before in New York's morning
        (item(due_at=NOW + timedelta(hours=18), time_zone="Pacific/Honolulu"), ranking.TODAY),
        (item(due_at=NOW + timedelta(hours=18)), ranking.SOON),
    ],
)
def test_each_tier_and_its_edges(given_item, expected):
    assert ranking.tier(given_item, at=NOW) == expected


@given(st.lists(ranks, max_size=30), st.randoms())
def test_the_order_does_not_depend_on_how_rows_arrived(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert [r.key() for r in ranking.order(found)] == [r.key() for r in ranking.order(shuffled)]


@given(ranks, ranks, ranks)
def test_the_order_is_total(a, b, c):
    assert (a.key() < b.key()) + (b.key() < a.key()) + (a.key() == b.key()) == 1
    if a.key() <= b.key() <= c.key():
        assert a.key() <= c.key()


@given(items, st.lists(items, max_size=5), standings, standings)
def test_a_safety_item_is_never_below_anything_else(danger, others, one, other):
    danger = Item(id=danger.id, patient_id=danger.patient_id, due_at=danger.due_at, safety=True)
    others = [Item(id=o.id, patient_id=o.patient_id, due_at=o.due_at, legal=o.legal) for o in others]
    safe = ranking.rank([danger, *others], one, at=NOW)
    for o in others:
        assert safe.key() < ranking.rank([o], other, at=NOW).key()


@given(items, items, standings)
def test_what_has_no_date_never_stands_above_what_is_overdue(undated, late, standing):
    undated = Item(id=undated.id, patient_id=undated.patient_id, gap=undated.gap)
    late = Item(id=late.id, patient_id=late.patient_id, due_at=NOW - timedelta(days=1), legal=late.legal)
    calm = Standing(acuity=1, days_since_contact=0)
    assert ranking.rank([late], calm, at=NOW).key() < ranking.rank([undated], standing, at=NOW).key()


@given(st.lists(items, min_size=1, max_size=8), items, standings)
def test_one_more_thing_due_never_lowers_a_patient(due, more, standing):
    more = Item(id=more.id, patient_id=due[0].patient_id, due_at=more.due_at, safety=more.safety, legal=more.legal)
    before, after = ranking.rank(due, standing, at=NOW), ranking.rank([*due, more], standing, at=NOW)
    assert (after.tier, after.due_at) <= (before.tier, before.due_at)


def test_with_the_same_tier_and_time_the_sicker_and_then_the_longer_unheard_come_first():
    due = NOW + timedelta(hours=2)
    ranked = [
        Rank(2, due, 2, 5, UUID(int=1)),
        Rank(2, due, 4, 1, UUID(int=2)),
        Rank(2, due, 2, 30, UUID(int=3)),
        Rank(2, due, 2, 5, UUID(int=4)),
    ]
    assert [r.patient_id.int for r in ranking.order(ranked)] == [2, 3, 1, 4]


def test_the_formula_is_shown_with_its_inputs():
    found = Rank(1, NOW + timedelta(hours=3, minutes=50), 3, 12, PATIENT)
    assert ranking.explain(found, at=NOW) == [
        ("1. Tier", "1 Clock running (less than 4 hours, or already past)"),
        ("2. Time left", "3 h left"),
        ("3. Acuity", "3 of 4"),
        ("4. Days since contact", "12"),
    ]


def test_a_patient_without_anything_due_has_no_rank():
    with pytest.raises(ValueError, match="no rank"):
        ranking.rank([], Standing(), at=NOW)
