"""Proposals: matched by condition, merged without duplicates, clashes asked about, answers joined in."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.foundation.content import library as content
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.assessment.rules import library as assessment
from throughline.practice.assessment.rules.entry import read
from throughline.practice.assessment.rules.scoring import suggested_needs
from throughline.practice.careplan.records import Proposal
from throughline.practice.careplan.records.roles import ROLE_WORDS, role_in_words
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.facts import holds
from throughline.practice.careplan.rules.propose import Library, propose


def whole() -> Library:
    return Library(library.pathways(), library.problems(), library.cross_checks(), library.conflict_rules())


def plan(*codes: str, **extra: Any) -> Proposal:
    return propose(codes, library=whole(), **extra)


def test_three_pathways_without_duplicates() -> None:
    proposal = plan("I50.22", "N18.32", "E11.22")
    assert set(proposal.pathways) == {"heart_failure", "ckd", "t2dm"}
    diets = [a for a in proposal.actions if a.role == "RD"]
    assert len(diets) == 1
    assert len(diets[0].points) == 3
    assert {r.source for r in diets[0].reasons} == {"Heart failure", "Chronic kidney disease", "Type 2 diabetes"}
    pressure = [g for g in proposal.goals if g.loinc == "85354-9"]
    assert len(pressure) == 1
    assert len(pressure[0].choices) == 3
    assert proposal.merged > 0
    texts = [a.text for a in proposal.actions]
    assert len(set(texts)) == len(texts)


def test_a_fluid_limit_against_kidney_disease_is_asked_about() -> None:
    found = {c.id: c for c in plan("I50.22", "N18.32").conflicts}
    assert found["fluid_kidney"].between == ("Heart failure", "Chronic kidney disease")
    assert "cardiology and nephrology" in found["fluid_kidney"].ask
    assert "fluid_kidney" not in {c.id for c in plan("I50.22").conflicts}


def test_exercise_against_a_fracture_and_two_weight_goals() -> None:
    assert "exercise_fracture" in {c.id for c in plan("R29.6", "S72.001D").conflicts}
    assert "weight_goals" in {c.id for c in plan("I50.9", "C50.911").conflicts}
    assert "oxygen_targets" in {c.id for c in plan("J44.9", "J18.9").conflicts}
    assert "fluid_both" in {c.id for c in plan("I50.9", "J18.9").conflicts}


def test_different_targets_for_one_measurement_are_a_clash_of_their_own() -> None:
    found = {c.id for c in plan("I50.22", "N18.32").conflicts}
    assert "target-85354-9" in found
    assert "target-85354-9" not in {c.id for c in plan("I10", "E11.9").conflicts}


def test_low_mood_and_living_alone_become_needs_with_evidence() -> None:
    phq9, form = assessment.instruments()["phq9"], assessment.instruments()["comprehensive"]
    raised = [
        *suggested_needs(phq9, read(phq9, [2, 2, 2, 2, 1, 1, 2, 0, 0])[0]),
        *suggested_needs(form, read(form, {"A8.3": "Alone"})[0]),
    ]
    proposal = plan("I50.22", needs=raised)
    needs = {n.problem: n for n in proposal.needs}
    assert "PHQ-9: 12, moderate" in needs["Mental health"].evidence
    assert needs["Social contact"].evidence == ("Lives: Alone",)
    assert needs["Circulation"].icd10 == ("I50.22",)


def test_one_need_per_problem_new_evidence_joins() -> None:
    low = SuggestedNeed(
        "low_mood", "Low mood", "emotional", 11, (), "high", "immediate", ("PHQ-9: 12",), ("I am tired",)
    )
    proposal = plan("F33.1", needs=[low])
    mental = [n for n in proposal.needs if n.omaha == 11]
    assert len(mental) == 1
    assert mental[0].evidence == ("Condition F33.1", "PHQ-9: 12")
    assert mental[0].words == ("I am tired",)
    assert mental[0].horizon == "immediate"


def test_checks_are_asked_once_and_conditional_ones_by_their_facts() -> None:
    proposal = plan("I50.22", "J44.9", "E11.9", facts={"age": 74, "egfr": 25})
    mood = [c for c in proposal.checks if c.key == "mood-screen"]
    assert len(mood) == 1
    assert mood[0].due_days == 30
    assert len(mood[0].reasons) >= 3
    keys = {c.key: c for c in proposal.checks}
    assert keys["falls-screen"].holds is True
    assert "statin" in keys
    assert keys["hf_nsaid"].holds is None, "the list of medicines is not known: it is asked"
    young = {c.key for c in plan("E11.9", facts={"age": 30}).checks}
    assert "statin" not in young


def test_interpreter_is_expected_only_for_another_language() -> None:
    assert "x_interpreter" in {c.key for c in plan("I10", facts={"language": "es"}).checks}
    assert "x_interpreter" not in {c.key for c in plan("I10", facts={"language": "en"}).checks}


def test_coordinating_programmes_delegate_but_never_coordination_itself() -> None:
    owners = {a.category: a.owner for a in plan("I50.22", mode="coordinate").actions if a.role == "CM"}
    assert owners == {"S": "delegate", "CM": "case manager"}
    direct = {a.owner for a in plan("I50.22").actions if a.role == "CM"}
    assert direct == {"case manager"}


def test_nothing_matches_nothing_is_proposed_but_what_every_case_needs() -> None:
    proposal = plan("Z00.00")
    assert proposal.pathways == ()
    assert proposal.goals == ()
    assert {c.key for c in proposal.checks} >= {"u_assessment", "mood-screen"}


def test_examples_of_each_pathway() -> None:
    for pathway in library.pathways().values():
        for example in pathway.examples:
            proposal = plan(*example["given"]["conditions"])
            assert set(example["expect"]["pathways"]) <= set(proposal.pathways), pathway.id


def test_a_pathway_added_in_an_overlay_needs_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "asthma.yaml").write_text(
        """
key: asthma
title: Asthma
version: 1
citation: Site protocol 12
licence: own
confidence: V1
effective_from: ''
reviewer: R. Ames, RN
icd10_prefix: [J45]
omaha: [26]
goals: [{text: No night waking, target: '0', by_days: 30}]
actions: [{role: CM, category: S, target: signs/symptoms-physical, text: night waking, frequency: weekly,
  first_due_days: 7, merge: symptom-call}]
education: [peak flow]
red_flags: [cannot finish a sentence]
examples: []
""",
        encoding="utf-8",
    )
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "sleep.yaml").write_text(
        """
key: site_sleep
title: Site sleep question
version: 1
citation: Site protocol 13
licence: own
confidence: V1
effective_from: ''
reviewer: R. Ames, RN
wording: own
items: [{id: '1', type: integer, min: 0, max: 7, text: Nights with poor sleep in the last week, required: true}]
totals: [{id: score, method: single, items: ['1'],
  bands: [{from: 0, to: 2, label: fine}, {from: 3, to: 7, label: poor}]}]
examples: [{given: {'1': 3}, expect: {band: poor}}]
""",
        encoding="utf-8",
    )
    monkeypatch.setenv(content.OVERLAY, str(tmp_path))
    proposal = propose(["J45.40", "I50.22"], library=whole())
    assert set(proposal.pathways) == {"asthma", "heart_failure"}
    call = next(a for a in proposal.actions if a.key == "symptom-call")
    assert "night waking" in call.points
    from throughline.practice.assessment.rules.answering import score_by_key

    assert score_by_key("site_sleep", {"1": 3}).band == "poor"
    assert os.environ[content.OVERLAY] == str(tmp_path)


CODES = st.lists(st.sampled_from(["I50.22", "J44.9", "E11.9", "N18.32", "I10", "I63.9", "S72.001D", "F33.1", "A41.9"]))


@settings(max_examples=60)
@given(CODES)
def test_the_order_of_conditions_changes_nothing(codes: list[str]) -> None:
    forward, backward = plan(*codes), plan(*reversed(codes))
    assert {a.key for a in forward.actions} == {a.key for a in backward.actions}
    assert {g.key for g in forward.goals} == {g.key for g in backward.goals}
    assert {c.id for c in forward.conflicts} == {c.id for c in backward.conflicts}
    needs = {n.key for n in forward.needs}
    assert {g.need for g in forward.goals} <= needs
    assert {a.need for a in forward.actions} <= needs


@pytest.mark.parametrize(
    ("condition", "facts", "outcome"),
    [
        ({"fact": "age", "at_least": 65}, {"age": 65}, True),
        ({"fact": "age", "at_least": 65, "at_most": 70}, {"age": 71}, False),
        ({"fact": "age", "at_least": 65}, {}, None),
        ({"not": {"fact": "age", "at_least": 65}}, {}, None),
        ({"all": [{"fact": "a", "equals": True}, {"fact": "b", "equals": True}]}, {"a": False}, False),
        ({"any": [{"fact": "a", "equals": True}, {"fact": "b", "equals": True}]}, {"a": True}, True),
        ({"fact": "conditions", "starts_with": ["I25.2"]}, {"conditions": ["I25.2"]}, True),
        ({"fact": "classes", "includes": "nsaid"}, {"classes": ["statin"]}, False),
    ],
)
def test_facts_have_three_outcomes(condition: dict[str, Any], facts: dict[str, Any], outcome: bool | None) -> None:
    assert holds(condition, facts) is outcome


def test_a_need_that_joined_before_is_not_named_twice() -> None:
    standing = "Depression (adult), Low mood, Anxiety"
    raised = SuggestedNeed("low", standing, "emotional", 11, (), "high", "immediate", ("PHQ-9: 13",), ())
    (need,) = [one for one in plan("F33.1", needs=(raised,)).needs if one.omaha == 11]
    assert need.text == standing


def test_who_carries_out_an_action_is_said_in_words():
    assert [role_in_words(one) for one in ("HHRN", "delegate", "case manager", "PharmD")] == [
        "Home health nurse", "Delegate", "Case manager", "Pharmacist",
    ]  # fmt: skip
    assert set(library.ROLES) <= set(ROLE_WORDS)
