"""Programmes: each content file's own examples, and what a missing fact means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.content.library import load
from throughline.record.cases.programmes import programme, programmes, screen

EXAMPLES = [
    (key, dict(example["facts"]), example["result"])
    for key, item in load("programmes").items()
    for example in item.examples
]


@pytest.mark.parametrize(("key", "facts", "result"), EXAMPLES)
def test_each_example_of_the_content_holds(key, facts, result):
    assert screen(programme(key), facts).result == result


def test_there_are_five_programmes_and_each_says_how_often_it_calls():
    assert set(programmes()) == {"complex", "transitional", "chronic", "discharge-planning", "community"}
    assert all(p.cadence.every_days > 0 and p.cadence.attempt_limit > 0 for p in programmes().values())


@given(st.dictionaries(st.sampled_from(["age", "active_conditions", "medicines"]), st.integers(0, 100)))
def test_a_missing_fact_is_never_a_no(facts):
    screening = screen(programme("complex"), facts)
    for finding, criterion in zip(screening.findings, programme("complex").entry, strict=True):
        assert (finding.met is None) == (criterion.fact not in facts)


@given(
    st.fixed_dictionaries(
        {fact: st.integers(0, 20) for fact in ("active_conditions", "medicines", "inpatient_stays_12_months")}
    ),
    st.integers(0, 5),
)
def test_more_of_what_is_counted_never_loses_entry(facts, more):
    facts |= {"age": 40, "emergency_visits_6_months": 0}
    if screen(programme("complex"), facts).result == "met":
        facts["medicines"] += more
        assert screen(programme("complex"), facts).result == "met"
