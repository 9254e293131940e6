"""The care plan library itself: everything it names exists, every item says where it comes from."""

import re

from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.facts import holds

PATHWAYS = {
    "heart_failure", "copd", "t2dm", "ckd", "hypertension", "stroke", "hip_fracture_tja", "depression", "chemo",
    "sepsis_survivor", "pneumonia", "dementia", "frailty_falls", "high_risk_pregnancy", "substance_use",
}  # fmt: skip


def test_the_fifteen_pathways_and_their_checks_are_there() -> None:
    found = library.pathways()
    assert set(found) == PATHWAYS
    assert sum(len(p.checks) for p in found.values()) == 92
    assert len([key for key in library.cross_checks() if key.startswith("x_")]) == 12


def test_every_pathway_has_goals_actions_lessons_and_a_source() -> None:
    for pathway in library.pathways().values():
        assert pathway.goals, pathway.id
        assert pathway.actions, pathway.id
        assert pathway.education, pathway.id
        assert pathway.red_flags, pathway.id
        assert pathway.citation, pathway.id
        assert pathway.standing.startswith("unreviewed"), f"{pathway.id}: nobody has signed it yet"


def test_every_omaha_problem_and_target_named_exists() -> None:
    problems, targets = library.problems(), library.targets()
    assert sorted(problems) == list(range(1, 43))
    assert len(targets) == 76
    for pathway in library.pathways().values():
        assert set(pathway.omaha) <= set(problems), pathway.id
        assert {a.target for a in pathway.actions} <= targets, pathway.id


def test_every_goal_can_be_told_to_be_met() -> None:
    for pathway in library.pathways().values():
        for goal in pathway.goals:
            assert goal.target or goal.measure, f"{pathway.id}: {goal.text}"
            assert 0 < goal.by_days <= 365


def test_every_condition_of_a_check_can_be_evaluated() -> None:
    checks = [*library.cross_checks().values(), *(c for p in library.pathways().values() for c in p.checks)]
    assert len({check.id for check in checks}) == len(checks)
    for check in checks:
        assert check.due_days >= 0
        assert holds(check.when, {}) is None


def test_social_codes_are_billable_leaves() -> None:
    codes = library.social_codes()
    assert len(codes) == 117
    assert all(re.fullmatch(r"Z(5[5-9]|6[0-5])\.\d{1,3}", code) for code in codes)
    assert codes["Z60.2"] == "Problems related to living alone"


def test_needs_of_the_instruments_name_codes_and_problems_that_exist() -> None:
    from throughline.practice.assessment.rules import library as assessment

    codes, problems = library.social_codes(), library.problems()
    for instrument in assessment.instruments().values():
        for need in instrument.needs:
            assert need.omaha is None or need.omaha in problems, f"{instrument.id}.{need.id}"
            for code in need.icd10:
                assert code in codes or not code.startswith(("Z55", "Z56", "Z59", "Z60", "Z63")), code
