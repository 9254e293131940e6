"""Proposes a care plan: pathways matched by condition, merged without duplicates, needs of the answers joined in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan.records import (
    ActionTemplate,
    CheckTemplate,
    ConflictRule,
    EvidenceRule,
    GoalTemplate,
    Pathway,
    Problem,
    Proposal,
    ProposedAction,
    ProposedGoal,
    ProposedLesson,
    ProposedMonitoring,
    ProposedNeed,
    Reason,
)
from throughline.practice.careplan.rules.evidence import rules_for
from throughline.practice.careplan.rules.fact_needs import condition_words
from throughline.practice.careplan.rules.proposed_checks import expected
from throughline.practice.careplan.rules.proposed_conflicts import conflicts_among

SHORT_TERM_DAYS = 30
OWN, DELEGATE = "case manager", "delegate"
DELEGABLE = ("S", "TGC", "TP")
RANK = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Library:
    """The content a proposal is made of."""

    pathways: Mapping[str, Pathway]
    problems: Mapping[int, Problem]
    checks: Mapping[str, CheckTemplate]
    conflicts: Mapping[str, ConflictRule]
    evidence: Mapping[str, EvidenceRule] = field(default_factory=dict)


@dataclass(frozen=True)
class Matched:
    """A pathway with the codes of the patient that called for it."""

    pathway: Pathway
    codes: tuple[str, ...]

    @property
    def reason(self) -> Reason:
        """Why everything of this pathway is proposed."""
        because = ", ".join(self.codes) if self.codes else "chosen by the nurse"
        return Reason(self.pathway.title, because, self.pathway.citation, self.pathway.standing)

    @property
    def need(self) -> str:
        """The key of the need its goals and actions hang on: one per Omaha problem."""
        return need_key(self.pathway.omaha[0])


def propose(
    conditions: Iterable[str],
    *,
    library: Library,
    needs: Sequence[SuggestedNeed] = (),
    facts: Mapping[str, Any] | None = None,
    chosen: Iterable[str] = (),
    mode: str = "direct",
) -> Proposal:
    """What the pathways of these ICD-10-CM and SNOMED CT codes, and of those chosen by hand, propose together.

    `conditions` may be a mapping that names each code; `needs` are those the answers raised; `facts` decide
    conditional checks (`age`, `egfr`, …); `mode` is direct (the case manager does it) or coordinate (she delegates).
    Duplicates are merged, clashes become conflicts.
    Nothing proposed is active.
    """
    codes = tuple(conditions)
    matched = match(codes, library.pathways, tuple(chosen))
    known = {**(facts or {}), "conditions": codes}
    goals, goal_tags = _goals(matched)
    actions = _actions(matched, mode, tuple(library.evidence.values()))
    monitoring = _monitoring(matched)
    lessons = _lessons(matched)
    checks, doubled = expected([(m.pathway, m.reason) for m in matched], library.checks.values(), known)
    total = sum(len(m.pathway.goals) + len(m.pathway.actions) + len(m.pathway.education) for m in matched)
    total += sum(len(m.pathway.monitoring) for m in matched)
    kept = len(goals) + len(actions) + len(lessons) + len(monitoring)
    return Proposal(
        pathways=tuple(m.pathway.id for m in matched),
        needs=_needs(matched, needs, library.problems, conditions if isinstance(conditions, Mapping) else {}),
        goals=goals,
        actions=actions,
        monitoring=monitoring,
        education=lessons,
        checks=checks,
        conflicts=conflicts_among([m.pathway for m in matched], goal_tags, library.conflicts.values()),
        red_flags=_union(m.pathway.red_flags for m in matched),
        services=_union(m.pathway.services for m in matched),
        merged=total - kept + doubled,
    )


def match(codes: Sequence[str], pathways: Mapping[str, Pathway], chosen: Sequence[str] = ()) -> list[Matched]:
    """The pathways these codes call for, in the order of the library, each with its codes."""
    plain = {code: code.replace(".", "").strip().upper() for code in codes}
    found = []
    for pathway in pathways.values():
        hits = tuple(
            code for code, text in plain.items() if text.startswith(pathway.icd10_prefix) or code in pathway.snomed
        )
        if hits or pathway.id in chosen:
            found.append(Matched(pathway, hits))
    return found


def need_key(omaha: int | None, other: str = "") -> str:
    """One need per Omaha problem; a need without one keeps its own key."""
    return f"omaha-{omaha}" if omaha is not None else other


def _needs(
    matched: Sequence[Matched],
    raised: Sequence[SuggestedNeed],
    problems: Mapping[int, Problem],
    names: Mapping[str, str],
) -> tuple[ProposedNeed, ...]:
    made: dict[str, ProposedNeed] = {}
    for m in matched:
        number = m.pathway.omaha[0]
        problem = problems[number].title if number in problems else ""
        need = ProposedNeed(
            key=m.need, text=m.pathway.title, domain=m.pathway.domain, omaha=number, problem=problem,
            priority="high", horizon="long-term", words=(), reasons=(m.reason,),
            icd10=tuple(code for code in m.codes if not code.isdigit()),
            evidence=tuple(condition_words(code, names.get(code) or "") for code in m.codes),
        )  # fmt: skip
        made[need.key] = _joined(made.get(need.key), need)
    for one in raised:
        problem = problems[one.omaha].title if one.omaha is not None and one.omaha in problems else ""
        reason = Reason("Assessment", "; ".join(one.evidence), "", "")
        need = ProposedNeed(
            key=need_key(one.omaha, one.id), text=one.text, domain=one.domain, omaha=one.omaha, problem=problem,
            priority=one.priority, horizon=one.horizon, icd10=one.icd10, evidence=one.evidence, words=one.words,
            reasons=(reason,),
        )  # fmt: skip
        made[need.key] = _joined(made.get(need.key), need)
    return tuple(sorted(made.values(), key=lambda need: RANK.get(need.priority, 3)))


def _joined(old: ProposedNeed | None, new: ProposedNeed) -> ProposedNeed:
    """New evidence joins the need that is already there; the more pressing priority and horizon win."""
    if old is None:
        return new
    return replace(
        old,
        text=", ".join(dict.fromkeys((*old.text.split(", "), *new.text.split(", ")))),
        priority=min(old.priority, new.priority, key=lambda p: RANK.get(p, 3)),
        horizon="immediate" if "immediate" in (old.horizon, new.horizon) else old.horizon,
        icd10=_union((old.icd10, new.icd10)),
        evidence=_union((old.evidence, new.evidence)),
        words=_union((old.words, new.words)),
        reasons=tuple(dict.fromkeys((*old.reasons, *new.reasons))),
    )


def _goals(matched: Sequence[Matched]) -> tuple[tuple[ProposedGoal, ...], dict[str, list[tuple[str, frozenset[str]]]]]:
    made: dict[str, ProposedGoal] = {}
    tags: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for m in matched:
        for goal in m.pathway.goals:
            key = goal_key(goal)
            tags.setdefault(key, []).append((m.pathway.title, goal.tags))
            if key not in made:
                made[key] = _goal(key, goal, m)
                continue
            old = made[key]
            made[key] = replace(
                old,
                choices=_union((old.choices, (goal.target,))),
                by_days=min(old.by_days, goal.by_days),
                term=_term(min(old.by_days, goal.by_days)),
                reasons=tuple(dict.fromkeys((*old.reasons, m.reason))),
            )
    return tuple(made.values()), tags


def goal_key(goal: GoalTemplate) -> str:
    """Goals on the same measurement are one goal; others are the same only when they say the same.

    Weight is not one: to hold a dry weight and not to lose flesh are two goals, which is why they may clash.
    """
    if goal.loinc and not goal.tags & {"weight-hold", "weight-keep"}:
        return f"loinc-{goal.loinc}" if not goal.text.startswith(("Response", "Remission")) else _plain(goal.text)
    return _plain(f"{goal.text} {goal.loinc}")


def _goal(key: str, goal: GoalTemplate, m: Matched) -> ProposedGoal:
    return ProposedGoal(
        key=key, need=m.need, text=goal.text, target=goal.target, choices=(goal.target,), by_days=goal.by_days,
        term=_term(goal.by_days), loinc=goal.loinc, measure=goal.measure, reasons=(m.reason,),
    )  # fmt: skip


def _term(days: int) -> str:
    return "short" if days <= SHORT_TERM_DAYS else "long"


def _actions(matched: Sequence[Matched], mode: str, rules: Sequence[EvidenceRule]) -> tuple[ProposedAction, ...]:
    made: dict[str, ProposedAction] = {}
    for m in matched:
        for action in m.pathway.actions:
            key = action.merge or _plain(f"{action.role} {action.target} {action.text}")
            if key not in made:
                made[key] = _action(key, action, m, mode, rules)
                continue
            old = made[key]
            sooner = action.first_due_days < old.first_due_days
            made[key] = replace(
                old,
                points=_union((old.points, (action.text,))),
                frequency=action.frequency if sooner else old.frequency,
                first_due_days=min(old.first_due_days, action.first_due_days),
                evidence=(*old.evidence, *(one for one in _closed_by(action, rules) if one not in old.evidence)),
                reasons=tuple(dict.fromkeys((*old.reasons, m.reason))),
            )
    return tuple(sorted(made.values(), key=lambda action: action.first_due_days))


def _closed_by(action: ActionTemplate, rules: Sequence[EvidenceRule]) -> tuple[Mapping[str, Any], ...]:
    return rules_for(
        role=action.role, category=action.category, target=action.target, merge=action.merge, text=action.text,
        own=action.evidence, library=rules,
    )  # fmt: skip


def _action(key: str, action: ActionTemplate, m: Matched, mode: str, rules: Sequence[EvidenceRule]) -> ProposedAction:
    return ProposedAction(
        key=key, need=m.need, role=action.role, owner=owner_of(action, mode), category=action.category,
        target=action.target, points=(action.text,), frequency=action.frequency,
        first_due_days=action.first_due_days, reasons=(m.reason,), evidence=_closed_by(action, rules),
    )  # fmt: skip


def owner_of(action: ActionTemplate, mode: str) -> str:
    """Who does it: another role by its name; a case manager's action herself, or delegated where she coordinates.

    Coordination itself (Omaha category CM) is never delegated.
    """
    if action.role != "CM":
        return action.role
    return DELEGATE if mode == "coordinate" and action.category in DELEGABLE else OWN


def _monitoring(matched: Sequence[Matched]) -> tuple[ProposedMonitoring, ...]:
    made: dict[str, ProposedMonitoring] = {}
    for m in matched:
        for row in m.pathway.monitoring:
            key = row.loinc or _plain(row.what)
            alerts = (row.alert,) if row.alert else ()
            old = made.get(key, ProposedMonitoring(key, row.loinc, row.what, (), (), ()))
            made[key] = replace(
                old,
                frequencies=_union((old.frequencies, (row.frequency,))),
                alerts=_union((old.alerts, alerts)),
                reasons=tuple(dict.fromkeys((*old.reasons, m.reason))),
            )
    return tuple(made.values())


def _lessons(matched: Sequence[Matched]) -> tuple[ProposedLesson, ...]:
    made: dict[str, ProposedLesson] = {}
    for m in matched:
        for topic in m.pathway.education:
            old = made.get(_plain(topic), ProposedLesson(topic, ()))
            made[_plain(topic)] = replace(old, reasons=tuple(dict.fromkeys((*old.reasons, m.reason))))
    return tuple(made.values())


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _union(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))
