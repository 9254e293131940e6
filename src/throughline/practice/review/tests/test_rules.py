"""The checks by their own examples, the code sets by theirs, the engine's promises by property. No database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.practice.careplan.rules import library as careplan
from throughline.practice.review.records import Fact, PlanFacts, Planned, Visit
from throughline.practice.review.rules import sets
from throughline.practice.review.rules.continuity import bice_boxerman, continuity, counted_once, usual_provider
from throughline.practice.review.rules.examine import chosen_for, examine
from throughline.practice.review.rules.library import checks
from throughline.practice.review.rules.structure import RULES
from throughline.practice.review.tests.examples import AT, ago, case_of, fact, kind_of

CHECKS = {check.key: check for check in checks()}
EXAMPLES = [
    pytest.param(check, example, id=f"{check.key}-{number}")
    for check in checks()
    for number, example in enumerate(check.examples)
]


def outcome(check, example):
    told = {key: value for key, value in example.items() if key not in ("given", "expect")}
    found = examine(case_of(example["given"], **told), [check], at=AT)
    if found.findings:
        return "gap"
    if found.untold:
        return "untold"
    return found.checked[0].status if found.checked else "no"


@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_a_check_says_what_its_example_expects(check, example):
    said = outcome(check, example)
    expected = example["expect"]
    assert said == expected or (expected == "no" and check.structural and said == "in-order")


def test_every_line_of_the_care_plan_library_has_its_check_and_no_check_is_there_twice():
    lines = {line.id for pathway in careplan.pathways().values() for line in pathway.checks}
    assert len(lines) == 92
    assert len([key for key in careplan.cross_checks() if key.startswith("x_")]) == 12
    wanted = lines | set(careplan.cross_checks())
    assert wanted == {key for key in CHECKS if not key.startswith("s_")}


def test_every_structural_rule_has_its_check():
    assert set(RULES) == {check.structural for check in CHECKS.values() if check.structural}
    assert len([key for key in CHECKS if key.startswith("s_")]) >= 11


def test_every_check_has_an_example_of_a_gap_and_of_none():
    for check in CHECKS.values():
        expected = {example["expect"] for example in check.examples}
        assert "gap" in expected, check.key
        assert expected - {"gap"}, check.key


def test_every_check_shows_how_sure_it_is():
    assert all("unreviewed" in check.standing for check in CHECKS.values())  # nobody has signed one yet


def test_every_instrument_a_remedy_starts_is_in_the_library():
    from throughline.foundation.content.library import load

    wanted = {check.remedy["assess"] for check in CHECKS.values() if "assess" in check.remedy}
    assert wanted <= set(load("instruments"))


SET_EXAMPLES = [
    pytest.param(one.key, example, id=f"{one.key}-{number}")
    for one in sets.sets().values()
    for number, example in enumerate(one.examples)
]


@pytest.mark.parametrize(("key", "example"), SET_EXAMPLES)
def test_a_code_belongs_to_the_set_its_example_says(key, example):
    place, _, code = example["code"].rpartition("/")
    kind = place or "condition"
    system, _, bare = code.partition(":")
    found = sets.sets_of(
        sets.index(),
        kind,
        [sets.code_of(system, bare)],
        example.get("says", ""),
        stay=bare == "stay",
        class_code={"visit": "AMB", "emergency": "EMER"}.get(bare, "AMB" if kind == "encounter" else ""),
        status=example.get("status", ""),
    )
    assert (key in found) is example["in"]


def test_every_set_has_an_example():
    assert all(one.examples for one in sets.sets().values())


def test_two_reasons_for_one_service_are_one_gap_with_both():
    found = examine(case_of(["infarction@60", "heart-failure@90"]), checks(), at=AT)
    mood = [gap for gap in found.findings if gap.key == "mood-screen"]
    assert len(mood) == 1
    assert [reason.check for reason in mood[0].reasons][:2] == ["hf_depression", "x_mi_dep"]
    assert mood[0].reasons[1].evidence[0].id == "infarction-60-0"
    assert mood[0].remedy["assess"] == "phq2"


def test_evidence_ran_out_and_the_gap_dates_from_that_day():
    found = examine(case_of(["heart-failure@900", "mood-screen@400"]), [CHECKS["hf_depression"]], at=AT)
    assert found.findings[0].since == ago(400) + timedelta(days=365)


def test_of_two_that_must_be_there_the_one_never_given_dates_the_gap():
    case = case_of(["type-2-diabetes@900", "egfr@380"], opened=200)
    assert examine(case, [CHECKS["dm_kidney"]], at=AT).findings[0].since == ago(200) + timedelta(days=60)


def test_what_somebody_has_taken_on_is_under_way_until_its_day_and_a_gap_after():
    case = case_of(["heart-failure@400"])
    promise = Planned(frozenset({"mood-screen"}), ago(-3), "PHQ-9 again", "Dana Okafor", "task", "t")
    case = replace(case, planned={"mood-screen": (promise,)})
    found = examine(case, [CHECKS["hf_depression"]], at=AT)
    assert found.checked[0].status == "under-way"
    assert "Dana" in found.checked[0].words
    assert found.next_look_at == ago(-3)
    assert examine(case, [CHECKS["hf_depression"]], at=ago(-4)).findings
    nobody = replace(case, planned={"mood-screen": (replace(promise, owner=""),)})
    assert examine(nobody, [CHECKS["hf_depression"]], at=AT).findings


def test_what_the_patient_declined_is_no_gap():
    case = replace(case_of(["heart-failure@400"]), declined={"mood-screen": (ago(5), "Not now")})
    found = examine(case, [CHECKS["hf_depression"]], at=AT)
    assert (found.findings, found.checked[0].status, found.checked[0].words) == ((), "declined", "Not now")


def test_a_resolved_condition_calls_for_nothing_but_an_old_infarction_does():
    gone = case_of([])
    facts = {key: (replace(fact(key, 400), held=False),) for key in ("heart-failure", "infarction")}
    found = examine(replace(gone, facts=facts), [CHECKS["hf_depression"], CHECKS["x_mi_dep"]], at=AT)
    assert [reason.check for gap in found.findings for reason in gap.reasons] == ["x_mi_dep"]


# Any case: facts of any set at any age, some ended, some to come, values anywhere.
KEYS = sorted(sets.sets())
FACTS = st.builds(
    lambda key, days, length, held, value, number: Fact(
        kind_of(key), frozenset({key}), ago(days), f"{key} {chr(97 + number) * 6}", f"{key}{days}{number}",
        None if length is None else ago(days - length), held, value, f"Dr. {number}", f"Clinic {number}",
    ),
    st.sampled_from(KEYS),
    st.integers(-60, 1200),
    st.none() | st.integers(0, 700),
    st.booleans(),
    st.none() | st.floats(1, 100),
    st.integers(0, 5),
)  # fmt: skip
PLANNED = st.builds(
    lambda key, days, owner: Planned(frozenset({key}), ago(days), "arranged", owner, "task", "t"),
    st.sampled_from(KEYS),
    st.integers(-90, 90),
    st.sampled_from(["", "Dana"]),
)


@st.composite
def cases(draw):
    by_set = {}
    for one in draw(st.lists(FACTS, max_size=25)):
        for key in one.sets:
            by_set.setdefault(key, []).append(one)
    planned = {}
    for one in draw(st.lists(PLANNED, max_size=5)):
        for key in one.sets:
            planned.setdefault(key, []).append(one)
    told = draw(
        st.lists(
            st.sampled_from(
                ["need open@30", "need open@3 with goal", "action late@10", "action unowned@1", "heard@25 every 30",
                 "plan review@10 ahead", "appointment@2 open", "referral sent@5", "referral accepted@3"]
            ),
            max_size=3,
        )
    )  # fmt: skip
    base = case_of(told, opened=draw(st.integers(0, 900)), age=draw(st.integers(16, 95)))
    facts = {key: tuple(sorted(found, key=lambda f: f.at, reverse=True)) for key, found in by_set.items()}
    return replace(base, facts={**base.facts, **facts}, planned={key: tuple(found) for key, found in planned.items()})


@settings(max_examples=150, deadline=None)
@given(cases(), st.floats(0.001, 0.999))
def test_nothing_changes_by_time_alone_before_the_next_look(case, part):
    now = examine(case, checks(), at=AT)
    until = now.next_look_at or ago(-3000)
    later = examine(case, checks(), at=AT + (until - AT) * part)
    assert {gap.key for gap in later.findings} == {gap.key for gap in now.findings}
    assert [(c.check, c.status) for c in later.checked] == [(c.check, c.status) for c in now.checked]
    assert later.untold == now.untold


@settings(max_examples=150, deadline=None)
@given(cases())
def test_a_population_that_asks_only_what_may_apply_finds_the_same(case):
    every = checks()
    assert examine(case, chosen_for(case, every), at=AT).findings == examine(case, every, at=AT).findings


@settings(max_examples=100, deadline=None)
@given(cases())
def test_every_finding_says_why_since_when_and_what_mends_it(case):
    for gap in examine(case, checks(), at=AT).findings:
        assert gap.since <= AT
        assert gap.reasons
        assert gap.says
        assert gap.remedy
        assert all(reason.citation and reason.standing for reason in gap.reasons)


# The indices against numbers worked by hand from the published formulas.
@pytest.mark.parametrize(
    ("counts", "coc", "upc"),
    [
        ([4], 1.0, 1.0),  # one provider for all
        ([1, 1, 1, 1], 0.0, 0.25),  # another each time
        ([3, 1], 0.5, 0.75),  # (9 + 1 - 4) / 12
        ([2, 2], 1 / 3, 0.5),  # (4 + 4 - 4) / 12
        ([5, 3, 2], 28 / 90, 0.5),  # (25 + 9 + 4 - 10) / 90
        ([1], None, 1.0),
        ([], None, None),
    ],
)
def test_the_indices_of_continuity(counts, coc, upc):
    assert bice_boxerman(counts) == (None if coc is None else pytest.approx(coc))
    assert usual_provider(counts) == (None if upc is None else pytest.approx(upc))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_the_indices_lie_between_none_and_all(counts):
    coc, upc = bice_boxerman(counts), usual_provider(counts)
    assert 0 < upc <= 1
    assert coc is None or 0 <= coc <= 1
    assert bice_boxerman(reversed(counts)) == coc
    if len(counts) > 1:
        assert coc < 1
        # The same visits by fewer hands are never less continuous.
        joined = bice_boxerman([counts[0] + counts[1], *counts[2:]])
        assert joined >= coc


def test_threads_whole_and_broken_and_the_days_nobody_had_them():
    case = case_of(["need open@30 with goal and action"])
    found = continuity([Visit(ago(9), "A"), Visit(ago(5), "A"), Visit(ago(3), "B")], case.plan, at=AT)
    assert (found.whole, found.broken, found.unowned_days, found.usual, found.visits) == (1, 0, 0, "A", 3)
    assert found.coc == pytest.approx(1 / 3)
    unowned = replace(case.plan, actions=(replace(case.plan.actions[0], owner=""),))
    broken = continuity([], unowned, at=AT)
    assert (broken.whole, broken.broken, broken.unowned_days) == (0, 1, 30)
    assert continuity([], PlanFacts(), at=AT).coc is None


def test_one_clinician_is_one_however_her_name_is_written_and_one_day_with_her_one_visit():
    visits = [
        Visit(ago(9), "Ada Pillai"), Visit(ago(9), "Ada Pillai, MD"), Visit(ago(5), "Ada Pillai, MD"),
        Visit(ago(3), "Feldgate, Miriam"), Visit(ago(3), "Feldgate, Nils"),
    ]  # fmt: skip
    once = counted_once(visits, zone="America/New_York")
    assert [visit.provider for visit in once] == [
        "Ada Pillai, MD", "Ada Pillai, MD", "Feldgate, Miriam", "Feldgate, Nils",
    ]  # fmt: skip
    found = continuity(once, PlanFacts(), at=AT)
    assert (found.visits, found.providers, found.usual) == (4, 3, "Ada Pillai, MD")


def test_the_day_of_a_visit_is_the_patients_own():
    evening = Visit(ago(3).replace(hour=23, minute=30), "Ada Pillai")
    morning = Visit(evening.at + timedelta(hours=2), "Ada Pillai")
    assert len(counted_once([evening, morning], zone="UTC")) == 2
    assert len(counted_once([evening, morning], zone="America/Los_Angeles")) == 1
