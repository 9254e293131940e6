"""Exactly what the consent names is shown: nothing before it is given, nothing sensitive that is not named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.practice.coordination.records.sharing import Shareable
from throughline.practice.coordination.rules import sharing
from throughline.practice.coordination.rules.sharing import BY_KEY, Limits, select, sensitive_category

TODAY = date(2026, 3, 9)
FACTS = (
    Shareable("plan", "Goal: weight 165 to 169 lb"),
    Shareable("conditions", "Heart failure"),
    Shareable("conditions", "Opioid dependence", "substance"),
    Shareable("medicines", "Furosemide 40 mg"),
    Shareable("medicines", "Buprenorphine 8 mg", "substance"),
    Shareable("medicines", "Sertraline 50 mg", "behavioural"),
)
FACT = st.builds(
    Shareable,
    st.sampled_from([key for key in BY_KEY if not BY_KEY[key].sensitive]),
    st.text(min_size=1, max_size=8),
    st.sampled_from(["", "behavioural", "substance", "sexual"]),
)


def lines(selection):
    return [line for part in selection.parts for line in part.lines]


@pytest.mark.parametrize("decision", ["", "declined"])
def test_nothing_is_shared_before_the_patient_agrees(decision):
    assert not select(Limits(decision, frozenset(BY_KEY), True), FACTS, on=TODAY).parts


def test_a_sensitive_fact_needs_its_own_category_and_the_sensitive_one():
    shown = select(Limits("given", frozenset({"medicines"})), FACTS, on=TODAY)
    assert lines(shown) == ["Furosemide 40 mg"]
    assert dict(shown.kept_back)["Behavioral health"] == 1
    assert not lines(select(Limits("given", frozenset({"behavioural"})), FACTS, on=TODAY))
    both = select(Limits("given", frozenset({"medicines", "behavioural"})), FACTS, on=TODAY)
    assert lines(both) == ["Furosemide 40 mg", "Sertraline 50 mg"]
    assert both.notice == ""


def test_substance_use_asks_for_writing_and_carries_the_notice_against_redisclosure():
    named = frozenset({"medicines", "substance"})
    spoken = select(Limits("given", named), FACTS, on=TODAY)
    assert "Buprenorphine 8 mg" not in lines(spoken)
    written = select(Limits("given", named, written=True), FACTS, on=TODAY)
    assert "Buprenorphine 8 mg" in lines(written)
    assert written.notice == "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


def test_a_consent_that_ran_out_opens_nothing_and_its_last_day_still_does():
    named = frozenset({"plan"})
    assert lines(select(Limits("given", named, until=TODAY), FACTS, on=TODAY))
    assert not lines(select(Limits("given", named, until=date(2026, 3, 8)), FACTS, on=TODAY))


@given(st.sets(st.sampled_from(sorted(BY_KEY))), st.booleans(), st.lists(FACT, max_size=12))
def test_whatever_is_shown_was_named_and_whatever_was_named_is_shown_or_counted(named, written, facts):
    limits = Limits("given", frozenset(named), written)
    found = select(limits, facts, on=TODAY)
    shown, kept = len(lines(found)), sum(count for _, count in found.kept_back)
    assert shown + kept == len(facts)
    for fact in facts:
        wanted = {fact.category, fact.sensitive} - {""}
        may = wanted <= named and ("substance" not in wanted or written)
        part = next((part for part in found.parts if part.key == fact.category), None)
        assert may <= bool(part and fact.text in part.lines)
    assert bool(found.notice) == any(
        fact.sensitive == "substance" and {fact.category, "substance"} <= named and written for fact in facts
    )


@pytest.mark.parametrize(
    ("code", "words", "category"),
    [
        ("F11.20", "Dependence", "substance"),
        ("", "Methadone 10 mg", "substance"),
        ("F33.1", "Recurrent episode", "behavioural"),
        ("", "PHQ-9 below 10 by May", "behavioural"),
        ("B20", "Disease", "sexual"),
        ("I50.22", "Chronic systolic heart failure", ""),
        ("", "Environmental allergies", ""),
        ("S06.0", "Concussion", ""),
    ],
)
def test_a_fact_is_known_as_sensitive_by_code_or_by_word(code, words, category):
    assert sensitive_category(code=code, words=words) == category


def test_a_need_is_known_by_its_omaha_problem():
    assert sensitive_category(omaha=39) == "substance"
    assert sensitive_category(omaha=11) == "behavioural"
    assert sensitive_category(omaha=27) == ""


def test_a_consent_in_words_says_what_is_open_or_why_nothing_is():
    said = sharing.limits_in_words(Limits("given", frozenset({"plan", "substance"}), until=TODAY), on=TODAY)
    assert said == "Care plan, until Mar 9, 2026"
    assert "Not asked" in sharing.limits_in_words(Limits(), on=TODAY)
    assert "Ran out" in sharing.limits_in_words(Limits("given", until=date(2025, 1, 1)), on=TODAY)
